"""The funnel, the own stages and what came back, as sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.agreement.stages import name_of
from crmbridge.report.frame.sheet import Chart, Column, Report, Sheet
from crmbridge.report.sheets.won import won_sheets
from crmbridge.report.stages import rows as stage_rows

EMPTY = "Nothing to count yet: `crmbridge sync` reads all systems."

_CYCLES = Column(name="cycles", title="cycles", kind="count")
_LEADS = Column(name="leads", title="leads", kind="count")
_REASON = Column(name="reason", title="reason")


def funnel_report(
    told: Mapping[str, Any], company: str, agreement: Agreement, motion: str = ""
) -> Report:
    """Put what `report.qualify.funnel` counted into sheets, with `stages` and `won` beside it."""
    sheets = chain(
        [_steps(told, agreement)],
        _stages(told) if agreement.stages else (),
        _returns(told),
        won_sheets(told["won"]),
    )
    return Report(
        name="funnel",
        title="How far leads came",
        company=company,
        sheets=tuple(sheets),
        notes=of_motion(motion),
    )


def of_motion(motion: str) -> tuple[str, ...]:
    """The note of a report that counts the cycles of one motion; none for all."""
    return (f"Only cycles of the motion {motion} are counted.",) if motion else ()


def in_words(name: str) -> str:
    """A step or an outcome in words."""
    return name.replace("_", " ")


def _steps(told: Mapping[str, Any], agreement: Agreement) -> Sheet:
    rows = [
        (_step(agreement, name), n, sum(lost.values()), _how(lost))
        for name, n in told["steps"].items()
        for lost in [told["lost"].get(name, {})]
    ]
    return Sheet(
        name="steps",
        title="steps",
        columns=(
            Column(name="step", title="step"),
            _CYCLES,
            Column(name="lost", title="lost there", kind="count"),
            Column(name="how", title="how"),
        ),
        rows=tuple(rows),
        empty=EMPTY,
        chart=Chart(kind="bars", title="Cycles by the step they reached", x="step", y=("cycles",)),
    )


def _step(agreement: Agreement, name: str) -> str:
    """A step as the company calls it, or in plain words."""
    own = name_of(agreement.stages, name)
    return in_words(name) if own == name else own


def _how(lost: Mapping[str, int]) -> str:
    """How cycles that came no further came back, the most frequent way first."""
    most = sorted(lost.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{n} {in_words(outcome)}" for outcome, n in most)


def _stages(told: Mapping[str, Any]) -> Iterator[Sheet]:
    yield Sheet(
        name="stages",
        title="stages",
        columns=(
            Column(name="stage", title="stage"),
            Column(name="now", title="leads now", kind="count"),
            Column(name="came", title="cycles that came there", kind="count"),
        ),
        rows=tuple(stage_rows(told["stages"])),
    )


def _returns(told: Mapping[str, Any]) -> Iterator[Sheet]:
    yield Sheet(
        name="returns",
        title="what came back",
        columns=(Column(name="outcome", title="came back"), _REASON, _CYCLES),
        rows=_by_reason(told["returns"]),
        empty="Nothing came back.",
    )
    if told["between"]:
        yield Sheet(
            name="between",
            title="given back to the team before",
            columns=(Column(name="outcome", title="outcome"), _REASON, _LEADS),
            rows=_by_reason(told["between"]),
        )
    yield Sheet(
        name="waiting",
        title="what waits for sales",
        columns=(Column(name="reason", title="waits because"), _LEADS),
        rows=tuple(told["waiting"].items()),
        empty="Nothing waits for sales.",
    )
    if told["adopted"]:
        yield Sheet(
            name="adopted",
            title="taken over at the first look (in no other figure)",
            columns=(Column(name="outcome", title="outcome"), _CYCLES),
            rows=tuple(told["adopted"].items()),
        )


def _by_reason(found: Mapping[str, Mapping[str, int]]) -> tuple[tuple[str, str, int], ...]:
    return tuple((out, why, n) for out, some in found.items() for why, n in some.items())
