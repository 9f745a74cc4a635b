"""Leads of sales: open, in work, given back, converted, of a rep who left, of a queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmbridge.testing.emulator import iso
from crmbridge.testing.world.scribe import Scribe


def open_lead(one: Scribe) -> None:
    """Handed to a rep who has not called yet."""
    days = one.chance.randint(1, 60)
    one.contact("marketingqualifiedlead", days + 30, since=days / (days + 30))
    one.sends("/demo", days + 1)
    lead = one.lead("open", days)
    if one.nth % 2:
        one.task(lead, 1, done=False)


def working_lead(one: Scribe) -> None:
    """In work; sales spells the address in capitals, and each fifth as IDN's ASCII."""
    days = one.chance.randint(10, 120)
    mine = theirs = one.person.email
    if one.nth % 5 == 4:
        name, domain = one.person.email.split("@")
        mine = f"{name}@mühle-{domain}"
        theirs = f"{name}@{f'mühle-{domain}'.encode('idna').decode()}"
    one.contact("salesqualifiedlead", days + 60, since=0.3, email=mine)
    lead = one.lead("ongoing", days, ended=days / 3, email=theirs.upper())
    for nth in range(1 + one.nth % 3):
        one.task(lead, days / (2 + nth))


def rejected(one: Scribe) -> None:
    """Given back within the two years, by each reason in turn and without one."""
    days = one.sometime(40)
    ended = one.chance.randint(20, days)
    one.contact("lead" if one.nth % 2 else "other", days + 20, since=ended / (days + 20))
    lead = one.lead("lost", days, ended=ended, nth_reason=one.nth)
    if one.nth % 4:
        one.task(lead, ended + 1)


def returned(one: Scribe) -> None:
    """Given back or won under an earlier ledger: both systems have its key, marketing its stamps.

    Each second is on the list of its track.
    """
    days = one.sometime(90)
    ended = one.chance.randint(60, days)
    key = f"{one.chance.getrandbits(128):032x}"
    won = one.nth % 3 == 2
    stamps = _won(one, ended) if won else _given_back(one, ended)
    stage = "customer" if won else "lead"
    contact = one.contact(stage, days + 20, since=ended / (days + 20), key=key, **stamps)
    if won:
        _bought(one, days, ended, key)
        return
    one.lead("lost", days, ended=ended, key=key, nth_reason=0)
    if one.nth % 2 == 0:
        one.marketing.on_track(contact, "timing")


def _given_back(one: Scribe, ended: float) -> dict[str, Any]:
    return {
        "outcome": "rejected",
        "reason": "bad_timing",
        "track": "timing",
        "contact": "nurture",
        "trips": "1",
        "loops": "1",
        "cycle": "1",
        "returned_at": iso(one.ago(ended)),
        "cool_off_until": iso(one.ago(ended - 60)),
        "owner_email": "ann.becker@acme.example",
        "first_touch": "/case-study/dairy",
    }


def _won(one: Scribe, ended: float) -> dict[str, Any]:
    return {
        "outcome": "won",
        "trips": "1",
        "cycle": "1",
        "won_amount": "12000.00",
        "won_currency": one.currency,
        "won_at": iso(one.ago(ended)),
        "won_deals": "1",
        "first_touch": "/case-study/dairy",
        "last_touch": "/demo",
    }


def _bought(one: Scribe, days: float, ended: float, key: str) -> None:
    """The deal behind the stamps of an earlier ledger, whose key is on the contact."""
    client = one.client(days, key=key)
    deal = one.deal("won", client, days, ended, amount=12000.0)
    one.role(deal, client)


def converted(one: Scribe) -> None:
    """A lead that became a contact with an open deal."""
    days, client = _became(one, "opportunity")
    deal = one.deal("open", client, days / 2, one.chance.randint(10, 90))
    one.role(deal, client)
    one.sales.of_lead(_lead_of(one, days, client), deal)


def converted_alone(one: Scribe) -> None:
    """A lead that became a contact, and no deal."""
    days, client = _became(one, "salesqualifiedlead")
    _lead_of(one, days, client)


def _became(one: Scribe, stage: str) -> tuple[int, str]:
    days = one.chance.randint(30, 400)
    one.contact(stage, days + 30, since=0.4)
    client = one.client(days / 2)
    one.task(client, days / 4)
    return days, client


def _lead_of(one: Scribe, days: int, client: str) -> str:
    """The lead that a contact was before."""
    return one.lead("won", days, ended=days / 2, became=client)


def sales_lead(one: Scribe) -> None:
    """Found by sales itself; marketing never heard of them. Each third is in work."""
    days = one.chance.randint(5, 300)
    status = "ongoing" if one.nth % 3 == 1 else "open"
    blank: dict[str, Any] = (
        {"account": "[not given]", "first_name": None} if one.nth % 10 == 0 else {}
    )
    lead = one.lead(status, days, **blank)
    if status == "ongoing":
        one.task(lead, days / 2)


def left_lead(one: Scribe) -> None:
    """Open, and owned by a rep who is no more."""
    days = one.chance.randint(90, 300)
    one.contact("marketingqualifiedlead", days + 10, left=True)
    one.lead("open", days, owner="left")


def queued(one: Scribe) -> None:
    """Waits in a queue of sales, where nobody has taken it."""
    days = one.chance.randint(1, 40)
    one.contact("marketingqualifiedlead", days + 10)
    one.lead("open", days, owner="queue")


LIVES: Mapping[str, Callable[[Scribe], None]] = {
    "open_lead": open_lead,
    "working_lead": working_lead,
    "rejected": rejected,
    "returned": returned,
    "converted": converted,
    "converted_alone": converted_alone,
    "sales_lead": sales_lead,
    "left_lead": left_lead,
    "queued": queued,
}
