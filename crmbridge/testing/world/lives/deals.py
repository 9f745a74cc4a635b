"""Contacts of sales: on open, won and lost deals, or on none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crmbridge.testing.world.scribe import Scribe

YEAR = 365


def open_deal(one: Scribe) -> None:
    """On an open deal; a rep works on it."""
    days = one.chance.randint(20, 150)
    one.contact("opportunity", days + 40, since=0.5)
    client = one.client(days + 10)
    one.role(one.deal("open", client, days, one.chance.randint(5, 120)), client)
    one.task(client, days / 3)


def _years(one: Scribe, client: str, *, roles: bool) -> None:
    """Won deals of one to three years, the newest last; three for the first of a kind."""
    for year in reversed(range(3 - one.nth % 3)):
        closed = year * YEAR + one.chance.randint(20, 340)
        deal = one.deal("won", client, closed + 60, closed)
        if roles:
            one.role(deal, client)


def won(one: Scribe) -> None:
    """A customer; each second has lost a deal with us, too."""
    one.contact("customer", 4 * YEAR, since=0.2)
    client = one.client(4 * YEAR)
    _years(one, client, roles=True)
    one.task(client, one.chance.randint(10, 200))
    if one.nth % 2:
        _lose(one, client, 500, 400, one.nth)


def won_alone(one: Scribe) -> None:
    """A customer who speaks well of us; sales gave nobody a role on the deals."""
    one.contact("evangelist", 4 * YEAR, since=0.1)
    _years(one, one.client(4 * YEAR), roles=False)


def lost(one: Scribe) -> None:
    """Did not buy, twice, each time for another reason."""
    one.contact("opportunity" if one.nth % 2 else "lead", 700, since=0.4)
    client = one.client(650)
    _lose(one, client, 640, 500, 2 * one.nth)
    _lose(one, client, 300, one.chance.randint(30, 250), 2 * one.nth + 1)


def _lose(one: Scribe, client: str, days: float, closed: float, nth: int) -> None:
    one.role(one.deal("lost", client, days, closed, nth_loss=nth), client, "Evaluator")


def customer_asked(one: Scribe) -> None:
    """A customer who asked for a demo within the month."""
    one.contact("customer", 2 * YEAR, since=0.5)
    client = one.client(2 * YEAR)
    _years(one, client, roles=True)
    one.sends("/demo", one.chance.randint(1, 28))


def sales_contact(one: Scribe) -> None:
    """A contact of whom marketing never heard, on no deal; each fourth on an open one."""
    days = one.chance.randint(30, 900)
    client = one.client(days)
    if one.nth % 4 == 3:
        one.role(one.deal("open", client, min(days, 60), 60), client)


def left_deal(one: Scribe) -> None:
    """On an open deal of a rep who is no more."""
    days = one.chance.randint(100, 300)
    one.contact("opportunity", days + 60, left=True)
    client = one.client(days + 30, owner="left")
    one.role(one.deal("open", client, days, 30, owner="left"), client)


LIVES: Mapping[str, Callable[[Scribe], None]] = {
    "open_deal": open_deal,
    "won": won,
    "won_alone": won_alone,
    "lost": lost,
    "customer_asked": customer_asked,
    "sales_contact": sales_contact,
    "left_deal": left_deal,
}
