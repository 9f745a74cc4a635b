"""The two sides of the loop. A system stands on one of them, and has a name of its own.

Where a company has one system of a side, both are often called alike; they are two things all the
same. `Mapping.side_of` leads from a system to its side, and `Mapping.home` back.
"""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Which side of the wall a system stands on."""

    MARKETING = "marketing"
    SALES = "sales"


MARKETING, SALES = Side.MARKETING, Side.SALES
PAIR = (MARKETING.value, SALES.value)
"""The names of the two systems that every company has, called as their sides."""


def named_in_entry(system: str) -> str:
    """The system of sales that an entry means; one without a name means `[sales]`."""
    return system or SALES.value
