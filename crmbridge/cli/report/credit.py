"""`crmbridge report attribution`, `contribution`, `campaigns`, `content`, `sources`: the books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

from typer import Option

from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.report.asking import counting
from crmbridge.cli.report.forms import form_of, tell
from crmbridge.cli.report.options import (
    AsCsv,
    Compare,
    Cut,
    Html,
    OneSheet,
    Out,
    Overwrite,
    Since,
    Until,
    asked,
)
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.revenue.trace import trace_of
from crmbridge.model.nearest import meant
from crmbridge.report.credit.attribution import OF, attribution_report
from crmbridge.report.credit.content import content_report
from crmbridge.report.credit.contribution import contribution_report
from crmbridge.report.credit.deal import deal_report
from crmbridge.report.credit.quality import campaigns_report, sources_report
from crmbridge.report.credit.scope import Scope
from crmbridge.report.frame.as_json import document_of
from crmbridge.report.frame.sheet import Report
from crmbridge.report.revenue import sources
from crmbridge.report.sheets.sources import sources_report as all_days
from crmbridge.report.won import won
from crmbridge.store import book_reads, trail
from crmbridge.store.table import Tx

_OF = ", ".join(OF)
CreditOf = Annotated[str, Option("--of", help="What is credited: channel, campaign or content.")]
OneDeal = Annotated[
    str,
    Option("--deal", metavar="ID", help="One deal, touch by touch, by its id in sales."),
]


def contribution_(
    company: CompanyName = "",
    since: Since = "",
    until: Until = "",
    by: Cut = "",
    compare: Compare = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Show marketing's part in pipeline and revenue, and whether targets are met."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    with opened(config, company) as found, _scoped(found, since, until, by, compare) as (tx, scope):
        report = contribution_report(tx, scope)
    tell(report, form)


def attribution_(
    company: CompanyName = "",
    of: CreditOf = "channel",
    deal: OneDeal = "",
    since: Since = "",
    until: Until = "",
    by: Cut = "",
    compare: Compare = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Show what channels, campaigns and content are credited with, by the agreed models."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    if of not in OF:
        raise ConfigError(f"--of {of!r}: {meant(of, OF, f'write {_OF}')}")
    with opened(config, company) as found, _scoped(found, since, until, by, compare) as (tx, scope):
        one = _of_deal(found, tx, scope, deal) if deal else None
        report = one or attribution_report(tx, scope, of=of)
    tell(report, form)


def _of_deal(found: Company, tx: Tx, scope: Scope, deal: str) -> Report:
    spec = found.mapping.sales.deal
    obj = spec.object if spec else ""
    ident = deal if deal.count(":") >= 2 else f"sales:{obj}:{deal}"
    if not trail.get_deals(tx, [ident]):
        raise ConfigError(
            f"--deal {deal!r}: the ledger knows no such deal. Give its id in sales, as "
            "`crmbridge report unreached --json` and `crmbridge explain` show it"
        )
    traces = trace_of(found, ident)
    money = next((one.worth.money for one in traces if one.worth.money), None)
    currency = money.currency if money else scope.currency
    return deal_report(scope, ident, traces, currency, book_reads.postings(tx, ident))


def campaigns_(
    company: CompanyName = "",
    since: Since = "",
    until: Until = "",
    by: Cut = "",
    compare: Compare = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Show what became of the leads of each campaign, and which campaign to stop."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    with opened(config, company) as found, _scoped(found, since, until, by, compare) as (tx, scope):
        report = campaigns_report(tx, scope, found.now())
    tell(report, form)


def content_(
    company: CompanyName = "",
    since: Since = "",
    until: Until = "",
    by: Cut = "",
    compare: Compare = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Show whom content reaches, and what was read before a hand-off, a meeting and a win."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    with opened(config, company) as found, _scoped(found, since, until, by, compare) as (tx, scope):
        report = content_report(tx, scope, found.now())
    tell(report, form)


def sources_(
    company: CompanyName = "",
    since: Since = "",
    until: Until = "",
    by: Cut = "",
    compare: Compare = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Show what became of the leads of each source, which to stop, and all counts so far."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    with opened(config, company) as found, _scoped(found, since, until, by, compare) as (tx, scope):
        report = sources_report(tx, scope, found.now())
        told: dict[str, Any] = sources(tx) | {"won": won(tx, found.exchange)}
        if not (since or until):  # what is counted simply has no days
            simple = all_days(told, found.name, found.agreement)
            report = replace(report, sheets=(*report.sheets, *simple.sheets))
    tell(report, form, told | {"report": document_of(report)})


@contextmanager
def _scoped(
    found: Company, since: str, until: str, by: str, compare: str
) -> Iterator[tuple[Tx, Scope]]:
    """Read the ledger, with what is asked for in the company's days."""
    agreement = found.agreement
    today = found.now().astimezone(found.zone).date()
    want = asked(since, until, by, compare, today, agreement.attribution.fiscal_start)
    with found.ledger.read() as tx, counting():
        yield (
            tx,
            Scope(
                company=found.name,
                agreement=agreement,
                currency=found.mapping.currency,
                exchange=found.exchange,
                zone=found.zone,
                today=today,
                period=want.period,
                by=want.by,
                compare=want.compare,
            ),
        )
