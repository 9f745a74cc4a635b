"""What a deal is worth in the books: in the company's currency, where there is a rate (R6.17)."""

from __future__ import annotations

from dataclasses import dataclass

from crmbridge.flows.revenue.gather import Look
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """A deal's amount in its own currency, and `money`, what is credited.

    `money` is in the company's currency, converted once by the rate of the deal's day; without a
    rate it is in the deal's own, and `rate` is `no_rate`. Both are `None` without an amount.
    """

    own: Money | None = None
    money: Money | None = None
    rate: str = ""


def worth(scene: Scene, look: Look) -> Worth:
    """Convert a deal's amount by the rate of the day of its win, or of its creation (R9.3)."""
    own = look.own
    if own is None:
        return Worth()
    home = scene.company.mapping.currency
    found = scene.company.exchange.quoted(own.amount, own.currency, home, look.day)
    money = own if found.result is None else Money.of(found.result, home)
    return Worth(own=own, money=money, rate=found.status.value)
