"""The options that every report has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from typer import Option

from crmbridge.errors import ConfigError
from crmbridge.model.lifecycle import EXPANSION, NEW
from crmbridge.report.frame.period import (
    CALENDAR,
    Fiscal,
    Period,
    checked_comparison,
    checked_cut,
    period_of,
)

AsCsv = Annotated[bool, Option("--csv", help="Print comma-separated values for a spreadsheet.")]
Html = Annotated[
    Path | None,
    Option("--html", metavar="FILE", help="Write one page with charts that needs no network."),
]
Out = Annotated[
    Path | None,
    Option(
        "--out",
        metavar="FILE",
        help="Write it to a file: as --json or --csv say, else as the name ends.",
    ),
]
OneSheet = Annotated[
    str, Option("--sheet", metavar="NAME", help="With --csv: this table alone, without titles.")
]
Overwrite = Annotated[bool, Option("--overwrite", help="Replace the file if it is there.")]

Since = Annotated[
    str,
    Option(
        "--since",
        metavar="DAY",
        help="First day: 2026-03-02, 2026-03, 2026-W10, 2026-Q1, 2026, last-month, this-quarter, …",
    ),
]
Until = Annotated[
    str, Option("--until", metavar="DAY", help="Last day, which counts too; as --since.")
]
Cut = Annotated[
    str, Option("--by", metavar="PART", help="Cut the days by week, month, quarter or year.")
]
Compare = Annotated[
    str,
    Option(
        "--compare",
        metavar="WITH",
        help="Beside it the days as long before (before), or a year earlier (year).",
    ),
]
Motion = Annotated[
    str,
    Option("--motion", help="Cycles of new business alone (new), or with customers (expansion)."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which days a report is asked for. `by` and `compare` are empty where nobody asked."""

    period: Period
    by: str = ""
    compare: str = ""


def asked(
    since: str, until: str, by: str, compare: str, today: date, fiscal: Fiscal = CALENDAR
) -> Asked:
    """Read the four options of days; `today` is the company's.

    Raises:
        ConfigError: what is wrong with one of them, or a comparison of what has no first day.
    """
    period = period_of(since, until, today, fiscal)
    if checked_comparison(compare) and period.since is None:
        raise ConfigError(f"--compare {compare} needs a first day to compare from: give --since")
    return Asked(period=period, by=checked_cut(by), compare=compare)


def checked_motion(word: str) -> str:
    """Return a word for `--motion`, empty for all. Raises `ConfigError` for any other."""
    if word not in ("", NEW, EXPANSION):
        raise ConfigError(f"--motion {word!r}: write {NEW}, or {EXPANSION}")
    return word
