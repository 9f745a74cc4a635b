"""`crmbridge report funnel`, `reasons`, `unreached`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crmbridge.cli.opening import CompanyName, ConfigFolder, opened
from crmbridge.cli.report.asking import question
from crmbridge.cli.report.command import ALL_DAYS, Days, Made, reporting
from crmbridge.cli.report.options import (
    Motion,
)
from crmbridge.company import Company
from crmbridge.report.counting import counting
from crmbridge.report.frame.as_json import document_of
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.qualify import funnel
from crmbridge.report.reasons import reason_sheets
from crmbridge.report.recycle import reasons
from crmbridge.report.sheets.funnel import funnel_report, of_motion
from crmbridge.report.sheets.reasons import reasons_report
from crmbridge.report.sheets.unreached import unreached_report
from crmbridge.report.stages import stages
from crmbridge.report.won import unreached, won
from crmbridge.report.work.asked import Question
from crmbridge.report.work.came import came_sheet
from crmbridge.report.work.cohorts import Cycles, cohort_sheets


@reporting
def funnel_(
    days: Days = ALL_DAYS,
    company: CompanyName = "",
    motion: Motion = "",
    config: ConfigFolder = None,
) -> Made:
    """Count how far leads' cycles came, how fast, what came back, and what waits."""
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked, agreement = question(found, days, motion=motion), found.agreement
        cycles = Cycles.read(tx, motion)
        speed = tuple(cohort_sheets(cycles, agreement, asked))
        if days.any:
            sheets = (came_sheet(cycles, agreement, asked), *speed)
            return _in_days(found, asked, "funnel", "How far leads came, and how fast", sheets)
        told = funnel(tx, motion) | {"won": won(tx, found.exchange)}
        told["stages"] = stages(tx, agreement, found.versions.all)
        report = funnel_report(told, found.name, agreement, motion)
    return _with(report, told, "speed", speed)


def _in_days(
    company: Company, asked: Question, name: str, title: str, sheets: tuple[Sheet, ...]
) -> Report:
    return Report(
        name=name,
        title=title,
        company=company.name,
        sheets=sheets,
        period=asked.shown,
        notes=of_motion(asked.motion),
    )


def _with(
    report: Report, told: dict[str, Any], name: str, more: tuple[Sheet, ...]
) -> tuple[Report, dict[str, Any]]:
    """A report of all days with further sheets, which its JSON document has under a name."""
    beside = document_of(replace(report, sheets=more))["sheets"]
    return replace(report, sheets=(*report.sheets, *more)), told | {name: beside}


@reporting
def unreached_(
    company: CompanyName = "",
    config: ConfigFolder = None,
) -> Made:
    """List the won deals that reach nobody, and what to do about each kind."""
    with opened(config, company) as found, found.ledger.read() as tx:
        told = unreached(tx)
        report = unreached_report(told, found.name)
    return report, {"deals": told}


@reporting
def reasons_(
    days: Days = ALL_DAYS,
    company: CompanyName = "",
    motion: Motion = "",
    config: ConfigFolder = None,
) -> Made:
    """Count why leads came back, and whether sending them again paid."""
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked = question(found, days, motion=motion)
        sheets, notes = reason_sheets(tx, found.agreement, found.teams, asked)
        if days.any:
            report = _in_days(found, asked, "reasons", "Why leads came back", sheets)
            return replace(report, notes=(*report.notes, *notes))
        told: dict[str, Any] = {"reasons": reasons(tx, motion), "won": won(tx, found.exchange)}
        report = reasons_report(told, found.name, motion)
    report = replace(report, notes=(*report.notes, *notes))
    return _with(report, told, "recycling", sheets)
