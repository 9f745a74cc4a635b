"""What the items of a week are counted from: company, ledger, the week and the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbridge.agreement import Team
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.policy.digest.week import Week, before, due_at, named
from crmbridge.report.credit.scope import Scope
from crmbridge.report.frame.period import Period
from crmbridge.store.table import Tx

WEEKS = 13
"""Sources are judged by so many weeks: one alone has too few leads for a verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """`told` is what digests of the week before had, by key. `newest` says that the week is the
    last whole one, so that what stands now may be told as its end."""

    company: Company
    tx: Tx
    week: Week
    told: Mapping[str, int]
    now: datetime
    newest: bool = True

    @property
    def then(self) -> Week:
        """The week before."""
        return before(self.week, self.company.zone)

    @property
    def teams(self) -> dict[str, Team]:
        """The teams by id."""
        return {one.id: one for one in self.company.teams.teams}

    def scope(self, week: Week, weeks: int = 1) -> Scope:
        """So many weeks up to the end of one, as reports of the books are asked."""
        company, zone = self.company, self.company.zone
        first = week.first_day(zone) + timedelta(days=7)
        period = Period(first - timedelta(days=7 * weeks), first)
        return Scope(
            company=company.name,
            agreement=company.agreement,
            currency=company.mapping.currency,
            exchange=company.exchange,
            zone=zone,
            today=self.now.astimezone(zone).date(),
            period=period,
        )


def name_of(team: Team | None, ident: str) -> str:
    """A team as people call it."""
    return (team.name or team.id) if team else ident or "No team"


def of_week(company: Company, key: str) -> Week:
    """Return the week that somebody asks for, by default the newest whole one.

    Raises:
        ConfigError: no such week, or one that is not over.
    """
    newest = due_at(company.now(), company.zone)
    if not key:
        return newest
    found = named(key.strip().upper(), company.zone)
    if found.end > company.now():
        raise ConfigError(f"{found.key} is not over: the newest whole week is {newest.key}")
    return found
