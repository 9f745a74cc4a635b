"""How charts look, and how a text stands in one."""

from __future__ import annotations

from crmbridge.report.text import visible

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")
"""Okabe and Ito's colours, which people who see few colours tell apart."""


def label(text: str) -> str:
    """Return a text that plotly writes as it is: in its labels it obeys tags, links too."""
    safe = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # %{…} is a place that plotly fills
    return safe.replace("%{", "%&#8203;{")


def pale(colour: str) -> str:
    """A colour through which others show."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.35)"
