"""What a page is asked for in its address: days, a team; never anything of a person."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.report.frame.period import Period, period_of, span

PERIODS = {
    "this-month": "This month",
    "last-month": "Last month",
    "this-quarter": "This quarter",
    "last-quarter": "Last quarter",
    "this-year": "This year",
    "last-year": "Last year",
    "all": "All days",
}
"""Days that a page offers by name."""
DEFAULT = "this-quarter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What was asked: `days` is a word of PERIODS, a month or a quarter, or `since..until`.

    `team` is empty for all teams.
    """

    days: str = DEFAULT
    team: str = ""
    more: tuple[tuple[str, str], ...] = ()

    def but(self, **changed: str) -> str:
        """This as a query of an address, with some words changed; empty words are left out."""
        words = {"days": self.days, "team": self.team, **dict(self.more), **changed}
        kept = {
            name: value
            for name, value in words.items()
            if value and not (name == "days" and value == DEFAULT)
        }
        return f"?{urlencode(kept)}" if kept else ""

    def word(self, name: str) -> str:
        """Another word of the address; empty where it is not there."""
        return dict(self.more).get(name, "")


def read(company: Company, given: QueryParams, also: tuple[str, ...] = ()) -> Query:
    """Read an address's query; `also` are further words that the page knows.

    Raises:
        ConfigError: days that are none, or a team that is not there.
    """
    teams = [one.id for one in company.teams.teams]
    team = given.get("team", "")
    if team and team not in teams:
        raise ConfigError(f"There is no team {team!r}. Go back, and choose a team from the list")
    days = given.get("days", "") or DEFAULT
    since, until = given.get("since", ""), given.get("until", "")
    if since or until:
        days = f"{since}..{until}"
    more = tuple((name, given[name]) for name in also if given.get(name))
    found = Query(days=days, team=team, more=more)
    period(company, found)
    return found


def period(company: Company, query: Query) -> Period:
    """The days that are asked for, in the company's calendar and fiscal years.

    Raises:
        ConfigError: they are no days.
    """
    if query.days == "all":
        return Period()
    today = company.now().astimezone(company.zone).date()
    fiscal = company.agreement.attribution.fiscal_start
    try:
        if ".." in query.days:
            since, _, until = query.days.partition("..")
            return period_of(since, until, today, fiscal)
        return span(query.days, today, fiscal)
    except ConfigError as error:
        # the words of the command line, as the two days of an address
        said = str(error).replace("--since", "the first day").replace("--until", "the last day")
        raise ConfigError(f"{said[:1].upper()}{said[1:]}") from None
