"""A backtest as people read it: the answer first, then the numbers, then how sure they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta, tzinfo

from crmbridge.model.money import Money
from crmbridge.policy.backtest import Backtest, Measure, Report, Side
from crmbridge.policy.intervals import Interval, Sample
from crmbridge.report.text import visible

IDS = 12
"""Leads that change side listed by id; `--json` has all."""
_LABELS = {"accepted": "accepted", "opportunity": "became a deal", "won": "won"}


def told(found: Backtest, zone: tzinfo = UTC) -> list[str]:
    """Return a backtest as lines of text, with the verdict first; its days are those of `zone`."""
    report = found.report
    old, new = report.sides
    if not report.cycles:
        return list(_nothing(found, zone))
    return [
        *verdict(report),
        *_blind(found),
        "",
        f"Trips of leads that were open {_span(found, zone)}: {report.cycles}. Judged by what "
        f"{'had happened' if found.hindsight else 'was known'} then.",
        f"{report.handed} were handed to sales; of {report.known} the outcome is known, "
        f"{report.immature} are too young.",
        "",
        *_side(old, found.currency),
        *_side(new, found.currency),
        "",
        f"Both select {report.both}, neither {report.neither}.",
        *_changed(report, 0),
        *_changed(report, 1),
        f"Only {old.name} was right about {report.right[0]}, only {new.name} about "
        f"{report.right[1]} (McNemar, exact: p {_p(report.p)}).",
    ]


def _span(found: Backtest, zone: tzinfo) -> str:
    """Its first and last day, as the company counts days; `until` itself is no part of it."""
    last = max(found.since, found.until - timedelta(seconds=1))
    first_day, last_day = (at.astimezone(zone).date() for at in (found.since, last))
    return f"from {first_day} to {last_day} ({zone})"


def _nothing(found: Backtest, zone: tzinfo) -> Iterator[str]:
    yield f"Nothing to look back on: no lead was on its way {_span(found, zone)}."
    yield "Choose another time, or read history first: `crmbridge backfill --since DAY`."


def _blind(found: Backtest) -> Iterator[str]:
    """History that was read in one go was known to nobody before that day."""
    chosen = any(side.accepted.selected for side in found.report.sides)
    if not chosen and not found.hindsight:
        yield (
            "Neither selects anybody by what was known then. If this history was read afterwards, "
            "as by `crmbridge backfill`, judge it by what had happened: --hindsight."
        )


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"= {value:.4f}"


def verdict(report: Report) -> Iterator[str]:
    """Yield the answer in words, and what to do next."""
    old, new = report.sides
    match report.verdict:
        case "same":
            yield f"No lead changes side: {old.name} and {new.name} select the same."
        case "better":
            yield f"{report.winner} is better at telling which leads sales accepts."
        case _:
            yield f"Cannot tell whether {new.name} is better than {old.name}."
            yield from _missing(report)


def _missing(report: Report) -> Iterator[str]:
    needs, new = report.needs, report.sides[1]
    blind = not any(report.right)
    if blind:
        yield (
            "Of those that change side none was handed over long enough ago: what sales would "
            "have said of them, nobody knows."
        )
    if needs.most is None:
        yield "Both were right equally often: more leads would not tell them apart."
    else:
        pairs = "of those that change side" if blind else "for a difference such as this one"
        yield (
            f"To tell, hand {'at least ' if blind else ''}{needs.most} more as a test "
            f"({needs.coverage} so that four of five outcomes are known, {needs.sample} for the "
            f"least sample, {needs.pairs} {pairs})."
        )
    if report.holdout:
        yield (
            f"Begin with {report.holdout} of those that only {new.name} selects, one in ten, "
            "handed over anyway for 30 days."
        )


def _side(side: Side, currency: str) -> Iterator[str]:
    known = Money(side.revenue, currency)
    yield f"{side.name} selects {side.accepted.selected}; won by those that were handed: {known}"
    for label, word in _LABELS.items():
        yield f"  {word + ':':15} {_measure(side.measures[label])}"


def _measure(found: Measure) -> str:
    counts = f"{found.positives} of {found.known} known"
    if found.precision is None or found.sample is Sample.COUNTS:
        return f"{counts} (too few for a rate)"
    recall = "-" if found.recall is None else f"{found.recall:.0%} {_interval(found.recall_ci)}"
    bounds = _interval(found.bounds) if found.bounds else "-"
    return (
        f"{counts}, precision {found.precision:.1%} {_interval(found.precision_ci)}, "
        f"recall {recall}; coverage {found.coverage or 0:.0%}, so between {bounds} of all"
    )


def _interval(found: Interval) -> str:
    return f"[{found.low:.1%}, {found.high:.1%}]"


def _changed(report: Report, n: int) -> Iterator[str]:
    side, ids, (known, accepted) = report.sides[n], report.only[n], report.changed[n]
    yield f"Only {side.name} selects {len(ids)} ({accepted} of {known} known were accepted)"
    if ids:
        yield f"  {_listed(ids)}"


def _listed(ids: Sequence[str]) -> str:
    shown = ", ".join(_short(visible(one)) for one in ids[:IDS])
    return shown + (f" and {len(ids) - IDS} more (--json lists all)" if len(ids) > IDS else "")


def _short(cycle: str) -> str:
    """A trip as `3336b319:2`: of the lead's id what `explain` needs, and the trip's number."""
    lead, _, trip = cycle.rpartition(":")
    return f"{lead[:8]}:{trip}"
