"""What each source brought: leads, how far they came, and the won money behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.state import LeadState
from crmbridge.report.qualify import reached
from crmbridge.report.recycle import came_back
from crmbridge.report.wins import judged
from crmbridge.store import leads, trail
from crmbridge.store.rows import DealRow, LeadRow
from crmbridge.store.table import Tx, chunks
from crmbridge.store.trips import Trip, trips

UNKNOWN = "(unknown)"
COUNTED = ("known", "ready", "handed", "accepted", "opportunity", "won")


@dataclass(slots=True, kw_only=True)
class _Gathered:
    """All cycles in one pass: counts by source, and who is on which deal."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    leads: dict[str, LeadRow] = field(default_factory=dict)
    deals: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, trip: Trip, lead: LeadRow, *, won: bool) -> None:
        row = self.counts.setdefault(source(lead), dict.fromkeys((*COUNTED, "back"), 0))
        for step in reached(trip, won=won) & set(COUNTED):
            row[step] += 1
        row["back"] += came_back(trip, won=won)
        for deal in trip.data["deals"]:
            self.deals[deal].add(lead.id)
            self.leads[lead.id] = lead


def _gather(tx: Tx) -> _Gathered:
    seen = _Gathered()
    for piece in chunks(judged(tx, trips(tx))):
        rows = leads.get_many(tx, (trip.lead for trip, _ in piece))
        for trip, won in piece:
            seen.add(trip, rows[trip.lead], won=won)
    return seen


def source(lead: LeadRow) -> str:
    """The source that a lead's facts name."""
    value = LeadState.of(lead.id, lead.state or {}).value("source")
    return str(value) if value else UNKNOWN


def sources(tx: Tx) -> dict[str, Any]:
    """Return counts of cycles by source, and won money by source, first touch and last touch.

    Money is `{currency: amount}` as text in major units: each won deal that stands counts once,
    in equal parts for the leads on it (R6.16), and currencies are never added up. The three
    tables tell the same money three times.
    """
    seen = _gather(tx)
    by_source, by_first, by_last = _Sums(), _Sums(), _Sums()
    left = _left(tx, seen.deals)
    for deal in trail.get_deals(tx, seen.deals).values():
        for ident, money in parts(deal, seen.deals[deal.id] - left[deal.id]).items():
            lead = seen.leads[ident]
            by_source.add(source(lead), money)
            by_first.add(_touch(lead, "first_touch"), money)
            by_last.add(_touch(lead, "last_touch"), money)
    won = by_source.shown()
    rows = [
        {"source": name, **counts, "revenue": won.get(name, {})}
        for name, counts in sorted(seen.counts.items())
    ]
    return {"sources": rows, "first_touch": by_first.shown(), "last_touch": by_last.shown()}


def _touch(lead: LeadRow, which: str) -> str:
    return str((lead.state or {}).get(which) or UNKNOWN)


def _left(tx: Tx, deals: Iterable[str]) -> dict[str, set[str]]:
    """Return the leads that each deal has lost: all their roles on it are gone.

    They have no part in it any more. A lead without any role on its deal has left nothing.
    """
    found = trail.roles_of_deals(tx, deals)
    people = {Ref.parse(one.person) for rows in found.values() for one in rows}
    mine: dict[str, str] = {}
    for system, obj in sorted({(one.system, one.obj) for one in people}):
        ids = [one.id for one in people if (one.system, one.obj) == (system, obj)]
        for row in leads.by_ref(tx, system, obj, ids).values():
            mine[str(Ref(system=system, obj=obj, id=row.id))] = row.lead or ""
    left: dict[str, set[str]] = defaultdict(set)
    for deal, rows in found.items():
        still = {mine.get(one.person, "") for one in rows if one.live}
        left[deal] = {mine.get(one.person, "") for one in rows if not one.live} - still
    return left


def parts(deal: DealRow, owners: Iterable[str]) -> Mapping[str, Money]:
    """Split a won deal equally among leads, to the cent; empty for one not won or without amount.

    The cents that are over go to the first leads by id, so that the parts add up to the deal.
    """
    people = sorted(owners)
    if deal.state != "won" or deal.amount_minor is None or not people:
        return {}
    size, rest = divmod(abs(deal.amount_minor), len(people))
    sign = 1 if deal.amount_minor >= 0 else -1
    return {
        one: Money(sign * (size + (place < rest)), deal.currency)
        for place, one in enumerate(people)
    }


class _Sums:
    """Money by name and currency."""

    def __init__(self) -> None:
        self._minor: dict[str, dict[str, int]] = {}

    def add(self, name: str, money: Money) -> None:
        of_name = self._minor.setdefault(name, {})
        of_name[money.currency] = of_name.get(money.currency, 0) + money.minor

    def shown(self) -> dict[str, dict[str, str]]:
        return {
            name: {
                currency: str(Money(minor, currency).amount)
                for currency, minor in sorted(sums.items())
            }
            for name, sums in sorted(self._minor.items())
        }
