"""Segment: the share of each pixel that hair covers."""
