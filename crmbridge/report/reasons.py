"""Why leads come back, if sending them again pays, and if the definition drifts (R7.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from crmbridge.agreement import Agreement, Teams
from crmbridge.policy.reasons import Drift, Judged, Trend, drift
from crmbridge.policy.reasons import Reasons as Found
from crmbridge.policy.reasons import reasons as counted
from crmbridge.report.frame.sheet import Chart, Column, Estimate, Row, Sheet
from crmbridge.report.work.asked import Part, Question, spread
from crmbridge.report.work.cells import FEWER, count, estimate, share, share_of
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import HandOff, by_reason, hand_offs
from crmbridge.report.work.only import hand_offs_of
from crmbridge.report.work.returns import Back, returns
from crmbridge.store.table import Tx

TRENDS = {
    Trend.FIRST: "the first version",
    Trend.TOO_FEW: "too few",
    Trend.LOW_SAMPLE: "too few for a verdict",
    Trend.RISING: "more misfits",
    Trend.FALLING: "fewer misfits",
    Trend.NO_DIFFERENCE: "no difference",
}
"""Where the part of misfits went, in words."""

_AGAIN = (
    estimate("again", "went again"),
    estimate("accepted", "accepted then"),
    estimate("won", "won then"),
)


def reason_sheets(
    tx: Tx, agreement: Agreement, teams: Teams, asked: Question
) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    """Return sheets of what came back in a period, and what is to be known of them.

    A cycle counts on the day on which it came back, and for the definition on that on which it
    went to sales.
    """
    days = Days(asked.zone)
    made = hand_offs(tx, teams, days, asked.motion)
    wanted = hand_offs_of(tx, made.all, asked)
    keys = {one.key for one in wanted}
    found = returns(made.all, agreement.recycle, days, asked.today)
    back = [one for one in found if one.of.key in keys]
    mine = [one for one in back if one.day in asked.period]
    cut = asked.by or "month"
    parts = asked.parts(min((one.day for one in mine), default=None), cut)
    sheets = (
        _by_reason(counted(one.found for one in mine)),
        _parts(cut, back, parts),
        _definitions([one for one in wanted if one.day in asked.period]),
    )
    return sheets, (_NOTE, *made.notes())


_NOTE = (
    "Whether a lead went again is known once it did, or could have: its cool-off is over, or its "
    "reason says never. What became of it then is known once it was accepted, came back or closed."
)


def _by_reason(found: Found) -> Sheet:
    rows = tuple(
        (
            *(one.reason, one.returns, one.share, one.again.k, one.again.n),
            *(share(one.again), share(one.accepted), share(one.won)),
        )
        for one in found.rows
    )
    total: Row = ("all", found.returns, 1.0 if rows else None, *(None,) * 5)
    return Sheet(
        name="recycled",
        title="what came back, and whether it paid to send it again",
        columns=(
            Column(name="reason", title="reason"),
            count("back", "came back"),
            Column(name="part", title="of all", kind="share"),
            *(count("went", "went again"), count("known", "of so many known")),
            *(one if one.name != "again" else estimate("again", "share") for one in _AGAIN),
        ),
        rows=rows,
        total=total,
        empty="Nothing came back.",
        notes=(FEWER, *_missing(found)) if rows else (),
        chart=Chart(kind="dots", title="Went to sales again", x="reason", y=("again",)),
    )


def _missing(found: Found) -> Iterable[str]:
    if found.missing.k:
        yield f"Without a reason from sales: {found.missing.k:,} of {found.missing.n:,}."


def _parts(cut: str, back: Iterable[Back], parts: Sequence[Part]) -> Sheet:
    rows: list[Row] = []
    for label, some in spread(back, lambda one: one.day, parts):
        told = [one.found for one in some]
        found = counted(told)
        most = found.rows[0].reason if found.rows else None
        again = [one.again for one in told if one.again is not None]
        accepted = [one.accepted for one in told if one.accepted is not None]
        won = [one.won for one in told if one.won is not None]
        shares = (share_of(sum(known), len(known)) for known in (again, accepted, won))
        rows.append((label, found.returns, most, share(found.missing), *shares))
    return Sheet(
        name="parts",
        title=f"what came back by {cut}",
        columns=(
            Column(name="part", title=cut),
            count("back", "came back"),
            Column(name="most", title="most often"),
            estimate("missing", "without a reason"),
            *_AGAIN,
        ),
        rows=tuple(rows),
        empty="Nothing came back.",
        chart=Chart(kind="bars", title="Cycles that came back", x="part", y=("back",)),
    )


def _definitions(made: Iterable[HandOff]) -> Sheet:
    judged = judged_by_version(made)
    rows = tuple(_drifted(one, found) for one, found in zip(judged, drift(judged), strict=True))
    return Sheet(
        name="definitions",
        title="rejected as not ready (no_fit, needs_nurture), by version of the definition",
        columns=(
            Column(name="version", title="version"),
            *(count("decided", "decided"), count("misfits", "misfits")),
            estimate("share", "share"),
            Column(name="of_rejected", title="of the rejected", kind="share"),
            estimate("difference", "against the version before"),
            Column(name="trend", title="trend"),
        ),
        rows=rows,
        empty="Sales has decided on no lead that was stamped with a version.",
        notes=(FEWER,) if rows else (),
    )


def judged_by_version(made: Iterable[HandOff]) -> list[Judged]:
    """What sales said of hand-offs, by version of the definition, in the order of the versions."""
    by_version: dict[str, list[HandOff]] = {}
    for one in made:
        if one.definition:
            by_version.setdefault(one.definition, []).append(one)
    # a version counts from when it first sent a lead, so that what was signed later comes later
    order = sorted(by_version, key=lambda name: (_number(name), by_version[name][0].day))
    return [
        Judged(
            version=name,
            accepted=sum(one.accepted for one in by_version[name]),
            rejected=by_reason(by_version[name]),
        )
        for name in order
    ]


def _number(version: str) -> int:
    found = re.match(r"v(\d+)", version)
    return int(found[1]) if found else 0


def _drifted(one: Judged, found: Drift) -> Row:
    apart = None
    if found.interval is not None:
        apart = Estimate.of(found.difference, found.interval)
    counts = (one.version, one.decided, one.misfits, share(found.misfits))
    return (*counts, found.of_rejected, apart, TRENDS[found.trend])
