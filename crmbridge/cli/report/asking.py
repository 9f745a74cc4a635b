"""What the reports of work are asked on the command line, for the company that is open."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from crmbridge.cli.report.command import Days
from crmbridge.cli.report.options import asked, checked_motion
from crmbridge.company import Company
from crmbridge.report.work.asked import Question, known_team

Team = Annotated[str, Option("--team", metavar="ID", help="One team of teams.toml alone.")]


def question(
    company: Company,
    days: Days,
    *,
    motion: str = "",
    team: str = "",
) -> Question:
    """Read the options; days and fiscal years are the company's.

    Raises:
        ConfigError: what is wrong with one of them, or no such team.
    """
    now, zone = company.now(), company.zone
    fiscal = company.agreement.attribution.fiscal_start
    found = asked(
        days.since, days.until, days.by, days.compare, now.astimezone(zone).date(), fiscal
    )
    return Question(
        now=now,
        zone=zone,
        period=found.period,
        by=found.by,
        compare=found.compare,
        fiscal=fiscal,
        motion=checked_motion(motion),
        team=known_team(team, (one.id for one in company.teams.teams)),
    )
