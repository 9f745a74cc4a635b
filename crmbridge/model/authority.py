"""Who may write a fact of a lead that several systems tell: the rule of a field."""

from __future__ import annotations

from typing import Literal

Authority = Literal["marketing", "sales", "latest", "hold", "fill_if_empty", "once", "off"]
UNNAMED: Authority = "hold"
"""The rule of a word that the mapping gives none."""
KEEPING = frozenset({"fill_if_empty", "once", "off"})
"""Rules by which a value that stands in a field is never written over: nothing is in dispute."""
