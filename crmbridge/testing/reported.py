"""All reports of a company that was played, as their commands make them, and the revenue in each.

A play tells its figures by these, and checks that all of them know of the same revenue.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.scene.reps import Reps
from crmbridge.model.money import Money
from crmbridge.policy.totals.deals import NO_ACCOUNT, NO_PERSON
from crmbridge.report.credit.attribution import OF, attribution_report
from crmbridge.report.credit.content import content_report
from crmbridge.report.credit.contribution import contribution_report
from crmbridge.report.credit.quality import campaigns_report, sources_report
from crmbridge.report.credit.scope import Scope
from crmbridge.report.fairness import fairness
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Cell, Report, Row, Sheet
from crmbridge.report.frame.words import money
from crmbridge.report.handoff import handoff
from crmbridge.report.qualify import funnel
from crmbridge.report.reasons import reason_sheets
from crmbridge.report.recycle import reasons
from crmbridge.report.reps import reps
from crmbridge.report.revenue import sources
from crmbridge.report.sheets.funnel import funnel_report
from crmbridge.report.sheets.reasons import reasons_report
from crmbridge.report.sheets.sources import sources_report as counts_report
from crmbridge.report.stages import stages
from crmbridge.report.won import TEXT, won
from crmbridge.report.work.asked import Question
from crmbridge.report.work.cohorts import Cycles, cohort_sheets
from crmbridge.store.table import Tx

REVENUE, PIPELINE = "revenue", "pipeline"
_OF_NOBODY = (TEXT[NO_PERSON], TEXT[NO_ACCOUNT])
"""The lines of deals that no source has a part in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The reports of all days. `counts` are the cycles of each source, of all days too.

    `credit` has the report of credit for each of channel, campaign and content.
    """

    currency: str
    funnel: Report
    reasons: Report
    counts: Report
    sources: Report
    campaigns: Report
    content: Report
    contribution: Report
    credit: Mapping[str, Report]
    reps: Report
    handoff: Report
    fairness: Report


def reported(company: Company, tx: Tx) -> Reported:
    """Make all reports; the ledger is only read."""
    now, agreement = company.now(), company.agreement
    asked = Question(now=now, zone=company.zone, fiscal=agreement.attribution.fiscal_start)
    scope = Scope(
        company=company.name,
        agreement=agreement,
        currency=company.mapping.currency,
        exchange=company.exchange,
        zone=company.zone,
        today=asked.today,
        period=Period(),
    )
    brought = won(tx, company.exchange)
    return Reported(
        currency=scope.currency,
        funnel=_funnel(company, tx, asked, brought),
        reasons=_reasons(company, tx, asked, brought),
        counts=counts_report(sources(tx) | {"won": brought}, company.name, agreement),
        sources=sources_report(tx, scope, now),
        campaigns=campaigns_report(tx, scope, now),
        content=content_report(tx, scope, now),
        contribution=contribution_report(tx, scope),
        credit={of: attribution_report(tx, scope, of=of) for of in OF},
        reps=reps(tx, company, asked, Reps.load(company, tx).rep_of),
        handoff=handoff(tx, company, asked),
        fairness=fairness(tx, company, asked),
    )


def _funnel(company: Company, tx: Tx, asked: Question, brought: Mapping[str, Any]) -> Report:
    agreement = company.agreement
    told = funnel(tx) | {"won": brought, "stages": stages(tx, agreement, company.versions.all)}
    report = funnel_report(told, company.name, agreement)
    speed = cohort_sheets(Cycles.read(tx, ""), agreement, asked)
    return replace(report, sheets=(*report.sheets, *speed))


def _reasons(company: Company, tx: Tx, asked: Question, brought: Mapping[str, Any]) -> Report:
    report = reasons_report({"reasons": reasons(tx), "won": brought}, company.name)
    sheets, notes = reason_sheets(tx, company.agreement, company.teams, asked)
    return replace(report, sheets=(*report.sheets, *sheets), notes=(*report.notes, *notes))


# reading a report


def sheet(report: Report, name: str) -> Sheet:
    """A table of a report. Raises `KeyError` for none of that name."""
    return {one.name: one for one in report.sheets}[name]


def only(found: Sheet, *names: str) -> Sheet:
    """The same table with some of its columns, as there is room for; without a picture."""
    places = [found.index(name) for name in names]

    def picked(row: Row) -> tuple[Cell | None, ...]:
        return tuple(row[place] for place in places)

    return replace(
        found,
        columns=tuple(found.columns[place] for place in places),
        rows=tuple(map(picked, found.rows)),
        total=None if found.total is None else picked(found.total),
        chart=None,
    )


def records(found: Sheet) -> list[dict[str, Any]]:
    """The rows of a table by the names of its columns."""
    return [_record(found, row) for row in found.rows]


def total(found: Sheet) -> dict[str, Any]:
    """The total of a table by the names of its columns; empty without one."""
    return {} if found.total is None else _record(found, found.total)


def _record(found: Sheet, row: Row) -> dict[str, Any]:
    return dict(zip((one.name for one in found.columns), row, strict=True))


# the revenue


def revenues(told: Reported) -> dict[str, Decimal]:
    """The revenue by each table that has all of it, in the company's currency."""
    found = {
        f"{name}: won": _sum(told, [total(sheet(report, "won")).get(REVENUE)])
        for name, report in (
            ("funnel", told.funnel),
            ("reasons", told.reasons),
            ("counts", told.counts),
        )
    }
    cycles = sheet(told.counts, "sources")
    unshared = [
        row[REVENUE] for row in records(sheet(told.counts, "won")) if row["reach"] in _OF_NOBODY
    ]
    found["counts by source"] = _sum(told, (*(row[REVENUE] for row in records(cycles)), *unshared))
    found["reps"] = _sum(told, (row[REVENUE] for row in records(sheet(told.reps, "reps"))))
    found["teams"] = _sum(told, (row[REVENUE] for row in records(sheet(told.reps, "teams"))))
    for name in ("deals_by_team", "deals_by_owner", "deals_by_quarter"):
        found[f"reps: {name}"] = _sum(
            told, (one["amount"] for one in records(sheet(told.reps, name)))
        )
    return found | of_books(told, REVENUE)


def of_books(told: Reported, measure: str) -> dict[str, Decimal]:
    """What each table of a measure of the books adds up to: revenue won, or pipeline created."""
    found = {}
    for of, report in told.credit.items():
        table = sheet(report, measure)
        for column in table.columns[1:]:
            name = f"{measure} by {of}, {column.title}"
            found[name] = _sum(told, [total(table).get(column.name)])
            rows = (row[column.name] for row in records(table))
            found[f"{name}, its lines"] = _sum(told, rows)
    by: dict[str, list[Any]] = {}
    for row in records(sheet(told.contribution, measure)):
        by.setdefault(str(row["definition"]), []).append(row["amount"])
    found |= {f"{measure} by {name}": _sum(told, amounts) for name, amounts in by.items()}
    return found


def _sum(told: Reported, amounts: Iterable[Any]) -> Decimal:
    """Add up what is in the company's currency."""
    flat = (one for cell in amounts for one in (cell if isinstance(cell, tuple) else (cell,)))
    ours = (one for one in flat if isinstance(one, Money) and one.currency == told.currency)
    return sum((one.amount for one in ours), Decimal(0))


def differ(told: Reported, wanted: Decimal) -> Iterator[str]:
    """Yield each table that has another revenue than was won, and what disagrees in the pipeline.

    The report of sources tells of the leads that were handed over, and beside them of all deals.
    """
    for name, found in revenues(told).items():
        if found != wanted:
            yield f"the revenue is {found} in {name}, and {wanted} was won"
    created = of_books(told, PIPELINE)
    if len(set(created.values())) > 1:
        yield f"the pipeline differs: {', '.join(f'{k} {v}' for k, v in created.items())}"
    whole = money(Money.of(wanted, told.currency))
    for report in (told.sources, told.campaigns):
        if not any(whole in note for note in report.notes):
            yield f"the report of {report.name} does not say that {whole} was won in all"
    handed = _sum(told, [total(sheet(told.sources, "money")).get(REVENUE)])
    if handed > wanted:
        yield f"leads that were handed over brought {handed}, and {wanted} was won in all"
