"""`crmbridge report funnel`, `sources`, `reasons`, `unreached`: all days, counted simply."""

from __future__ import annotations

from typing import Any

from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.report.forms import form_of, tell
from crmbridge.cli.report.options import (
    AsCsv,
    Html,
    Motion,
    OneSheet,
    Out,
    Overwrite,
    checked_motion,
)
from crmbridge.report.qualify import funnel
from crmbridge.report.recycle import reasons
from crmbridge.report.revenue import sources
from crmbridge.report.sheets.funnel import funnel_report
from crmbridge.report.sheets.reasons import reasons_report
from crmbridge.report.sheets.sources import sources_report
from crmbridge.report.sheets.unreached import unreached_report
from crmbridge.report.stages import stages
from crmbridge.report.won import unreached, won


def funnel_(
    company: CompanyName = "",
    motion: Motion = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Count how far leads' cycles came, what came back, and what waits."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    which = checked_motion(motion)
    with opened(config, company) as found, found.ledger.read() as tx:
        agreement = found.agreement
        told = funnel(tx, which) | {"won": won(tx, found.exchange)}
        told["stages"] = stages(tx, agreement, found.versions.all)
        report = funnel_report(told, found.name, agreement, which)
    tell(report, form, told)


def sources_(
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Count leads' cycles by source, with the won money by source, first and last touch."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    with opened(config, company) as found, found.ledger.read() as tx:
        told = sources(tx) | {"won": won(tx, found.exchange)}
        report = sources_report(told, found.name, found.agreement)
    tell(report, form, told)


def unreached_(
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """List the won deals that reach nobody, and what to do about each kind."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    with opened(config, company) as found, found.ledger.read() as tx:
        told = unreached(tx)
        report = unreached_report(told, found.name)
    tell(report, form, {"deals": told})


def reasons_(
    company: CompanyName = "",
    motion: Motion = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Count why leads came back, and how many of them went to sales again."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    which = checked_motion(motion)
    with opened(config, company) as found, found.ledger.read() as tx:
        told: dict[str, Any] = {"reasons": reasons(tx, which), "won": won(tx, found.exchange)}
        report = reasons_report(told, found.name, which)
    tell(report, form, told)
