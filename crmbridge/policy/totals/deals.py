"""What one deal adds to the totals, as it is kept beside the deal until it changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass

DEAL, WON_DEAL, WON_DAY, FIRM = "deal", "won_deal", "won_day", "firm"
"""What is counted of deals.

`deal` by state, and whether it has an account or is outside the filter. `won_deal` are won deals
with their money, by whom they reach (`REACH`) and currency; `won_day` the same by day, those
outside the filter left out. `firm` are deals by account and state, those outside left out.
"""
PEOPLE, NO_PERSON, NO_ACCOUNT, OUTSIDE = "people", "no_person", "no_account", "outside"
REACH = (PEOPLE, NO_PERSON, NO_ACCOUNT, OUTSIDE)
"""Whom a won deal reaches: people of ours; nobody of its account; nobody, and it has no account;
or the mapping's filter leaves it out."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class DealCounted:
    """A deal as it counts. `state` is open, won or lost; `reach` one of `REACH` for a won deal.

    `day` is the company's day of the win, empty where none is known; `minor` is in the currency's
    smallest unit, 0 for a deal without an amount.
    """

    state: str
    account: str = ""
    outside: bool = False
    reach: str = ""
    currency: str = ""
    minor: int = 0
    day: str = ""

    def to_text(self) -> str:
        """Write for the ledger; what is empty at the end is left out."""
        row = list(astuple(self))
        while not row[-1]:
            row.pop()
        return json.dumps(row, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def of(cls, text: str) -> DealCounted | None:
        """Read back what `to_text` wrote; `None` for a deal that does not count yet."""
        return cls(*json.loads(text)) if text else None

    def totals(self) -> Iterator[tuple[Key, int]]:
        """What is added, each once, with its money in the currency's smallest unit."""
        where = OUTSIDE if self.outside else "account" if self.account else NO_ACCOUNT
        yield (DEAL, self.state, where), 0
        if self.state == "won":
            yield (WON_DEAL, self.reach, self.currency), self.minor
            if not self.outside:
                yield (WON_DAY, self.day, self.currency), self.minor
        if self.account and not self.outside and self.state in ("open", "won"):
            yield (FIRM, self.account, self.state), 0
