"""A salesperson, as the teams file and the CRM know them."""

from __future__ import annotations

from dataclasses import dataclass

from crmbridge.model.lead import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorUser:
    """A user of a vendor's system who can own records."""

    ref: Ref
    email: str
    name: str = ""
    active: bool = True

    def __repr__(self) -> str:
        return f"VendorUser({self.ref}, active={self.active})"
