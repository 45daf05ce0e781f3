"""Tell from ordinary photos whether hair is getting denser, by how much, how sure that is, and whether it lasts.

The way of one photo is the list of modules: find, read, check, normalise, region, segment, align, measure, table;
the table then goes to progress and report. `recipe` composes them, `analyze` arranges the calls.
"""

__version__ = "0.1.0"
