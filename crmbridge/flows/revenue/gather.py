"""What a deal's credit follows from: its people, their touches, its amount and its window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from crmbridge.flows.scene.scene import Scene
from crmbridge.model.evidence import Evidence
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import Cycle, Lifecycle
from crmbridge.model.money import Money
from crmbridge.model.side import SALES
from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.sourced import DealFacts, HandOff
from crmbridge.policy.revenue.touches import collapse, window_of
from crmbridge.store import firms, trail
from crmbridge.store.books import PIPELINE, REVENUE
from crmbridge.store.projection.on.deals import FIRST
from crmbridge.store.rows import ActivityRow, DealRow, TouchRow

STANDING = ("open", "won", "lost")
MILESTONES = ("engaged", "ready", "handed", "first_sales_touch", "accepted", "qualified")
"""Milestones of a lead that a custom model may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A deal as one measure of the books sees it.

    `own` is its amount in its own currency, `None` without one; `at` the instant of the win or of
    the creation, and `day` the company's day of it. `points` are the touches that count, a session
    once (R6.4), of all time; `sales` how many touches of sales its people have.
    """

    deal: DealRow
    measure: str
    own: Money | None
    at: datetime
    day: date
    people: Mapping[str, Evidence]
    points: Sequence[Point]
    sales: int
    milestones: Milestones
    window: Window
    facts: DealFacts


def gather(scene: Scene, deals: Iterable[str]) -> dict[tuple[str, str], Look]:
    """Look at deals as both measures see them, by deal and measure.

    Revenue has only deals that are won, the pipeline those with a creation; a deal that was deleted
    or that the mapping leaves out is in neither.
    """
    wanted = list(deals)
    scene.work.deals.load(wanted)
    rows = [row for one in wanted if (row := scene.work.deals.get(one)) and _stands(row)]
    as_seen = {REVENUE: _won(scene, rows), PIPELINE: _created(rows, scene.now)}
    people = {
        measure: scene.work.totals.shares.holders_as(found) for measure, found in as_seen.items()
    }
    everybody = {lead for held in people.values() for found in held.values() for lead in found}
    scene.work.load_leads(everybody)
    scene.work.load_touches_of(everybody)
    hand = _Hand.load(scene, rows, everybody)
    return {
        (ident, measure): _look(scene, hand, row, measure, people[measure][ident])
        for measure, found in as_seen.items()
        for ident, row in found.items()
    }


def closed(scene: Scene, deals: Iterable[str]) -> list[Look]:
    """Look at deals that are over, won or lost, as a model is fitted to them (R6.10)."""
    wanted = list(deals)
    scene.work.deals.load(wanted)
    rows = {
        one: replace(row, closed_at=min(row.closed_at, scene.now))
        for one in wanted
        if (row := scene.work.deals.get(one)) and _stands(row) and row.closed_at is not None
        if row.state in ("won", "lost")
    }
    people = scene.work.totals.shares.holders_as(rows)
    everybody = {lead for found in people.values() for lead in found}
    scene.work.load_leads(everybody)
    scene.work.load_touches_of(everybody)
    hand = _Hand.load(scene, list(rows.values()), everybody)
    return [_look(scene, hand, row, REVENUE, people[ident]) for ident, row in rows.items()]


def _stands(row: DealRow) -> bool:
    return row.state in STANDING and not row.outside


def _won(scene: Scene, rows: Iterable[DealRow]) -> dict[str, DealRow]:
    """Deals that are won, each closed no later than now, whatever a vendor's clock says."""
    return {
        row.id: replace(row, closed_at=min(row.closed_at or row.changed_at or scene.now, scene.now))
        for row in rows
        if row.state == "won"
    }


def _created(rows: Iterable[DealRow], now: datetime) -> dict[str, DealRow]:
    """Deals as they were created: who was there then has a part in it.

    Each was created no later than now, whatever a vendor's clock says.
    """
    return {
        row.id: replace(row, closed_at=min(row.created_at, now))
        for row in rows
        if row.created_at is not None
    }


@dataclass(slots=True, kw_only=True)
class _Hand:
    """What was looked up of all deals at once.

    `wins` are the won deals of accounts, `worked` when sales first did something with a lead, `of`
    whose records belong to an account.
    """

    wins: Mapping[str, Sequence[tuple[datetime, str]]]
    done: Mapping[str, Sequence[ActivityRow]]
    members: Mapping[str, Sequence[str]]

    @classmethod
    def load(cls, scene: Scene, rows: Sequence[DealRow], leads: set[str]) -> _Hand:
        accounts = {row.account for row in rows if row.account}
        members: dict[str, list[str]] = defaultdict(list)
        there = firms.belongings_to(scene.tx, accounts) if accounts else {}
        scene.work.load_refs(Ref.parse(one.person) for found in there.values() for one in found)
        for account, found in there.items():
            for one in found:
                entry = scene.work.ref(Ref.parse(one.person))
                if entry is not None and entry.lead:
                    members[account].append(entry.lead)
        asked = leads.union(*members.values())
        return cls(
            wins=trail.wins_of(scene.tx, accounts),
            done=trail.activities_of(scene.tx, asked),
            members=members,
        )

    def first_sales(self, account: str, people: Iterable[str]) -> int | None:
        """When sales first did something with the account, or with the people of a deal."""
        who = {*people, *self.members.get(account, ())}
        times = [self.done[lead][0].at for lead in who if self.done.get(lead)]
        return second(min(times)) if times else None

    def previous_win(self, row: DealRow, until: datetime) -> int | None:
        """When the account's deal before was won; of one won later than `until` nothing is said."""
        times = [at for at, ident in self.wins.get(row.account, ()) if ident != row.id]
        return max((second(at) for at in times if at <= until), default=None)


def second(at: datetime) -> int:
    """An instant in whole seconds since 1970 (R6.5)."""
    return int(at.timestamp() // 1)


def _look(
    scene: Scene, hand: _Hand, row: DealRow, measure: str, people: Mapping[str, Evidence]
) -> Look:
    at = row.closed_at or scene.now
    window = _window(scene, hand, row, at)
    points, sales = _points(scene, hand, people)
    created = second(row.created_at or at)
    lives = {lead: scene.work.lifecycle(lead) for lead in people}
    facts = DealFacts(
        created=min(created, window.cutoff),
        window=window,
        points=points,
        hand_offs=[one for life in lives.values() for one in _hand_offs(life)],
        first_sales=hand.first_sales(row.account, people),
        lead_source=row.source,
    )
    return Look(
        deal=row,
        measure=measure,
        own=_amount(row, measure),
        at=at,
        day=at.astimezone(scene.company.zone).date(),
        people=people,
        points=points,
        sales=sales,
        milestones=_milestones(row, at, lives),
        window=window,
        facts=facts,
    )


def _amount(row: DealRow, measure: str) -> Money | None:
    if measure == PIPELINE:
        first = row.data.get(FIRST)
        return Money(int(first[0]), str(first[1])) if first else None
    return None if row.amount_minor is None else Money(row.amount_minor, row.currency)


def _window(scene: Scene, hand: _Hand, row: DealRow, at: datetime) -> Window:
    """R6.2, R6.3: repeat business begins where the account's win before this deal's creation lies.

    A deal that ran beside another one keeps the touches that led to both.
    """
    agreed = scene.company.agreement.attribution
    before = None
    if agreed.window_resets_on_win and row.account:
        before = hand.previous_win(row, min(row.created_at or at, at))
    created = second(row.created_at) if row.created_at else None
    return window_of(created, second(at), agreed.lookback_days, before)


def _points(scene: Scene, hand: _Hand, people: Iterable[str]) -> tuple[list[Point], int]:
    """The touches of people that count, a session once, and how many of sales there are."""
    agreed = scene.company.agreement.attribution
    points: list[Point] = []
    sales = 0
    for lead in people:
        source = str(scene.work.state(lead).value("source") or "")
        for row in scene.work.touches(lead):
            if agreed.counts(row.kind) and row.at <= scene.now:
                points.append(_point(lead, row, source, converting=agreed.converts(row.kind)))
        for one in hand.done.get(lead, ()):
            sales += 1
            if agreed.counts_of_sales(one.kind):
                points.append(_of_sales(lead, one))
    return collapse(points), sales


def _point(lead: str, row: TouchRow, source: str, *, converting: bool) -> Point:
    """A touch that names no channel came by the lead's own source."""
    return Point(
        id=row.id,
        at=second(row.at),
        person=lead,
        channel=row.channel or source or row.kind,
        asset=row.asset,
        kind=row.kind,
        campaign=row.campaign,
        converting=converting,
    )


def _of_sales(lead: str, row: ActivityRow) -> Point:
    return Point(id=row.id, at=second(row.at), person=lead, channel=SALES, kind=row.kind)


def _hand_offs(life: Lifecycle) -> Iterable[HandOff]:
    for cycle in life.cycles:
        handed = cycle.effective.get("handed")
        if handed is None or cycle.voided:
            continue
        gone = cycle.closed if cycle.outcome not in ("", "won") else None
        yield HandOff(
            handed=second(handed), returned=second(gone) if gone else None, kind=cycle.kind
        )


def _milestones(row: DealRow, at: datetime, lives: Mapping[str, Lifecycle]) -> Milestones:
    """The earliest over the deal's people: when a lead was made, and what a model may name."""
    made = [life.cycles[0].opened for life in lives.values() if life.cycles]
    others: dict[str, int] = {}
    for life in lives.values():
        cycle = _cycle_of(life, row.id, at)
        for name in MILESTONES if cycle else ():
            when = cycle.effective.get(name) or cycle.milestones.get(name) if cycle else None
            if when is not None:
                others[name] = min(second(when), others.get(name, second(when)))
    return Milestones(
        lead_created=second(min(made)) if made else None,
        created=second(row.created_at) if row.created_at else None,
        others=others,
    )


def _cycle_of(life: Lifecycle, deal: str, at: datetime) -> Cycle | None:
    """The cycle that lists a deal; else the last that was under way when it was won or created."""
    listed = [one for one in life.cycles if deal in one.deals]
    before = [one for one in life.cycles if one.opened <= at]
    return next(iter([*reversed(listed), *reversed(before)]), None)
