"""When waiting alone will turn a verdict, or change a grade (R3.10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from crmbridge.agreement.definition.criteria import Leaf, leaves
from crmbridge.agreement.scoring.scores import FitRule
from crmbridge.agreement.shape import Agreement
from crmbridge.model.record import Value
from crmbridge.policy.definition.terms import terms
from crmbridge.policy.definition.values import local_day, to_instant, to_number
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


def turns_at(agreement: Agreement, case: Case, judged: Judged, as_of: datetime) -> datetime | None:
    """Return the first whole second at which a lead's readiness is another, without any event.

    `None` when waiting changes nothing within ten years. Where a penalty is fading, scores may
    rise as well as fall, and the answer is at most a day away: look again then.
    """
    points = sorted(set(turning_points(agreement, case, judged, as_of)))[:MOST]
    rising = not only_falls(judged.scores.engagement)
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
    for rule in _fit_rules(agreement):
        ends += _after(as_of, _ages(case, facts, rule))
    return min(ends, default=None)


def _fit_rules(agreement: Agreement) -> list[FitRule]:
    groups = agreement.fit.groups.values() if agreement.fit else ()
    return [rule for group in groups for rule in group.rules]


def turning_points(
    agreement: Agreement, case: Case, judged: Judged, as_of: datetime
) -> Iterator[datetime]:
    """Yield every instant after `as_of` at which a criterion may change by waiting alone."""
    asked = list(leaves(agreement.definition))
    fields = {leaf.field for leaf in asked}
    for leaf in asked:
        yield from _after(as_of, _ages(case, judged.facts, leaf))
    for rule in _fit_rules(agreement):
        yield from _after(as_of, _ages(case, judged.facts, rule))
    yield from rate_days(agreement, as_of)
    for leaf in asked:
        yield from _counted(case, leaf, as_of)
        yield from _thresholds(case, judged, leaf, as_of)
    if "buying_stage" in fields:
        yield from _after(as_of, (_past(one.at + STAGE_WINDOW) for one in case.touches))
    if fields & (GRADED | {"signals"}):
        yield from _signal_ends(agreement, judged.scores, as_of)
    if fields & GRADED:
        for _, least in agreement.grid.digits:
            if least is not None:
                yield from _fall(judged.scores, as_of, least)


def rate_days(agreement: Agreement, as_of: datetime) -> list[datetime]:
    """When agreed rates begin that are still to come, for criteria on money."""
    types = agreement.types
    if not any(types.get(leaf.field) == "money" for leaf in leaves(agreement.definition)):
        return []
    days = (midnight(rate.from_, agreement.tz) for rate in agreement.rates)
    return [one for one in days if one > as_of]


def _ages(case: Case, facts: Mapping[str, Value], one: Leaf | FitRule) -> Iterator[datetime]:
    """When a criterion on an age turns: the first second at which the age is past its length.

    A day that is still to come is not within any length until it is here.
    """
    value = facts.get(one.field)
    if one.op not in TIMELY or value is None:
        return
    length = timedelta(**{unit: float(n) for unit, n in one.value.items()})
    moment, day = to_instant(value, case.zone), local_day(value, case.zone)
    if moment is None or day is None:
        return
    yield moment if not moment.microsecond else _past(moment)
    yield midnight(day, case.zone)
    yield _past(moment + length)
    yield midnight(day + timedelta(days=length.days + 1), case.zone)


def _counted(case: Case, leaf: Leaf, as_of: datetime) -> Iterator[datetime]:
    if leaf.op == "count_ge" and "days" in leaf.value:
        length = timedelta(days=float(leaf.value["days"]))
        yield from _after(as_of, (_past(one.at + length) for one in case.touches))


def _turns(op: str, bar: Decimal) -> tuple[Decimal, ...]:
    """Below which scores a comparison may come out otherwise: a score moves by a ten-thousandth."""
    if op in ("ge", "lt"):
        return (bar,)
    return (bar + STEP,) if op in ("gt", "le") else (bar, bar + STEP)


def _thresholds(case: Case, judged: Judged, leaf: Leaf, as_of: datetime) -> Iterator[datetime]:
    if leaf.field not in ("engagement", "engagement_since"):
        return
    since = case.opened if leaf.field == "engagement_since" else None
    for wanted in leaf.value if isinstance(leaf.value, list | tuple) else [leaf.value]:
        bar = to_number(wanted)
        for threshold in _turns(leaf.op, bar) if bar is not None else ():
            yield from _fall(judged.scores, as_of, threshold, since)


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
