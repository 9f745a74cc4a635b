"""`crmbridge report handoff`, `reps`, `fairness`, `sharing`: how both sides work together."""

from __future__ import annotations

from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.report.asking import Team, counting, question
from crmbridge.cli.report.forms import form_of, tell
from crmbridge.cli.report.options import (
    AsCsv,
    Compare,
    Cut,
    Html,
    Motion,
    OneSheet,
    Out,
    Overwrite,
    Since,
    Until,
)
from crmbridge.flows.scene.reps import Reps
from crmbridge.report.fairness import fairness
from crmbridge.report.handoff import handoff
from crmbridge.report.reps import reps
from crmbridge.report.sharing import sharing


def handoff_(
    since: Since = "",
    until: Until = "",
    by: Cut = "",
    compare: Compare = "",
    team: Team = "",
    motion: Motion = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Tell whether sales answers in time: clocks by team and rep, and why they ran out."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    days = {"since": since, "until": until, "by": by, "compare": compare}
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked = question(found, **days, team=team, motion=motion)
        report = handoff(tx, found, asked)
    tell(report, form)


def reps_(
    since: Since = "",
    until: Until = "",
    by: Cut = "",
    compare: Compare = "",
    team: Team = "",
    motion: Motion = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Tell what became of leads and deals by rep, team, product and quarter."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    days = {"since": since, "until": until, "by": by, "compare": compare}
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked = question(found, **days, team=team, motion=motion)
        report = reps(tx, found, asked, Reps.load(found, tx).rep_of)
    tell(report, form)


def fairness_(
    since: Since = "",
    until: Until = "",
    by: Cut = "",
    compare: Compare = "",
    team: Team = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Compare what each rep was given with their weight, and tell what leads waited for."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    days = {"since": since, "until": until, "by": by, "compare": compare}
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked = question(found, **days, team=team)
        report = fairness(tx, found, asked)
    tell(report, form)


def sharing_(
    since: Since = "",
    until: Until = "",
    by: Cut = "",
    compare: Compare = "",
    team: Team = "",
    motion: Motion = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
    csv: AsCsv = False,
    html: Html = None,
    out: Out = None,
    sheet: OneSheet = "",
    overwrite: Overwrite = False,
) -> None:
    """Tell how much of what one side knows of handed leads the other side can see."""
    form = form_of(json=json, csv=csv, html=html, out=out, sheet=sheet, overwrite=overwrite)
    days = {"since": since, "until": until, "by": by, "compare": compare}
    with opened(config, company) as found, found.ledger.read() as tx, counting():
        asked = question(found, **days, team=team, motion=motion)
        report = sharing(tx, found, asked)
    tell(report, form)
