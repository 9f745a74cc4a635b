"""The leads behind the figures of the loop: steps, cohorts, and moves from place to place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmbridge.agreement import Agreement
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.policy.speed import Exit
from crmbridge.policy.totals.trip import WON
from crmbridge.report.behind.spots import Spot, became_of, in_order, spot
from crmbridge.report.text import reason_words
from crmbridge.report.work.asked import Question, spread
from crmbridge.report.work.came import BACK_STEP, came
from crmbridge.report.work.cohorts import Cycles, by_part, entered
from crmbridge.report.work.days import Days
from crmbridge.report.work.flows import entered_in, paths
from crmbridge.report.work.hand_offs import hand_offs
from crmbridge.report.work.only import hand_offs_of
from crmbridge.report.work.returns import returns
from crmbridge.store.table import Tx

TITLES: Mapping[str, str] = {
    "came": "Leads that came to a step in these days",
    "cohort": "Leads that came to a step in these days, and what became of them",
    "back": "Leads that came back from sales in these days",
    "again": "Leads that came back from sales in these days, and went there again",
    "moved": "Leads that entered the loop in these days, and went this way",
}
"""What may be asked for of the loop."""
ENDS = {"on": Exit.PROGRESSED, "back": Exit.RETURNED, "open": Exit.OPEN}
"""How a stay in a step ended, by the words of an address."""


def came_to(cycles: Cycles, asked: Question, step: str) -> list[Spot]:
    """Return the cycles that came to a step on the days; `won` and `back` are steps, too."""
    return in_order(
        spot(
            one.lead,
            one.n,
            one.closed if found in (WON, BACK_STEP) else one.data["effective"][found],
            became_of(one),
        )
        for day, found, one in came(cycles, asked)
        if found == step and day in asked.period
    )


def cohort_of(cycles: Cycles, asked: Question, step: str, end: str, part: str) -> list[Spot]:
    """Return the cycles of a cohort: a step, how its stay ended (empty for all), and a part."""
    if end not in ("", *ENDS):
        raise ConfigError(f"No stay ends by {end!r}: go there from the table again")
    found = entered(cycles, step, asked)
    some = [one for one in found if one.day in asked.period]
    if part:
        some = dict(by_part(found, asked)).get(part, [])
    return in_order(
        spot(one.of.lead, one.of.n, one.of.data["effective"][step], became_of(one.of))
        for one in some
        if not end or one.stay.exit is ENDS[end]
    )


def moved(
    cycles: Cycles, agreement: Agreement, asked: Question, way: tuple[str, str]
) -> list[Spot]:
    """Return the cycles that entered on the days and went from a place to another."""
    followed = paths(entered_in(cycles, asked), agreement)
    mine: Iterable[Spot] = (
        spot(one.of.lead, one.of.n, min(_told(one.of.data["effective"])), became_of(one.of))
        for one in followed
        if way in set(one.steps())
    )
    return in_order(mine)


def came_back(
    tx: Tx, company: Company, asked: Question, what: str, *, reason: str, part: str
) -> list[Spot]:
    """Return the cycles that came back on the days, or those of them whose lead went `again`.

    `reason` is in words, and `part` a month; empty for all.
    """
    days = Days(asked.zone)
    made = hand_offs(tx, company.teams, days, asked.motion).all
    mine = {one.key for one in hand_offs_of(tx, made, asked)}
    back = returns(made, company.agreement.recycle, days, asked.today)
    found = [one for one in back if one.of.key in mine]
    some = [one for one in found if one.day in asked.period]
    if part:
        first = min((one.day for one in some), default=None)
        parts = asked.parts(first, asked.by or "month")
        some = dict(spread(found, lambda one: one.day, parts)).get(part, [])
    return in_order(
        spot(one.of.cycle.lead, one.of.cycle.n, one.of.cycle.closed, became_of(one.of.cycle))
        for one in some
        if reason in ("", reason_words(one.found.reason)) and (what == "back" or one.found.again)
    )


def _told(effective: Mapping[str, str]) -> list[str]:
    return [effective[step] for step in ("ready", "handed") if step in effective]
