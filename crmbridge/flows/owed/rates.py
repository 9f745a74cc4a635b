"""Currencies that stand apart on people's records for want of a rate: held once each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from crmbridge.flows.owed.revenue import won
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.store import held

KIND = "no_rate"
SHOWN = 1_000
"""Leads that the held work of a currency names at most."""


def hold_rates(scene: Scene, leads: Iterable[str]) -> None:
    """Hold each currency that stands apart for some of these leads; end it once it does for none.

    Each names some of its leads.
    """
    some = list(leads)
    apart: dict[str, set[str]] = defaultdict(set)
    for lead in some:
        if len({one.currency for one in scene.work.deals.shares(lead) if one.currency}) > 1:
            for money in won(scene, view(scene, lead)).apart:
                apart[money.currency].add(lead)
    rows = {row.op: row for row in held.find(scene.tx, kind=KIND)} if some else {}
    for currency in sorted(apart.keys() | rows.keys()):
        row = rows.get(currency)
        before = set(row.detail["leads"]) if row else set()
        now = (before - set(some)) | apart[currency]
        if now == before:
            continue
        if now:
            _hold(scene, currency, sorted(now))
        elif row:
            held.resolve(scene.tx, [row.id], scene.now)


def _hold(scene: Scene, currency: str, leads: Sequence[str]) -> None:
    home = scene.company.mapping.currency
    scene.hold(
        "no_rate",
        "",
        currency,
        f"Some people won deals in {currency} beside others, and the agreement has no rate of "
        f"{currency} for the day of the win. What was won in {currency} stands apart. Add a line "
        f"under [[rates]] of the agreement (what one {currency} is worth in {home}, from a day "
        "before the win on) as a new version, and have both sides sign it.",
        currency=currency,
        leads=list(leads[:SHOWN]),
    )
