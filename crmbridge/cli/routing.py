"""`crmbridge capacity`: how full sales is, who waits and why, and who takes no leads for now."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.cli.opening import AsJson, By, CompanyName, ConfigFolder, login, moment, opened
from crmbridge.cli.screen import document, line, lines, table
from crmbridge.flows.reps.pause import pause, resume
from crmbridge.flows.routing.assign import fetch
from crmbridge.flows.routing.what_if import capacity
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.report.routing import DESK, LEAD, desk_row, lead_row, not_judged, summary, title
from crmbridge.report.text import when

Who = Annotated[str, typer.Argument(help="The id of a rep or of a team in teams.toml.")]


def show(
    if_: Annotated[
        list[str] | None,
        typer.Option("--if", help="What if? rep=ann:open_limit=5; may be given several times."),
    ] = None,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Show desks, bars and the line, and what the next pass would do."""
    with opened(config, company) as found, found.ledger.read() as tx:
        told = capacity(found, tx, if_ or ())
    if json:
        document(told)
        return
    lines(title(told))
    for team in told["teams"]:
        line("")
        line(summary(team))
        table(DESK, map(desk_row, team["desks"]), "No reps.")
    line("")
    table(LEAD, map(lead_row, told["line"]), "Nobody waits.")
    lines(not_judged(told["not_judged"]))


def pull(
    rep: Annotated[str, typer.Option("--rep", help="Our id of the rep who asks.")],
    leads: Annotated[int, typer.Option("--leads", min=1, help="How many.")] = 1,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Give a rep who has time now some leads of their team's line, the best first.

    They reach the sales system with the next `sync` or the daemon's next pass.
    """
    with opened(config, company) as found, found.ledger.write("pull") as tx:
        scene = Scene.open(found, tx)
        got = fetch(scene, rep, leads)
        scene.work.flush()
    if json:
        document({"rep": rep, "asked": leads, "leads": got})
    elif got:
        line(f"{rep} gets {len(got)} of {leads}: {', '.join(one[:8] for one in got)}")
    else:
        line(f"Nothing for {rep}: `crmbridge capacity show` tells why.")


def pause_(
    who: Who,
    until: Annotated[
        str, typer.Option("--until", help="Day or instant from which they take leads again.")
    ] = "",
    by: By = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Give a rep or a team no more leads for now; teams.toml stays as it is."""
    with opened(config, company) as found:
        end = moment(until, found.zone) if until else None
        what = pause(found, who, by or login(), end)
    if json:
        document({"paused": what, "until": instant(end) if end else None})
        return
    how_long = f"until {when(end)}" if end else f"until `crmbridge capacity resume {who}`"
    line(f"{what.replace(':', ' ')} takes no leads {how_long}.")


def resume_(
    who: Who,
    by: By = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """End a pause."""
    with opened(config, company) as found:
        what = resume(found, who, by or login())
    if json:
        document({"resumed": what})
    else:
        line(f"{what.replace(':', ' ')} takes leads again, as teams.toml says.")
