"""The funnel's two files, read; the data itself never travels with the project."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from crmbridge.errors import ConfigError

LEADS, DEALS = "olist_marketing_qualified_leads_dataset.csv", "olist_closed_deals_dataset.csv"
ZONE = ZoneInfo("America/Sao_Paulo")
"""Olist's days: wins of which the file tells the day alone stand at its midnight."""
EVENING = time(20)
"""When a win is played of which only the day is told: after the day's work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mql:
    """One lead of the funnel. `won_at` and `rep` are only there for the winners."""

    id: str
    day: date
    page: str
    origin: str
    won_at: datetime | None = None
    rep: str = ""

    @property
    def email(self) -> str:
        """A made-up address; the data has none."""
        return f"{self.id}@lead.example"

    @property
    def amount(self) -> Decimal:
        """What the deal is worth in BRL: made from the id, because the data names it for few."""
        return Decimal(100 + int(self.id[:6], 16) % 9900)

    @property
    def early(self) -> bool:
        """Won before its first contact with marketing: sales began it."""
        return self.won_at is not None and self.won_at.astimezone(ZONE).date() < self.day


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """All leads, by day and id."""

    leads: tuple[Mql, ...]

    @property
    def winners(self) -> tuple[Mql, ...]:
        """The leads that were won, by time."""
        won = [one for one in self.leads if one.won_at]
        return tuple(sorted(won, key=lambda one: (str(one.won_at), one.id)))

    @property
    def reps(self) -> tuple[str, ...]:
        """The salespeople who won something."""
        return tuple(sorted({one.rep for one in self.winners}))

    def between(self, first: date, last: date, won_by: date) -> Funnel:
        """The leads that marketing met first on these days; all days are meant whole.

        Those that were won after `won_by` are left out: a play of the rest is as short as that.
        """
        midnight = datetime.combine(won_by + timedelta(days=1), time(), ZONE)
        return Funnel(
            leads=tuple(
                one
                for one in self.leads
                if first <= one.day <= last and (one.won_at is None or one.won_at < midnight)
            )
        )

    def wins_by_origin(self) -> Counter[str]:
        """Wins by origin; the blank origin is an empty text."""
        return Counter(one.origin for one in self.winners)


def read(folder: Path) -> Funnel:
    """Read the funnel's folder.

    Raises:
        ConfigError: a file is missing, with the name that it should have.
    """
    won = {row["mql_id"]: row for row in _rows(folder / DEALS)}
    leads = [_lead(row, won.get(row["mql_id"])) for row in _rows(folder / LEADS)]
    return Funnel(leads=tuple(sorted(leads, key=lambda one: (one.day, one.id))))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such file. The folder must hold the Olist funnel: {LEADS} and {DEALS}."
        ) from None


def _lead(row: dict[str, str], won: dict[str, str] | None) -> Mql:
    return Mql(
        id=row["mql_id"],
        day=date.fromisoformat(row["first_contact_date"]),
        page=row["landing_page_id"],
        origin=row["origin"].strip(),
        won_at=_won_at(won["won_date"]) if won else None,
        rep=won["sr_id"] if won else "",
    )


def _won_at(text: str) -> datetime:
    local = datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(ZONE)
    if local.time() == time():
        local = datetime.combine(local.date(), EVENING, ZONE)
    return local.astimezone(UTC)
