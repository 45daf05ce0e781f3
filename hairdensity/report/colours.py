"""Colours of charts, and the names by which the page's style sheet changes them for the dark."""

from typing import Final

# Okabe and Ito's colours, which people who confuse red and green tell apart.
INK, MUTED, GRID, PAPER = "#1d2329", "#56616c", "#dfe3e8", "#ffffff"
MEASURED, UNTREATED, TREATED, NOISE = "#0072b2", "#c24e00", "#00795a", "#8b949e"
LEVEL = "#7fb3d5"
CLASSES: Final = {
    INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper",
    MEASURED: "measured", UNTREATED: "untreated", TREATED: "treated", NOISE: "noise", LEVEL: "level",
}  # fmt: skip
"""Class names by which the page's style sheet recolours a chart for the dark."""
