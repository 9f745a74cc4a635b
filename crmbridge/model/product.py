"""Products of deals as a vendor tells them: what was sold, how many, for how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crmbridge.model.lead import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One version of a line of a deal; `live` is false once its record was deleted.

    `told` names the fields that the vendor speaks of: they are as they stand here, empty ones too.
    Of the others nothing is known. `amount` is the line's in major units of `currency`, an ISO 4217
    code; where the line names none it is in its deal's.
    """

    ref: Ref
    deal: Ref | None = None
    name: str = ""
    code: str = ""
    quantity: Decimal | None = None
    amount: Decimal | None = None
    currency: str = ""
    live: bool = True
    changed_at: datetime | None = None
    told: frozenset[str] = frozenset()
