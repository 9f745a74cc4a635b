"""Whether sales takes up what it is given in time: clocks by team and rep, and why they ran out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from crmbridge.company import Company
from crmbridge.policy.sla.causes import Cause
from crmbridge.policy.sla.clocks import Status
from crmbridge.policy.sla.kept import Clock, Kept, kept, kept_by_rep, kept_by_team
from crmbridge.report.frame.sheet import Chart, Column, Report, Row, Sheet
from crmbridge.report.work.asked import Question, spread
from crmbridge.report.work.cells import FEWER, count, estimate, hours, share
from crmbridge.report.work.clocks import NAMES, Timed, Timing
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import NOBODY, HandOff, first_day, hand_offs
from crmbridge.report.work.legs import as_hand_offs
from crmbridge.store.table import Tx

CAUSES = {
    Cause.ABSENT: "absent",
    Cause.OUTSIDE_HOURS: "outside their hours",
    Cause.FULL: "desk full",
    Cause.IGNORED: "left lying",
    Cause.UNKNOWN: "not known",
}
"""Why a clock ran out, in words."""


def handoff(tx: Tx, company: Company, asked: Question) -> Report:
    """Report the clocks of the hand-offs of a period, in business time (R7.5).

    A hand-off counts on the day on which sales had it. Hand-offs that people of sales made
    themselves have no clock, and are not in it.
    """
    days = Days(asked.zone)
    found = hand_offs(tx, company.teams, days, asked.motion)
    wanted = [one for one in found.all if _mine(asked, one)]
    made = [one for one in wanted if one.pushed]
    own = sum(one.day in asked.period for one in wanted if not one.pushed)
    sla = company.agreement.sla
    timing = Timing.load(tx, company.teams, sla, company.zone, asked.now)
    parts = asked.parts(first_day(made)) if asked.is_cut else []
    needed = [asked.period, *(part.period for part in parts)]
    counts = {day: any(day in part for part in needed) for day in {one.day for one in made}}
    timed = list(timing.timed(one for one in made if counts[one.day]))
    passed = [one for one in as_hand_offs(tx, found, days) if _mine(asked, one)]
    timed += timing.timed((one for one in passed if any(one.day in it for it in needed)), on=True)
    mine = timed if not parts else [one for one in timed if one.day in asked.period]
    later = sum(one.day in asked.period for one in passed)
    sheets = [
        _by(mine, "team", "by team", kept_by_team, total=True),
        _by(mine, "rep", "by rep", kept_by_rep),
        _causes(mine),
    ]
    if parts:
        sheets.append(_parts(spread(timed, lambda one: one.day, parts)))
    return Report(
        name="handoff",
        title="Whether sales answers in time",
        company=company.name,
        sheets=tuple(sheets),
        period=asked.shown,
        notes=(*_notes(agreed=sla is not None, own=own, passed=later), *found.notes()),
    )


def _mine(asked: Question, one: HandOff) -> bool:
    return asked.team in ("", one.team)


def _of_clock(timed: Iterable[Timed]) -> dict[str, list[Clock]]:
    found: dict[str, list[Clock]] = {name: [] for name in NAMES}
    for one in timed:
        found[one.name].append(one.clock)
    return found


def _by(
    timed: Sequence[Timed],
    what: str,
    title: str,
    group: Callable[[Iterable[Clock]], Mapping[str, Kept]],
    *,
    total: bool = False,
) -> Sheet:
    rows: list[Row] = []
    for name, clocks in _of_clock(timed).items():
        rows += (_row(who or NOBODY, name, one) for who, one in group(clocks).items())
        if total and clocks:
            rows.append(_row("all", name, kept(clocks)))
    return Sheet(
        name=f"{what}s",
        title=f"clocks {title}",
        columns=_columns(what, what),
        rows=tuple(rows),
        empty="Nothing was handed over.",
        notes=(FEWER,) if rows else (),
    )


def _columns(name: str, title: str) -> tuple[Column, ...]:
    return (
        Column(name=name, title=title),
        Column(name="clock", title="clock"),
        *(count("handed", "handed over"), count("due", "due"), count("breached", "ran out")),
        estimate("share", "share that ran out"),
        Column(name="median", title="half within, hours", kind="decimal"),
        Column(name="slow", title="9 of 10 within, hours", kind="decimal"),
    )


def _row(who: str, name: str, found: Kept) -> Row:
    late = found.breaches
    counts = (found.clocks, late.n, late.k, share(late))
    return (who, NAMES[name], *counts, hours(found.median), hours(found.slow))


def _causes(timed: Iterable[Timed]) -> Sheet:
    rows: list[Row] = []
    for name, clocks in _of_clock(timed).items():
        for team, mine in groupby(sorted(clocks, key=_team), _team):
            causes = Counter(one.cause for one in mine if one.status is Status.BREACHED)
            if causes:
                counts = (causes[one.value] for one in CAUSES)
                rows.append((team or NOBODY, NAMES[name], *counts))
    return Sheet(
        name="causes",
        title="why clocks ran out",
        columns=(
            Column(name="team", title="team"),
            Column(name="clock", title="clock"),
            *(count(one.value or "unknown", words) for one, words in CAUSES.items()),
        ),
        rows=tuple(rows),
        empty="No clock ran out.",
        notes=(_CAUSES,) if rows else (),
        chart=Chart(
            kind="stacked",
            title="Clocks that ran out, by cause",
            x="team",
            y=tuple(one.value or "unknown" for one in CAUSES),
        ),
    )


def _team(one: Clock) -> str:
    return one.team


def _parts(parts: Iterable[tuple[str, list[Timed]]]) -> Sheet:
    rows = tuple(
        _row(label, name, kept(clocks))
        for label, some in parts
        for name, clocks in _of_clock(some).items()
    )
    return Sheet(
        name="parts", title="clocks as time went", columns=_columns("part", "days"), rows=rows
    )


_CAUSES = (
    "Absent: the rep was away while the clock ran; that of the first touch stands still then. "
    "Outside their hours: the rep had no working hour in it. Desk full: the lead took the rep's "
    "last place. Else it was left lying. Absences and hours are those of teams.toml as it is now."
)


def _notes(*, agreed: bool, own: int, passed: int) -> Iterator[str]:
    yield (
        "Hours are business time: the rep's without absences until the first touch, the team's "
        "until an answer. What is still open counts as long as it has lasted, by the method of "
        "Kaplan and Meier."
    )
    if not agreed:
        yield "The agreement in force has no clocks ([sla]), so none is due but those of before."
    else:
        yield (
            "A clock has the limit that it was told to be over by, else that of the agreement in "
            "force; one that still runs is not due."
        )
    if passed:
        yield (
            "What one team of sales hands on to another counts once more, for the team that gets "
            f"it, with clocks of its own: {passed:,}."
        )
    if own:
        yield f"Leads that sales took by itself have no clock, and are not in it: {own:,}."
