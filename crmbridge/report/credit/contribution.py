"""Marketing's part in what was won and what was created, by four definitions, against targets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crmbridge.agreement.revenue.targets import Target
from crmbridge.model.money import Money
from crmbridge.policy.revenue.contribution import (
    Against,
    Counted,
    Share,
    Standing,
    against,
    contribution,
)
from crmbridge.policy.revenue.sourced import Definition, Part
from crmbridge.report.credit.missing import missing, said_missing
from crmbridge.report.credit.scope import MEASURES, Scope, days_of
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Cell, Chart, Column, Estimate, Report, Row, Sheet
from crmbridge.store import book_reads
from crmbridge.store.book_reads import Booked
from crmbridge.store.book_rows import PIPELINE, REVENUE
from crmbridge.store.table import Tx

TOLD = {
    Definition.HANDED: "handed over before the deal",
    Definition.FIRST_TOUCH: "first touch before the deal",
    Definition.LEAD_SOURCE: "the deal's lead source",
    Definition.PRE_SALES: "touch before sales' first activity",
}
MET, MISSED, CANNOT_TELL, NO_DEALS = "met", "missed", "cannot tell yet", "no deals yet"
MET_SO_FAR, NOT_SO_FAR = "met so far", "not met so far"
"""Where a target stands whose days are not over: they may change it."""
_STANDING = {
    Standing.ABOVE: MET,
    Standing.BELOW: MISSED,
    Standing.CANNOT_TELL: CANNOT_TELL,
}
_RUNNING = _STANDING | {Standing.ABOVE: MET_SO_FAR, Standing.BELOW: NOT_SO_FAR}
COLUMNS = (PIPELINE, REVENUE)
"""What comes first in time stands first."""
WHOSE = {"sourced": "sourced", "sourced_or_influenced": "sourced or influenced"}


def contribution_report(tx: Tx, scope: Scope) -> Report:
    """Return marketing's part by each definition, side by side for both measures, and targets.

    Deals without a rate are in no share: a note says how many there are. Pipeline and revenue are
    of different deals in different times, and are never added up (R6.21).
    """
    found = {name: book_reads.standing(tx, name, scope.days) for name in MEASURES}
    sheets = [_targets(tx, scope), *(_parts(scope, name, rows) for name, rows in found.items())]
    sheets.append(_open(tx, scope))
    sheets += _cut(scope, found)
    if before := scope.beside():
        sheets.append(_compared(tx, scope, before, found))
    notes = [
        f'The agreement counts a deal as sourced by "{TOLD[_locked(scope)]}". Pipeline and revenue '
        "are of different deals: they are never added up.",
        *_no_sources(scope),
        *said_missing(missing(tx, scope)),
    ]
    return Report(
        name="contribution",
        title="Marketing's part in pipeline and revenue",
        company=scope.company,
        period=scope.period,
        sheets=tuple(one for one in sheets if one is not None),
        notes=tuple(notes),
    )


def _no_sources(scope: Scope) -> Iterator[str]:
    if not scope.agreement.attribution.lead_sources:
        yield (
            "No lead sources of deals are agreed as marketing's (lead_sources under "
            "[attribution]), so that by them nothing is sourced."
        )


def _open(tx: Tx, scope: Scope) -> Sheet:
    """The stock of open deals today, whatever the period: it is no flow, and no book has it."""
    rows = [_open_row(scope, one) for one in book_reads.open_now(tx)]
    return Sheet(
        name="open",
        title=f"Open pipeline on {scope.today}",
        columns=(
            Column(name="currency", title="Currency"),
            Column(name="deals", title="Deals", kind="count"),
            Column(name="unpriced", title="without an amount", kind="count"),
            Column(name="amount", title="Amount", kind="money"),
            Column(name="at_home", title=f"in {scope.currency}, by today's rate", kind="money"),
        ),
        rows=tuple(rows),
        empty="No deal is open.",
    )


def _open_row(scope: Scope, one: book_reads.OpenDeals) -> Row:
    if not one.currency:
        return "(no amount)", one.deals, one.unpriced, None, None
    own = Money(one.minor, one.currency)
    quote = scope.exchange.quoted(own.amount, one.currency, scope.currency, scope.today)
    home = None if quote.result is None else Money.of(quote.result, scope.currency)
    return one.currency, one.deals, one.unpriced, own, home


def _locked(scope: Scope) -> Definition:
    return Definition(scope.agreement.attribution.sourced)


def counted(scope: Scope, rows: Iterable[Booked], definition: Definition) -> list[Counted]:
    """The deals in the company's currency, each with marketing's part by a definition."""
    return [
        Counted(id=row.deal, minor=row.minor, part=Part(getattr(row, definition.value)))
        for row in rows
        if row.currency == scope.currency
    ]


def _parts(scope: Scope, measure: str, rows: Sequence[Booked]) -> Sheet:
    locked = _locked(scope)
    order = sorted(Definition, key=lambda one: one is not locked)
    lines = [line for one in order for line in _of_definition(scope, rows, one, locked)]
    return Sheet(
        name=measure,
        title=f"{MEASURES[measure]}: whose part",
        columns=(
            Column(name="definition", title="Sourced means"),
            Column(name="part", title="Part"),
            Column(name="amount", title="Amount", kind="money"),
            Column(name="share", title="Share of the amount", kind="interval"),
            Column(name="deals", title="Deals", kind="count"),
            Column(name="share_of_deals", title="Share of the deals", kind="interval"),
        ),
        rows=tuple(lines) if rows else (),
        empty=f"No deal counts here: {MEASURES[measure].lower()} is 0 in this period.",
    )


def _of_definition(
    scope: Scope, rows: Sequence[Booked], one: Definition, locked: Definition
) -> Iterator[Row]:
    found = contribution(counted(scope, rows, one))
    title = TOLD[one] + (" (agreed)" if one is locked else "")
    for name, share in (
        ("sourced", found.sourced),
        ("influenced", found.influenced_only),
        ("none", found.none),
    ):
        yield (
            title,
            name,
            scope.money(share.minor),
            Estimate.of(share.by_amount, share.interval),
            share.deals,
            Estimate.of(share.by_count, share.count_interval),
        )


def _targets(tx: Tx, scope: Scope) -> Sheet | None:
    """Each target of the agreement with its own days, as they stand today."""
    rows = [_target(tx, scope, one) for one in scope.agreement.targets if _meets(scope, one)]
    if not scope.agreement.targets:
        return None
    return Sheet(
        name="targets",
        title="Targets that both sides agreed on",
        columns=(
            Column(name="measure", title="Target"),
            Column(name="of", title="Part"),
            Column(name="first", title="From", kind="day"),
            Column(name="last", title="To", kind="day"),
            Column(name="target", title="Agreed", kind="share"),
            Column(name="share", title="Now", kind="interval"),
            Column(name="gap", title="Above or below", kind="money"),
            Column(name="standing", title="Met?"),
            Column(name="left", title="Days to come", kind="count"),
        ),
        rows=tuple(rows),
        empty="No target lies in this period.",
        notes=(
            "The interval says what another period like this one might bring. Only where it "
            "leaves the target out is a target met or missed.",
        ),
    )


def _meets(scope: Scope, one: Target) -> bool:
    """Whether a target has a day in the period."""
    first, last = one.days(scope.agreement.attribution.fiscal_start)
    since, until = scope.period.since, scope.period.until
    return (until is None or first < until) and (since is None or last >= since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """A target with its days, marketing's part in their deals, and how the two compare."""

    target: Target
    first: date
    last: date
    deals: int
    share: Share
    told: Against


def stands(tx: Tx, scope: Scope, one: Target) -> Stands:
    """Hold what the books have of a target's own days against it."""
    agreed = scope.agreement.attribution
    first, last = one.days(agreed.fiscal_start)
    rows = book_reads.standing(tx, one.measure, book_reads.Days(first, _after(last)))
    found = contribution(counted(scope, rows, Definition(one.by(agreed.sourced))))
    share = found.sourced if one.of == "sourced" else found.sourced_or_influenced
    told = against(share, found.minor, one.share)
    return Stands(target=one, first=first, last=last, deals=found.deals, share=share, told=told)


def _target(tx: Tx, scope: Scope, one: Target) -> Row:
    found = stands(tx, scope, one)
    share, told = found.share, found.told
    left = max(0, (found.last - max(scope.today, found.first - timedelta(days=1))).days)
    return (
        MEASURES[one.measure],
        WHOSE[one.of],
        found.first,
        found.last,
        one.share,
        Estimate.of(share.by_amount, share.interval) if found.deals else None,
        scope.money(told.gap_minor),
        _met(found, left),
        left,
    )


def _met(found: Stands, left: int) -> str:
    if not found.deals:
        return NO_DEALS
    return (_RUNNING if left else _STANDING)[found.told.standing]


def _after(day: date) -> date:
    return day + timedelta(days=1)


def _cut(scope: Scope, found: Mapping[str, Sequence[Booked]]) -> Iterator[Sheet]:
    """The agreed part by week, month, quarter or year, a row each; both measures side by side."""
    days = [row.day for rows in found.values() for row in rows if row.day]
    parts = scope.buckets(min(days, default=None))
    if not parts:
        return
    yield Sheet(
        name="by_" + scope.by,
        title=f"By {scope.by}: sourced by the agreed definition",
        columns=(
            Column(name="period", title=scope.by.capitalize()),
            *(column for name in COLUMNS for column in _columns(name)),
        ),
        rows=tuple(
            (one.label, *(cell for name in COLUMNS for cell in _in(scope, found[name], one.period)))
            for one in parts
        ),
        chart=Chart(
            kind="lines",
            title="Sourced pipeline and sourced revenue",
            x="period",
            y=("pipeline_sourced", "revenue_sourced"),
        ),
    )


def _columns(measure: str) -> tuple[Column, ...]:
    title = MEASURES[measure]
    return (
        Column(name=f"{measure}_all", title=title, kind="money"),
        Column(name=f"{measure}_sourced", title=f"{title}: sourced", kind="money"),
        Column(name=f"{measure}_share", title=f"{title}: share", kind="interval"),
    )


def _in(scope: Scope, rows: Iterable[Booked], period: Period) -> tuple[Cell | None, ...]:
    mine = [row for row in rows if row.day and row.day in period]
    found = contribution(counted(scope, mine, _locked(scope)))
    told = Estimate.of(found.sourced.by_amount, found.sourced.interval) if found.deals else None
    return scope.money(found.minor), scope.money(found.sourced.minor), told


def _compared(tx: Tx, scope: Scope, before: Period, found: Mapping[str, Sequence[Booked]]) -> Sheet:
    rows: list[Row] = []
    for measure, title in MEASURES.items():
        earlier = book_reads.standing(tx, measure, days_of(before))
        for name, mine in ((str(scope.period), found[measure]), (str(before), earlier)):
            told = contribution(counted(scope, mine, _locked(scope)))
            share = Estimate.of(told.sourced.by_amount, told.sourced.interval)
            sourced = scope.money(told.sourced.minor)
            rows.append(
                (title, name, scope.money(told.minor), sourced, share if told.deals else None)
            )
    return Sheet(
        name="compared",
        title="Compared, by the agreed definition",
        columns=(
            Column(name="measure", title="Measure"),
            Column(name="days", title="Days"),
            Column(name="all", title="All", kind="money"),
            Column(name="sourced", title="Sourced", kind="money"),
            Column(name="share", title="Share", kind="interval"),
        ),
        rows=tuple(rows),
    )
