"""Who is on each nurture track and what share becomes ready, as a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crmbridge.report.frame.sheet import Chart, Column, Estimate, Report, Row, Sheet

EMPTY = "The agreement in force has no nurture track, and nobody was on one."


def nurture_report(told: Iterable[Mapping[str, Any]], company: str, within: int) -> Report:
    """Put what `report.nurture.tracks` counted into a sheet; `within` are days."""
    rows = tuple(map(_row, told))
    tracks = Sheet(
        name="tracks",
        title="nurture tracks",
        columns=(
            Column(name="track", title="track"),
            Column(name="whose", title="for"),
            Column(name="on", title="on it now", kind="count"),
            Column(name="entered", title="came", kind="count"),
            Column(name="left", title="left", kind="count"),
            Column(name="ready", title="ready so far", kind="count"),
            Column(name="mature", title=f"came {within} days ago or earlier", kind="count"),
            Column(name="in_time", title=f"of them ready within {within} days", kind="count"),
            Column(name="share", title="share", kind="interval"),
        ),
        rows=rows,
        empty=EMPTY,
        notes=(_NOTE.format(within=within),) if rows else (),
        chart=Chart(kind="dots", title="Share that becomes ready", x="track", y=("share",)),
    )
    return Report(name="nurture", title="Nurture tracks", company=company, sheets=(tracks,))


_NOTE = (
    "The share is of those who came on it {within} days ago or earlier; of fewer than 10 there are "
    "too few for a share."
)


def _row(row: Mapping[str, Any]) -> Row:
    ends = row["interval"]
    share = Estimate(row["share"], ends["low"], ends["high"]) if ends else None
    counts = ("on", "entered", "left", "ready", "mature", "ready_in_time")
    return row["track"], whose(row), *(row[name] for name in counts), share


def whose(row: Mapping[str, Any]) -> str:
    """Whom a track is for."""
    if row["rule"]:
        return str(row["rule"])
    return "who came back" if row["agreed"] else "nobody any more"
