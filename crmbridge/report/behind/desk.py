"""The leads behind the figures of the hand-off: who had them, their clocks, whose turn it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmbridge.company import Company
from crmbridge.policy.sla.causes import Cause
from crmbridge.policy.sla.clocks import Status
from crmbridge.report.behind.spots import Spot, became, became_of, in_order, spot
from crmbridge.report.fairness import WORDS as WAITS_WORDS
from crmbridge.report.handoff import CAUSES
from crmbridge.report.work.asked import Question
from crmbridge.report.work.clocks import NAMES, Timed, Timing
from crmbridge.report.work.days import Days
from crmbridge.report.work.deals import NO_TEAM
from crmbridge.report.work.hand_offs import NOBODY, HandOff, hand_offs, teams_by_rep
from crmbridge.report.work.legs import LEGS, as_hand_offs
from crmbridge.report.work.legs import had as had_on
from crmbridge.report.work.turns import given
from crmbridge.store import desk, leads
from crmbridge.store.table import Tx

TITLES: Mapping[str, str] = {
    "had": "Leads that sales had",
    "took": "Leads that sales took on",
    "gave-back": "Leads that sales gave back before it took them on",
    "clocks": "Leads with a clock of the hand-off",
    "due": "Leads whose clock is over, kept or not",
    "breached": "Leads that were not answered in time",
    "overdue": "Leads of whose overdue clock sales was told",
    "turns": "Leads that were given out",
    "undone": "Leads whose turn was given back",
    "waited": "Leads that had to wait",
    "open": "Leads in work at sales",
    "handed-on": "Leads that one team of sales handed on to another",
}
"""What may be asked for of the hand-off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Of which rep or team; empty for all. Names for those who are none are as reports have them.

    `clock` and `cause` are in the words of the report, `reason` is why a lead waited.
    """

    team: str = ""
    rep: str = ""
    clock: str = ""
    cause: str = ""
    reason: str = ""

    def of(self, team: str, rep: str) -> bool:
        """Whether something of a team and a rep is meant."""
        teams = ("", team) if team else ("", NO_TEAM, NOBODY)
        return self.team in teams and self.rep in ("", rep or NOBODY)


def had(tx: Tx, company: Company, asked: Question, what: str, whose: Whose) -> list[Spot]:
    """Return the hand-offs of the days: `had`, `took` or `gave-back`."""
    made = hand_offs(tx, company.teams, Days(asked.zone), asked.motion).all
    return in_order(
        _spot(one, what)
        for one in made
        if _wanted(one, asked, whose)
        and (what == "had" or (one.accepted if what == "took" else one.rejected))
    )


def _wanted(one: HandOff, asked: Question, whose: Whose) -> bool:
    mine = asked.team in ("", one.team) and one.day in asked.period
    return mine and whose.of(one.team, one.rep)


def _spot(one: HandOff, what: str) -> Spot:
    at = one.cycle.data["effective"]["accepted" if what == "took" else "handed"]
    end = one.cycle.closed if what == "gave-back" else None
    return spot(one.cycle.lead, one.cycle.n, end or at, became_of(one.cycle))


def timed(tx: Tx, company: Company, asked: Question, what: str, whose: Whose) -> list[Spot]:
    """Return the clocks of the days: all `clocks`, those that are `due`, or `breached` ones."""
    days = Days(asked.zone)
    made = hand_offs(tx, company.teams, days, asked.motion)
    mine = (one for one in made.all if one.pushed and _wanted(one, asked, whose))
    passed = (one for one in as_hand_offs(tx, made, days) if _wanted(one, asked, whose))
    timing = Timing.load(tx, company.teams, company.agreement.sla, company.zone, asked.now)
    timed = [*timing.timed(mine), *timing.timed(passed, on=True)]
    return in_order(_clock(one) for one in timed if _is(one, what, whose))


def _is(one: Timed, what: str, whose: Whose) -> bool:
    late = one.clock.status is Status.BREACHED
    if whose.clock not in ("", NAMES[one.name]):
        return False
    if whose.cause and not (late and CAUSES[_cause(one)] == whose.cause):
        return False
    return what == "clocks" or (one.clock.due if what == "due" else late)


def _cause(one: Timed) -> Cause:
    return next(cause for cause in CAUSES if cause.value == one.clock.cause)


def _clock(one: Timed) -> Spot:
    cycle, hours = one.of.cycle, one.clock.used / 3600
    name = NAMES[one.name].capitalize()
    spent = f"after {hours:,.1f} business hours"
    done = f"done {spent}" if one.clock.answered else f"not done {spent}"
    late = one.clock.status is Status.BREACHED
    why = f", too late: {CAUSES[_cause(one)]}" if late else ""
    return spot(cycle.lead, cycle.n, cycle.data["milestones"]["handed"], f"{name}: {done}{why}")


def overdue(tx: Tx, company: Company, asked: Question, whose: Whose) -> list[Spot]:
    """Return the breaches of clocks that were told of in the days."""
    days, team_of = Days(asked.zone), teams_by_rep(company.teams)
    return in_order(
        spot(one.lead, int(one.said["cycle"]), one.at, f"{NAMES[one.said['clock']]}: overdue")
        for one in desk.noted(tx, "sla_breached")
        if days.of(one.at) in asked.period
        and whose.of(team_of.get(str(one.said["rep"]), ""), str(one.said["rep"]))
    )


def turns(tx: Tx, asked: Question, what: str, whose: Whose) -> list[Spot]:
    """Return the leads that were given out in the days, or whose turn was `undone`."""
    return in_order(
        spot(one.lead, 0, one.at, "The turn was given back" if one.undone else "Given out")
        for one in given(tx, Days(asked.zone))
        if one.undone == (what == "undone")
        and one.day in asked.period
        and asked.team in ("", one.team)
        and whose.of(one.team, one.rep)
    )


def waited(tx: Tx, asked: Question, whose: Whose) -> list[Spot]:
    """Return the leads that began to wait in the days, each once; reasons are as reports say."""
    days, last = Days(asked.zone), dict[str, Spot]()
    for one in desk.noted(tx, "waits"):
        why = WAITS_WORDS.get(str(one.said["reason"]), str(one.said["reason"]))
        if days.of(one.at) in asked.period and whose.reason in ("", why):
            last[one.lead] = spot(one.lead, 0, one.at, why)
    return in_order(last.values())


def open_work(tx: Tx, company: Company, asked: Question, whose: Whose) -> list[Spot]:
    """Return what reps have in work now."""
    reps = [
        rep.id
        for team in company.teams.teams
        for rep in team.reps
        if asked.team in ("", team.id) and whose.of(team.id, rep.id)
    ]
    found = leads.open_work_of(tx, reps or [whose.rep])
    return in_order(spot(lead, 0, None, "It is in work now") for lead in found)


def handed_on(tx: Tx, asked: Question, which: str, whose: Whose) -> list[Spot]:
    """Return what was handed on in the days; `which` is a column of the report, empty for all."""
    _, counts = LEGS.get(which, ("", lambda one: not which))
    return in_order(
        spot(one.lead, one.n, one.at, became(one.outcome, one.reason, accepted=one.taken))
        for one in had_on(tx, Days(asked.zone), asked.motion)
        if counts(one)
        and one.day in asked.period
        and asked.team in ("", one.team)
        and whose.of(one.team, one.rep)
    )
