"""When waiting alone will turn a verdict, or change a grade (R3.10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from crmbridge.agreement.definition.criteria import Leaf
from crmbridge.agreement.scoring.scores import FitRule
from crmbridge.agreement.shape import Agreement
from crmbridge.model.record import Value
from crmbridge.policy.definition.terms import terms
from crmbridge.policy.definition.values import local_day, to_instant, to_number
from crmbridge.policy.prepared import Kept
from crmbridge.policy.qualify.falls_at import below_at, only_falls
from crmbridge.policy.qualify.judge import Case, Judged, judge_at
from crmbridge.policy.scoring.all_scores import Scores
from crmbridge.policy.scoring.engagement import STAGE_WINDOW
from crmbridge.policy.sla.calendar import midnight

MOST = 100
"""Instants at which a verdict is tried; a lead's clock rarely has more than a dozen."""
A_SECOND = timedelta(seconds=1)
A_DAY = timedelta(days=1)
STEP = Decimal("0.0001")
GRADED = frozenset({"rating", "grade", "engagement_digit"})
TIMELY = ("within_last", "older_than")


def turns_at(
    agreement: Agreement, case: Case, judged: Judged, as_of: datetime, *, scored: bool = True
) -> datetime | None:
    """Return the first whole second at which a lead's readiness is another, without any event.

    `None` when waiting changes nothing within ten years. Where a penalty is fading, scores may
    rise as well as fall, and the answer is at most a day away: look again then. Not so with
    `scored` false, for criteria that ask for no score.
    """
    points = sorted(set(turning_points(agreement, case, judged, as_of)))[:MOST]
    rising = scored and not only_falls(judged.scores.engagement)
    if rising:
        points = sorted([*(one for one in points if one < as_of + A_DAY), as_of + A_DAY])
    for at in points:
        if judge_at(agreement, case, at).verdict.ready is not judged.verdict.ready:
            return at
    return points[-1] if rising or len(points) == MOST else None


def regrades_at(
    agreement: Agreement, case: Case, found: Scores, facts: Mapping[str, Value], as_of: datetime
) -> datetime | None:
    """Return when waiting alone may change a lead's grade or rating; `None` for never.

    The first of: the digit falls, a signal ends, a fit rule on an age turns.
    """
    least = terms(agreement).floors.get(found.digit)
    ends = list(_signal_ends(agreement, found, as_of))
    if least is not None:
        fall = below_at(found.engagement, as_of, least)
        ends += [fall] if fall else []
    if not only_falls(found.engagement):
        ends.append(as_of + 7 * A_DAY)
    for rule in _clocks(agreement).rules:
        ends += _after(as_of, _ages(case, facts, rule))
    return min(ends, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """What of an agreement may turn by waiting, sorted out once.

    `rules` are the fit rules on an age, `aging` these and the criteria on one, `counting` the days
    of criteria that count touches. `bars` are the scores at which a criterion on engagement turns,
    with whether it asks for that since the cycle began. `fields` are all facts that criteria ask
    for.
    """

    rules: tuple[FitRule, ...]
    aging: tuple[Leaf | FitRule, ...]
    counting: tuple[timedelta, ...]
    bars: tuple[tuple[bool, Decimal], ...]
    fields: frozenset[str]
    money: bool


def _clock(agreement: Agreement) -> _Clock:
    asked, types = list(agreement.criteria), agreement.types
    groups = agreement.fit.groups.values() if agreement.fit else ()
    rules = tuple(rule for group in groups for rule in group.rules if rule.op in TIMELY)
    counted = (one for one in asked if one.op == "count_ge" and "days" in one.value)
    return _Clock(
        rules=rules,
        aging=(*(one for one in asked if one.op in TIMELY), *rules),
        counting=tuple(timedelta(days=float(one.value["days"])) for one in counted),
        bars=tuple(dict.fromkeys(bar for one in asked for bar in _bars(one))),
        fields=frozenset(one.field for one in asked),
        money=any(types.get(one.field) == "money" for one in asked),
    )


_clocks = Kept[Agreement, _Clock](_clock).of


def turning_points(
    agreement: Agreement, case: Case, judged: Judged, as_of: datetime
) -> Iterator[datetime]:
    """Yield every instant after `as_of` at which a criterion may change by waiting alone."""
    clock = _clocks(agreement)
    for one in clock.aging:
        yield from _after(as_of, _ages(case, judged.facts, one))
    yield from rate_days(agreement, as_of)
    for length in clock.counting:
        yield from _after(as_of, (_past(one.at + length) for one in case.touches))
    for in_cycle, bar in clock.bars:
        yield from _fall(judged.scores, as_of, bar, case.opened if in_cycle else None)
    if "buying_stage" in clock.fields:
        yield from _after(as_of, (_past(one.at + STAGE_WINDOW) for one in case.touches))
    if clock.fields & (GRADED | {"signals"}):
        yield from _signal_ends(agreement, judged.scores, as_of)
    if clock.fields & GRADED:
        for _, least in agreement.grid.digits:
            if least is not None:
                yield from _fall(judged.scores, as_of, least)


def rate_days(agreement: Agreement, as_of: datetime) -> list[datetime]:
    """When agreed rates begin that are still to come, for criteria on money."""
    if not _clocks(agreement).money:
        return []
    days = (midnight(rate.from_, agreement.tz) for rate in agreement.rates)
    return [one for one in days if one > as_of]


def _ages(case: Case, facts: Mapping[str, Value], one: Leaf | FitRule) -> Iterator[datetime]:
    """When a criterion on an age turns: the first second at which the age is past its length.

    A day that is still to come is not within any length until it is here.
    """
    value = facts.get(one.field)
    if value is None:
        return
    length = timedelta(**{unit: float(n) for unit, n in one.value.items()})
    moment, day = to_instant(value, case.zone), local_day(value, case.zone)
    if moment is None or day is None:
        return
    yield moment if not moment.microsecond else _past(moment)
    yield midnight(day, case.zone)
    yield _past(moment + length)
    yield midnight(day + timedelta(days=length.days + 1), case.zone)


def _turns(op: str, bar: Decimal) -> tuple[Decimal, ...]:
    """Below which scores a comparison may come out otherwise: a score moves by a ten-thousandth."""
    if op in ("ge", "lt"):
        return (bar,)
    return (bar + STEP,) if op in ("gt", "le") else (bar, bar + STEP)


def _bars(leaf: Leaf) -> Iterator[tuple[bool, Decimal]]:
    if leaf.field not in ("engagement", "engagement_since"):
        return
    for wanted in leaf.value if isinstance(leaf.value, list | tuple) else [leaf.value]:
        bar = to_number(wanted)
        for threshold in _turns(leaf.op, bar) if bar is not None else ():
            yield leaf.field == "engagement_since", threshold


def _fall(
    found: Scores, as_of: datetime, threshold: Decimal, since: datetime | None = None
) -> Iterator[datetime]:
    at = below_at(found.engagement, as_of, threshold, since)
    if at is not None:
        yield at


def _signal_ends(agreement: Agreement, found: Scores, as_of: datetime) -> Iterator[datetime]:
    for touch, _ in found.signals:
        rule = terms(agreement).rules.rule(touch.kind, touch.asset)
        if rule and rule.signal:
            end = touch.at + timedelta(days=float(rule.signal.ttl_days))
            yield from _after(as_of, [end if not end.microsecond else _past(end)])


def _after(as_of: datetime, moments: Iterator[datetime] | list[datetime]) -> Iterator[datetime]:
    return (one for one in moments if one > as_of)


def _past(end: datetime) -> datetime:
    """The first whole second after an instant that still counts."""
    return end.replace(microsecond=0) + A_SECOND
