"""`crmbridge report attribution`, `contribution`, `campaigns`, `content`, `sources`: the books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

from typer import Option

from crmbridge.cli.opening import CompanyName, ConfigFolder, opened
from crmbridge.cli.report.command import ALL_DAYS, Days, Made, reporting
from crmbridge.cli.report.options import Since, Until, asked
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.revenue.trace import trace_of
from crmbridge.model.nearest import meant
from crmbridge.report.counting import counting
from crmbridge.report.credit.attribution import OF, attribution_report
from crmbridge.report.credit.compare import compare_report
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


@reporting
def contribution_(
    company: CompanyName = "",
    days: Days = ALL_DAYS,
    config: ConfigFolder = None,
) -> Made:
    """Show marketing's part in pipeline and revenue, and whether targets are met."""
    with opened(config, company) as found, _scoped(found, days) as (tx, scope):
        report = contribution_report(tx, scope)
    return report


@reporting
def attribution_(
    company: CompanyName = "",
    of: CreditOf = "channel",
    deal: OneDeal = "",
    days: Days = ALL_DAYS,
    config: ConfigFolder = None,
) -> Made:
    """Show what channels, campaigns and content are credited with, by the agreed models."""
    _is_known(of)
    with opened(config, company) as found, _scoped(found, days) as (tx, scope):
        one = _of_deal(found, tx, scope, deal) if deal else None
        report = one or attribution_report(tx, scope, of=of)
    return report


_UNKNOWN_DEAL = (
    "the ledger knows no such deal. Give its id in the system that has it, as "
    "`crmbridge report unreached --json` and `crmbridge explain` show it"
)


@reporting
def compare_(
    company: CompanyName = "",
    of: CreditOf = "channel",
    since: Since = "",
    until: Until = "",
    config: ConfigFolder = None,
) -> Made:
    """Show what every rule model would credit, side by side, before another is signed."""
    _is_known(of)
    days = Days(since=since, until=until)
    with opened(config, company) as found, _scoped(found, days) as (tx, scope):
        report = compare_report(tx, scope, of=of)
    return report


def _is_known(of: str) -> None:
    if of not in OF:
        raise ConfigError(f"--of {of!r}: {meant(of, OF, f'write {_OF}')}")


def _of_deal(found: Company, tx: Tx, scope: Scope, deal: str) -> Report:
    whole = deal.count(":") >= 2
    tables = [(side, spec.deal) for side, spec in found.mapping.systems() if spec.deal]
    idents = [deal] if whole else [f"{side}:{one.object}:{deal}" for side, one in tables]
    known = trail.get_deals(tx, idents)
    ident = next(iter(known), "")
    if len(known) != 1:
        why = f"write {' or '.join(sorted(known))}" if known else _UNKNOWN_DEAL
        raise ConfigError(f"--deal {deal!r}: {why}")
    traces = trace_of(found, ident)
    money = next((one.worth.money for one in traces if one.worth.money), None)
    currency = money.currency if money else scope.currency
    return deal_report(scope, known[ident], traces, currency, book_reads.postings(tx, ident))


@reporting
def campaigns_(
    company: CompanyName = "",
    days: Days = ALL_DAYS,
    config: ConfigFolder = None,
) -> Made:
    """Show what became of the leads of each campaign, and which campaign to stop."""
    with opened(config, company) as found, _scoped(found, days) as (tx, scope):
        report = campaigns_report(tx, scope, found.now())
    return report


@reporting
def content_(
    company: CompanyName = "",
    days: Days = ALL_DAYS,
    config: ConfigFolder = None,
) -> Made:
    """Show whom content reaches, and what was read before a hand-off, a meeting and a win."""
    with opened(config, company) as found, _scoped(found, days) as (tx, scope):
        report = content_report(tx, scope, found.now())
    return report


@reporting
def sources_(
    company: CompanyName = "",
    days: Days = ALL_DAYS,
    config: ConfigFolder = None,
) -> Made:
    """Show what became of the leads of each source, which to stop, and all counts so far."""
    with opened(config, company) as found, _scoped(found, days) as (tx, scope):
        report = sources_report(tx, scope, found.now())
        told: dict[str, Any] = sources(tx) | {"won": won(tx, found.exchange)}
        if not (days.since or days.until):  # what is counted simply has no days
            simple = all_days(told, found.name, found.agreement)
            report = replace(report, sheets=(*report.sheets, *simple.sheets))
    return report, told | {"report": document_of(report)}


@contextmanager
def _scoped(found: Company, days: Days) -> Iterator[tuple[Tx, Scope]]:
    """Read the ledger, with what is asked for in the company's days."""
    agreement = found.agreement
    today = found.now().astimezone(found.zone).date()
    fiscal = agreement.attribution.fiscal_start
    want = asked(days.since, days.until, days.by, days.compare, today, fiscal)
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
