"""The house style for figures: legible on light and dark pages and in print, and to the colour-blind."""

from __future__ import annotations

COLOURS = ["#0b6e99", "#d1495b", "#e0a100", "#4c956c", "#7a5195", "#6b7280"]
"""Categorical colours in the order of use. They differ in lightness too, so a grey print keeps them apart."""


def style() -> None:
    """Set matplotlib's defaults for a notebook of the book. Call it once, before the first figure."""
    import matplotlib.pyplot as plt
    from cycler import cycler

    plt.rcParams.update(
        {
            "axes.grid": True,
            "axes.prop_cycle": cycler(color=COLOURS),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titlesize": 11,
            "axes.titleweight": "bold",
            "figure.dpi": 90,
            "figure.facecolor": "white",  # a dark page turns it round by its style sheet
            "figure.figsize": (6.4, 3.6),
            "figure.constrained_layout.use": True,
            "font.size": 10,
            "grid.alpha": 0.35,
            "grid.linewidth": 0.6,
            "image.cmap": "cividis",
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "savefig.facecolor": "white",
        }
    )
