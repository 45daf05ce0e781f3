"""hairdensity: is my hair getting denser, by how much, how sure is that, and does it last?

The way of one photo is the list of modules: find, read, check, normalise, region, segment, align, measure, table;
the table then goes to progress and report. `recipe` composes them, `analyze` arranges the calls.
"""

__version__ = "0.1.0"
