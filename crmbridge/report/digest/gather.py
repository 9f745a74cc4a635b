"""All that there is to say of a week, and which of it which audience hears (R8.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from crmbridge.agreement.routing.digests import Audience, Digest
from crmbridge.company import Company
from crmbridge.policy.digest.choose import Kind
from crmbridge.policy.digest.week import Week, due_at, key_back
from crmbridge.report.digest import machine, marketing, sales
from crmbridge.report.digest.item import Item
from crmbridge.report.digest.week import Looked
from crmbridge.report.work.hand_offs import teams_by_rep
from crmbridge.store import digests
from crmbridge.store.table import Tx

HEARS: Mapping[Audience, frozenset[Kind]] = {
    "marketing": frozenset(
        {
            *(Kind.HOT_WAITING, Kind.SOURCE_WORSE, Kind.DEFINITION_DRIFT, Kind.TARGET_GAP),
            *(Kind.SYNC_HEALTH, Kind.CONTENT_TOP, Kind.CORRECTION),
        }
    ),
    "sales": frozenset(
        {
            *(Kind.SLA_BREACH, Kind.HOT_WAITING, Kind.DEFINITION_DRIFT, Kind.TARGET_GAP),
            *(Kind.SYNC_HEALTH, Kind.CORRECTION),
        }
    ),
    "rep": frozenset({Kind.SLA_BREACH, Kind.HOT_WAITING}),
    "leadership": frozenset({Kind.TARGET_GAP, Kind.CORRECTION}),
}
"""Which items an audience is told of."""
SOURCES = (
    *(sales.breaches, sales.waiting, marketing.sources, marketing.drifting),
    *(marketing.targets, machine.health, marketing.read_most, machine.corrections),
)


def gather(tx: Tx, company: Company, week: Week, now: datetime) -> list[Item]:
    """Return every item of a week; of what was there the week before alone, the value is 0."""
    newest = due_at(now, company.zone).key == week.key
    told = told_before(tx, company, week)
    look = Looked(company=company, tx=tx, week=week, told=told, now=now, newest=newest)
    return [item for source in SOURCES for item in source(look)]


def told_before(tx: Tx, company: Company, week: Week) -> dict[str, int]:
    """What the digests of the week before had, by the items' keys."""
    reps = company.teams.reps
    people = [one.who(reps) for one in company.teams.digest]
    found = digests.sent(tx, people, [key_back(week.key, 1)])
    return {item.key: item.value for one in found.values() for item in one.items}


def heard_by(person: Digest, items: Iterable[Item], company: Company) -> list[Item]:
    """What somebody hears of a week: a rep of their own clocks and of their team's line."""
    kinds = HEARS[person.audience]
    rep = person.rep(company.teams.reps)
    if person.audience == "rep" and rep is not None:
        team = person.team or teams_by_rep(company.teams).get(rep.id, "")
        mine = [one for one in items if one.rep == rep.id or (not one.rep and one.team == team)]
        return _there(one for one in mine if one.kind is not Kind.SLA_BREACH or one.rep)
    wanted = (one for one in items if one.kind in kinds and not one.rep)
    return _there(one for one in wanted if not (person.team and one.team not in ("", person.team)))


def _there(items: Iterable[Item]) -> list[Item]:
    return [one for one in items if one.value]


def of_both_sides(items: Sequence[Item]) -> list[Item]:
    """What both sides talk about: all of it, but for what is a single rep's."""
    return [one for one in items if not one.rep]
