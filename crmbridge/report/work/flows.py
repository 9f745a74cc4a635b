"""The loop as flows: each cycle that entered in a period, from where it came to where it is now.

A cycle enters once: on the day on which it became ready, or went to sales without that. From there
it is followed to its end or to today, whenever that was, so that whatever comes to a place also
leaves it or is counted there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crmbridge.agreement import Agreement
from crmbridge.agreement.recycle import MISSING_REASON
from crmbridge.agreement.stages import name_of
from crmbridge.model.codec import parse_instant
from crmbridge.policy.incidence import quantiles
from crmbridge.policy.totals.trip import WON
from crmbridge.report.frame.sheet import Chart, Column, Sheet
from crmbridge.report.text import reason_words
from crmbridge.report.work.asked import Question
from crmbridge.report.work.cells import count
from crmbridge.report.work.cohorts import Cycles
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import left_out
from crmbridge.store.trips import Went

STEPS = ("ready", "handed", "accepted", "qualified", "opportunity")
BACK = ("rejected", "returned", "stale_untouched", "stale_idle", "recalled")
"""Outcomes of a cycle that came back for a reason."""
MOST_REASONS = 6
"""Reasons that have a place of their own; the others share one."""
AGAIN, CUSTOMER, BY_SALES = "been to sales before", "customer", "found by sales"
WAITS, UNDER_WAY = "not handed over yet", "still with sales"
OUT, LOST = "ruled out", "deal lost"
BACK_TO = {"returns": "to nurture", "fix_data": "data to be fixed", "out": OUT}
"""Where a lead that came back goes, by the class of its reason."""
OTHERS = "other reasons"


@dataclass(frozen=True, slots=True)
class Path:
    """A cycle and the places that it went through, the first and the last among them."""

    of: Went
    places: tuple[str, ...]

    def steps(self) -> Iterator[tuple[str, str]]:
        """Each move from one place to the next."""
        return zip(self.places, self.places[1:], strict=False)


def entered_in(cycles: Cycles, asked: Question) -> list[Went]:
    """Return the cycles that entered in the period."""
    days = Days(asked.zone)
    return [one for one in cycles.all if days.told(_entry(one)) in asked.period]


def _entry(one: Went) -> str:
    told = one.data["effective"]
    return str(min(told[step] for step in ("ready", "handed") if step in told))


def paths(cycles: Sequence[Went], agreement: Agreement) -> list[Path]:
    """Follow cycles from place to place."""
    counts = Counter(_reason(one) for one in cycles if one.outcome in BACK)
    most = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_REASONS]
    return [Path(one, tuple(_places(one, agreement, most))) for one in cycles]


def _places(one: Went, agreement: Agreement, most: Sequence[str]) -> Iterator[str]:
    told = one.data["effective"]
    yield _from(one, agreement)
    came = [step for step in STEPS if step in told]
    yield from (name_of(agreement.stages, step) for step in came)
    yield from _end(one, agreement, most, is_ready=came == ["ready"])


def _from(one: Went, agreement: Agreement) -> str:
    if one.data.get("expansion"):
        return CUSTOMER
    if one.n > 1:
        return AGAIN
    if one.data["kind"] == "sales_initiated":
        return BY_SALES
    step = "engaged" if "engaged" in one.data["milestones"] else "known"
    return name_of(agreement.stages, step)


def _end(one: Went, agreement: Agreement, most: Sequence[str], *, is_ready: bool) -> Iterator[str]:
    match one.outcome:
        case "":
            yield WAITS if is_ready else UNDER_WAY
        case "won":
            yield WON
        case "lost":
            yield LOST
        case outcome if outcome in BACK:
            reason = _reason(one)
            why = reason_words(reason) if reason in most else OTHERS
            yield f"{BACK_TO[class_of(reason, agreement)]}: {why}"
        case "disqualified":
            yield OUT
        case outcome:
            yield outcome.replace("_", " ")


def class_of(reason: str, agreement: Agreement) -> str:
    """The class that the agreement in force gives a reason."""
    rows = agreement.recycle.reasons
    return str((rows.get(reason) or rows[MISSING_REASON]).class_)


def _reason(one: Went) -> str:
    return str(one.data["reason"] or MISSING_REASON)


def flow_sheet(followed: Sequence[Path], cycles: Cycles) -> Sheet:
    """Count the moves between places, in the order in which leads make them."""
    moves = Counter(move for one in followed for move in one.steps())
    order = _order(followed)
    rows = tuple(
        (start, end, moves[start, end])
        for start, end in sorted(moves, key=lambda it: (order[it[0]], order[it[1]]))
    )
    return Sheet(
        name="flows",
        title="The loop: where leads that entered in these days went",
        columns=(Column(name="from", title="From"), Column(name="to", title="To"), _LEADS),
        rows=rows,
        empty="No lead became ready for sales in these days, and none went to sales.",
        notes=(_NOTE, *left_out(cycles.adopted, cycles.voided)) if rows else (),
        chart=Chart(kind="flows", title="Leads from place to place", x="from", y=("to", "leads")),
    )


_LEADS = count("leads", "Leads")
_NOTE = (
    "A lead counts on the day on which it became ready or went to sales, and is followed to where "
    "it is today. One that went to sales twice in these days counts twice."
)


def _order(followed: Iterable[Path]) -> dict[str, tuple[int, str]]:
    """Places by how far along they stand at most: a place comes behind all that lead to it."""
    far: dict[str, int] = {}
    for one in followed:
        for n, place in enumerate(one.places):
            far[place] = max(n, far.get(place, 0))
    return {place: (n, place) for place, n in far.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the flows come to: counts, and within how many seconds half were answered."""

    entered: int
    handed: int
    accepted: int
    won: int
    open: int
    back: Counter[str]
    half: int | None


def told(followed: Iterable[Path], now: datetime) -> Told:
    """Count what the first lines of a page say; `back` is by reason.

    Until half were answered those still open count as long as they have lasted (Kaplan-Meier).
    """
    cycles = [one.of for one in followed]
    handed = [one for one in cycles if "handed" in one.data["effective"]]
    waits = [_wait(one, now) for one in handed if _is_ours(one)]
    return Told(
        entered=len(cycles),
        handed=len(handed),
        accepted=sum("accepted" in one.data["effective"] for one in handed),
        won=sum(one.outcome == WON for one in cycles),
        open=sum(not one.outcome for one in cycles),
        back=Counter(_reason(one) for one in cycles if one.outcome in BACK),
        half=quantiles(waits, (0.5,))[0] if waits else None,
    )


def _is_ours(one: Went) -> bool:
    """Whether we handed it over, so that sales has something to answer."""
    return one.data["kind"] == "pushed" and "handed" in one.data["milestones"]


def _wait(one: Went, now: datetime) -> tuple[int, bool]:
    """For how many seconds sales had a lead before it answered, and whether it did."""
    marks = one.data["milestones"]
    accepted = parse_instant(marks["accepted"]) if "accepted" in marks else None
    end = accepted or one.closed
    spent = (end or now) - parse_instant(marks["handed"])
    return max(0, int(spent.total_seconds())), end is not None
