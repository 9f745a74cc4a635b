"""Reads the golden cases of the lifecycle fold; their time is counted in days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from crmbridge.model.lifecycle import RANK, Cycle, Leg, Lifecycle, LifeEvent
from tests.goldens.shape import Json, only

DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
EVENT = {"at", "type", "reason", "deal", "kind", "stage", "outcome", "system", "owner"}
EVENT |= {"team", "back"}
CASE = {"events", "expect"}
EXPECT = {"stage", "cycle", "cycles", "ignored", "voided"}


def instant(day: Any) -> datetime:
    """An instant of a case."""
    return DAY_0 + timedelta(days=day)


def day(at: datetime | None) -> Any:
    """An instant as the cases write it."""
    return None if at is None else (at - DAY_0) / timedelta(days=1)


def events_of(rows: Sequence[Json]) -> list[LifeEvent]:
    """The events of a case, in the order of their arrival."""
    for row in rows:
        only(row, EVENT, "event")
        assert row["type"] in RANK, f"no such event: {row['type']}"
    return [
        LifeEvent(
            at=instant(row["at"]),
            type=row["type"],
            reason=row.get("reason") or "",
            deal=row.get("deal") or "",
            kind=row.get("kind") or "",
            arrival=arrival,
            stage=row.get("stage") or "",
            outcome=row.get("outcome") or "",
            system=row.get("system") or "",
            team=row.get("team") or "",
            back=bool(row.get("back")),
        )
        for arrival, row in enumerate(rows)
    ]


def shown_leg(leg: Leg) -> Json:
    """The part of a team after the first, as the cases write it."""
    return {
        "team": leg.team,
        "at": day(leg.at),
        "kind": leg.kind,
        "ms": {name: day(at) for name, at in leg.milestones.items()},
        "outcome": leg.outcome or None,
        "reason": leg.reason or None,
        "closed": day(leg.closed),
    }


def shown(cycle: Cycle) -> Json:
    """A cycle as the cases write it; only one that was handed on has legs."""
    legs = {"legs": [shown_leg(one) for one in cycle.legs]} if cycle.legs else {}
    return {
        "n": cycle.n,
        "opened": day(cycle.opened),
        "ms": {name: day(at) for name, at in cycle.milestones.items()},
        "kind": cycle.kind or None,
        "outcome": cycle.outcome or None,
        "reason": cycle.reason or None,
        "closed": day(cycle.closed),
        "deals": [deal for deal in cycle.deals if deal],
        "effective": {name: day(at) for name, at in cycle.effective.items()},
        **legs,
    }


def number(voided: Any) -> Any:
    """The number of a voided cycle, however a case says it."""
    if isinstance(voided, dict):
        return voided["n"]
    return voided[0] if isinstance(voided, list) else voided


def assert_expected(life: Lifecycle, case: Json, *, in_any_order: bool = False) -> None:
    """Compare a folded lead with what its case expects.

    `in_any_order` is for what was ignored: no rule puts that in order within one instant.
    """
    only(case, CASE, "case")
    expect = case["expect"]
    only(expect, EXPECT, "expect")
    assert (life.stage, life.cycle) == (expect["stage"], expect["cycle"])
    assert [shown(cycle) for cycle in life.cycles] == expect["cycles"]
    # the first column is the place of the event in the case
    wanted = [(instant(case["events"][n]["at"]), *rest) for n, *rest in expect["ignored"]]
    ignored = [(row.at, row.type, row.why) for row in life.ignored]
    assert (sorted(ignored) if in_any_order else ignored) == (
        sorted(wanted) if in_any_order else wanted
    )
    assert [cycle.n for cycle in life.voided] == [number(v) for v in expect["voided"]]
