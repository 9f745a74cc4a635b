"""The hand that writes what both systems hold of one person, in words of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crmbridge.testing.screens.past import MarketingPast, SalesPast, Somebody


@dataclass(slots=True, kw_only=True)
class Scribe(Somebody):
    """Writes one person's records; `site` is the company's, `currency` that of its deals."""

    marketing: MarketingPast[Any]
    sales: SalesPast[Any]
    site: str
    currency: str

    def contact(
        self, stage: str, days: float, *, since: float = 1.0, left: bool = False, **words: Any
    ) -> str:
        """A record of marketing, as `MarketingPast.person` has it; its id."""
        return self.marketing.person(self, stage, days, since, words, left)

    def sends(self, page: str, days: float) -> None:
        """The person sent the form of a page, nothing where the company reads no form."""
        self.marketing.visit(self, f"{self.site}{page}", days, "")

    def lead(self, status: str, days: float, *, ended: float | None = None, **words: Any) -> str:
        """A lead of sales, as `SalesPast.lead` has it; its id."""
        return self.sales.lead(self, status, days, ended, words)

    def client(self, days: float, *, ended: float | None = None, **words: Any) -> str:
        """A person of sales at the account of their employer; its id."""
        return self.sales.client(self, days, ended, words)

    def deal(self, end: str, client: str, days: float, closed: float, **words: Any) -> str:
        """A deal of a client's account, as `SalesPast.deal` has it; its id."""
        return self.sales.deal(self, end, client, days, closed, words)

    def role(self, deal: str, client: str, name: str = "Decision Maker") -> None:
        """The client stands on the deal, as its primary one, since it was made."""
        self.sales.role(deal, client, name)

    def task(self, who: str, days: float, *, done: bool = True) -> None:
        """A rep did something with the person, or still has to; leads and clients alike."""
        self.sales.task(self, who, days, done=done)
