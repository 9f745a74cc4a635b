"""A salesperson, as the teams file and the CRM know them."""

from __future__ import annotations

from dataclasses import dataclass

from crmbridge.model.lead import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorUser:
    """A user of a vendor's system who can own records; `handle` names them beside the id."""

    ref: Ref
    email: str
    name: str = ""
    handle: str = ""
    active: bool = True

    def __repr__(self) -> str:
        return f"VendorUser({self.ref}, active={self.active})"
