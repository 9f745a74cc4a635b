"""Closed revenue home to the marketing record: what was won, by which first and last touch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbridge.company import digest
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.read.observe.on_deals import load_on
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.payload import Credited
from crmbridge.policy.revenue.attribution import Credit, first_last
from crmbridge.store.rows import DealRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """What a lead brought: its share of each won deal that stands. Nothing won: zero deals."""

    deals: tuple[str, ...] = ()
    value: Money | None = None
    at: datetime | None = None


def won(scene: Scene, view: View) -> Won:
    """Add up a lead's shares; deals in several currencies are held, never added (R6.17)."""
    rows = _won_deals(scene, view)
    if not rows:
        return Won()
    priced = _priced(scene, view, rows)
    found = {money.currency for money in priced}
    total: Money | None = None
    if len(found) == 1:
        total = Money(sum(money.minor for money in priced), found.pop())
    elif found:
        scene.hold(
            "mixed_currency",
            view.id,
            "won_amount",
            f"Won deals in {', '.join(sorted(found))}: they are not added without a rate. "
            "Enter the deals in one currency.",
        )
    closed = [row.closed_at for row in rows if row.closed_at]
    return Won(deals=tuple(row.id for row in rows), value=total, at=max(closed) if closed else None)


def currencies(scene: Scene, view: View) -> set[str]:
    """The currencies of a lead's shares of what was won."""
    return {money.currency for money in _priced(scene, view, _won_deals(scene, view))}


def _priced(scene: Scene, view: View, rows: list[DealRow]) -> list[Money]:
    return [money for row in rows if (money := share(scene, row, view.id)) is not None]


def share(scene: Scene, deal: DealRow, lead: str) -> Money | None:
    """A lead's part of a deal: equal parts for all people on it, to the cent (R6.16).

    Without it, a deal with three contacts would stand three times on the marketing side. Who is
    not on the deal has no part in it, so that the parts always add up to the deal.
    """
    people = _leads_on(scene, deal.id)
    if deal.amount_minor is None or lead not in people:
        return None
    size, rest = divmod(abs(deal.amount_minor), len(people))
    part = size + (people.index(lead) < rest)
    return Money(part if deal.amount_minor >= 0 else -part, deal.currency)


def _leads_on(scene: Scene, deal: str) -> list[str]:
    """The leads behind the people on a deal, each once, in a fixed order."""
    entries = [scene.work.ref(person) for person in scene.work.deals.people_on(deal)]
    return sorted({follow(scene, one.lead) for one in entries if one and one.lead})


def load_won(scene: Scene, leads: Iterable[str]) -> None:
    """Look up in bulk what leads won, and who else is on it."""
    lives = [scene.work.lifecycle(one) for one in leads]
    load_on(scene, sorted({deal for life in lives for deal in life.won_deals}))


def _won_deals(scene: Scene, view: View) -> list[DealRow]:
    """The won deals that a lead is on, by id."""
    rows = [row for one in sorted(view.life.won_deals) if (row := scene.work.deals.get(one))]
    return [row for row in rows if view.id in _leads_on(scene, row.id)]


def credit(scene: Scene, view: View) -> None:
    """Note first and last touch of what was won; again when the deals or the touches change."""
    rows = _won_deals(scene, view)
    if not rows:
        return
    newest = max(rows, key=lambda row: (row.closed_at or scene.now, row.id))
    cutoff = newest.closed_at or scene.now
    lookback = timedelta(days=scene.company.agreement.attribution.lookback_days)
    found = first_last(view.touches, cutoff, (newest.created_at or cutoff) - lookback)
    first, last = _shown(view, found.first), _shown(view, found.last)
    if (first, last) == (view.state.first_touch, view.state.last_touch):
        return
    told = Credited(
        first=first,
        last=last,
        deals=tuple(Ref.parse(row.id) for row in rows),
        cutoff=cutoff,
        first_refs=tuple(one.touch.ref for one in found.first),
        last_refs=tuple(one.touch.ref for one in found.last),
    )
    key = f"credited:{view.id}:{digest(told.to_json())}:{view.state.rev}"
    scene.decided(told, view.id, key)


def _shown(view: View, group: tuple[Credit, ...]) -> str:
    """A group of touches as the marketing record shows it: `channel / asset`.

    A touch that names no channel came by the lead's own source.
    """
    source = str(view.state.value("source") or "")
    names = [
        " / ".join(part for part in (one.channel or source or one.source, one.asset) if part)
        for one in group
    ]
    return " + ".join(dict.fromkeys(names))
