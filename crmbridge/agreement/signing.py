"""Who signed an agreement, and who may: what the file holds of it (R3.5)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from crmbridge.agreement.base import Table

Side = Literal["marketing", "sales"]
SIDES: tuple[Side, Side] = ("marketing", "sales")
UNSIGNED = frozenset({"signed", "withdrawn"})
"""Keys of the file that a signature does not cover: signatures, and that it was withdrawn."""


class Signature(Table):
    """Who signed for which side, on which day, and the `fingerprint` of what they signed.

    Without a hash it is a note, not a signature. `crmbridge agreement approve` writes it.
    """

    side: Side
    name: str = Field(min_length=1, repr=False)
    on: date
    hash: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")


class Owners(Table):
    """Who may sign for each side, by name."""

    marketing: tuple[str, ...] = Field(default=(), repr=False)
    sales: tuple[str, ...] = Field(default=(), repr=False)

    def of(self, side: str) -> tuple[str, ...]:
        """Names of one side."""
        return self.marketing if side == "marketing" else self.sales
