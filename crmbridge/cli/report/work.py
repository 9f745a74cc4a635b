"""`crmbridge report handoff`, `reps`, `fairness`, `sharing`, `meeting`: how both sides work."""

from __future__ import annotations

from crmbridge.cli.digest import OfWeek
from crmbridge.cli.opening import CompanyName, ConfigFolder, opened
from crmbridge.cli.report.asking import Team, question
from crmbridge.cli.report.command import ALL_DAYS, Days, Made, reporting
from crmbridge.cli.report.options import (
    Motion,
)
from crmbridge.flows.scene.reps import Reps
from crmbridge.report.counting import counting
from crmbridge.report.digest.meeting import meeting
from crmbridge.report.digest.week import of_week
from crmbridge.report.fairness import fairness
from crmbridge.report.handoff import handoff
from crmbridge.report.reps import reps
from crmbridge.report.sharing import sharing


@reporting
def handoff_(
    days: Days = ALL_DAYS,
    team: Team = "",
    motion: Motion = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
) -> Made:
    """Tell whether sales answers in time: clocks by team and rep, and why they ran out."""
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked = question(found, days, team=team, motion=motion)
        report = handoff(tx, found, asked)
    return report


@reporting
def reps_(
    days: Days = ALL_DAYS,
    team: Team = "",
    motion: Motion = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
) -> Made:
    """Tell what became of leads and deals by rep, team, product and quarter."""
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked = question(found, days, team=team, motion=motion)
        report = reps(tx, found, asked, Reps.load(found, tx).rep_of)
    return report


@reporting
def fairness_(
    days: Days = ALL_DAYS,
    team: Team = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
) -> Made:
    """Compare what each rep was given with their weight, and tell what leads waited for."""
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked = question(found, days, team=team)
        report = fairness(tx, found, asked)
    return report


@reporting
def sharing_(
    days: Days = ALL_DAYS,
    team: Team = "",
    motion: Motion = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
) -> Made:
    """Tell how much of what one side knows of handed leads the other side can see."""
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked = question(found, days, team=team, motion=motion)
        report = sharing(tx, found, asked)
    return report


@reporting
def meeting_(
    week: OfWeek = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
) -> Made:
    """List what both sides talk about in their weekly half-hour, and who has each item."""
    with (
        opened(config, company) as found,
        found.moment() as now,
        found.ledger.read() as tx,
        counting(),
    ):
        report = meeting(tx, found, of_week(found, week), now)
    return report
