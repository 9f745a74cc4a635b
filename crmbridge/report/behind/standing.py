"""The leads that stand somewhere now: in a stage, in the waiting line, or over a clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.model.codec import parse_instant
from crmbridge.model.state import LeadState
from crmbridge.policy.sla.causes import Cause, cause_of
from crmbridge.policy.sla.hours import absences, calendar_of_rep, calendar_of_team
from crmbridge.report.behind.spots import Spot, in_order, spot
from crmbridge.report.fairness import WORDS as WAITS_WORDS
from crmbridge.report.work.clocks import FIRST_TOUCH, NAMES
from crmbridge.store import leads, totals
from crmbridge.store.held import Held
from crmbridge.store.rows import CycleRow, LeadRow
from crmbridge.store.table import Tx

MANY = 20_000
"""Leads in a stage from which on they are met soon when leads are read in order."""


def in_stage(
    tx: Tx, stage: str, size: int, *, after: str = "", before: str = ""
) -> tuple[list[Spot], int]:
    """Return a page of the leads that are in a stage, by id, and how many there are.

    `after` and `before` are the ids at the end of another page.
    """
    many = totals.by_stage(tx).get(stage, 0)
    found = leads.page_in_stage(tx, stage, size, after=after, before=before, in_order=many >= MANY)
    return [spot(ident, 0, None, "It is there now") for ident in found], many


def waiting(tx: Tx, reason: str = "") -> list[Spot]:
    """Return the leads in the waiting line, all or those that wait for a reason as reports say it.

    They are in the order of their ids.
    """
    line = ((ident, WAITS_WORDS.get(name, name)) for ident, name in leads.in_line(tx))
    return in_order(
        spot(ident, 0, None, f"It waits: {why}") for ident, why in line if reason in ("", why)
    )


def since(tx: Tx, stages: Mapping[str, str]) -> dict[str, datetime]:
    """Return since when leads are in the stage that each of them has now, where that is known."""
    found = {}
    for ident, cycles in leads.cycles_of(tx, stages).items():
        came = cycles[-1].data.get("milestones", {}).get(stages[ident])
        found[ident] = parse_instant(came) if came else cycles[-1].opened
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A clock of a lead that is over, and nobody has answered: whose it is, since when, and why.

    `waits_for` are the teams that get the lead next, where its rep has nothing more to do.
    """

    lead: str
    clock: str
    rep: str
    team: str
    due: datetime
    cause: Cause
    waits_for: str = ""


def late(tx: Tx, company: Company, open_: Iterable[Held], team: str = "") -> list[Late]:
    """Read what is held for overdue clocks, those that are over longest first.

    `team` is a team's id, empty for all.
    """
    rows = [row for row in open_ if {"clock", "rep", "due"} <= set(row.detail)]
    cycles = leads.cycles_of(tx, (row.lead for row in rows))
    known = leads.get_many(tx, (row.lead for row in rows))
    found = (_late(company, row, cycles.get(row.lead, ()), known.get(row.lead)) for row in rows)
    return sorted(
        (one for one in found if team in ("", one.team)), key=lambda one: (one.due, one.lead)
    )


def _late(company: Company, row: Held, cycles: Sequence[CycleRow], known: LeadRow | None) -> Late:
    rep, due = str(row.detail["rep"]), parse_instant(str(row.detail["due"]))
    team = company.teams.team_of(rep)
    clock = str(row.detail["clock"])
    handed = cycles[-1].data.get("milestones", {}).get("handed") if cycles else None
    start = parse_instant(handed) if handed else due
    cause = _cause(company, rep, clock, start, due)
    return Late(
        lead=row.lead,
        clock=clock,
        rep=rep,
        team=team.id if team else "",
        due=due,
        cause=cause,
        waits_for=_waits_for(company, known),
    )


def _waits_for(company: Company, known: LeadRow | None) -> str:
    """The teams in whose line a lead of sales stands, by name; empty for none."""
    if known is None or not known.waiting or not known.state:
        return ""
    passing = LeadState.of(known.id, known.state).passing
    return ", ".join(company.teams.called(one) for one in passing.get("to", ()))


def _cause(company: Company, rep: str, clock: str, start: datetime, due: datetime) -> Cause:
    """Why, as far as the file of teams tells; how full the desk was is not looked at."""
    teams, zone = company.teams, company.zone
    team, person = teams.team_of(rep), teams.rep(rep)
    if team is None or person is None:
        return Cause.UNKNOWN
    own = calendar_of_rep(teams, team, person, zone)
    running: Any = own if clock == FIRST_TOUCH else calendar_of_team(teams, team, zone)
    away = absences(teams, team, person, zone)
    return cause_of(start, due, running=running, absences=away, own=own, full=False)


def clock_name(one: Late) -> str:
    """The clock in words."""
    return NAMES.get(one.clock, one.clock)
