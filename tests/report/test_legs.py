"""What one team of sales handed on to the next, in the report of reps: by who had it then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmbridge.model import payload
from crmbridge.model.codec import instant
from crmbridge.report.handoff import handoff
from crmbridge.report.reps import reps
from crmbridge.report.work.legs import legs_sheet
from tests.stages.worked import World, ask, day, rows, sheet, worked

COUNTS = ("got", "got_back", "taken", "passed", "at_once", "later", "silent", "untouched", "won")


@pytest.fixture
def row() -> Iterator[World]:
    """Ann's team qualifies leads, and hands them on to Eva's."""
    with worked(day(30)) as world:
        yield world


def on(world: World, lead: str, at: float, kind: str = "pushed") -> None:
    """A lead is handed on to Eva, or back to Ann."""
    team, rep = ("dach", "ann") if kind == "back" else ("rest", "eva")
    before = () if kind == "back" else (("dach", "ann"),)
    told = payload.HandedOn(kind=kind, rep=rep, team=team, before=before)
    world.tell(lead, day(at), told)


def qualified(world: World, lead: str) -> None:
    world.give(lead, day(1))
    world.accept(lead, day(1.1))
    world.tell(lead, day(1.2), payload.Qualified())
    on(world, lead, 2)


def told(world: World, *args: str, **more: str) -> list[tuple[object, ...]]:
    with world.company.ledger.read() as tx:
        found = legs_sheet(tx, ask(world, *args, **more))
    return [] if found is None else rows(found, "team", "rep", *COUNTS)


def test_each_team_is_counted_for_the_part_in_which_it_had_the_lead(row: World) -> None:
    for lead in ("a", "b", "c", "d"):
        qualified(row, lead)
    row.back("a", day(3), "missing_reason")
    row.accept("b", day(3))
    row.back("b", day(4), how="returned")
    row.tell("c", day(9), payload.read("stale", {"reason": "stale_untouched", "back": True}))
    on(row, "c", 10, "back")
    assert told(row) == [
        ("dach", "ann", 0, 1, 0, 0, 0, 0, 0, 0, 0),
        ("rest", "eva", 4, 0, 1, 0, 1, 1, 1, 1, 0),
    ]


def test_it_counts_in_the_days_in_which_they_got_it_and_for_a_team(row: World) -> None:
    qualified(row, "a")
    assert told(row, "2026-01-07", "2026-01-07") != []
    assert told(row, "2026-01-08") == []
    assert told(row, team="dach") == []
    assert told(row, motion="expansion") == []


def test_the_report_of_reps_has_it_where_teams_work_in_a_row_and_else_not(row: World) -> None:
    row.give("z", day(1))
    with row.company.ledger.read() as tx:
        names = [one.name for one in reps(tx, row.company, ask(row), {}).sheets]
    assert "handed_on" not in names
    qualified(row, "a")
    with row.company.ledger.read() as tx:
        found = sheet(reps(tx, row.company, ask(row), {}), "handed_on")
    assert found.total is not None
    assert tuple(found.total)[:3] == ("all", None, 1)


def clocks(world: World, name: str, *args: str, **more: str) -> list[tuple[object, ...]]:
    with world.company.ledger.read() as tx:
        found = sheet(handoff(tx, world.company, ask(world, *args, **more)), name)
    return rows(found, found.columns[0].name, "clock", "handed", "due", "breached")


def test_each_team_has_clocks_of_its_own_and_answers_for_no_other(row: World) -> None:
    for lead in ("a", "b"):
        row.give(lead, day(1))
        row.tell(lead, day(1.01), payload.SalesTouched())
        row.accept(lead, day(1.02))
        on(row, lead, 2)
    late = {"cycle": 1, "due": instant(day(2.5)), "limit_seconds": 3600, "rep": "eva", "rating": ""}
    for clock in ("first_touch", "answer"):
        row.tell("a", day(3), payload.read("sla_breached", {**late, "clock": clock}))
    assert clocks(row, "reps") == [
        ("ann", "first touch", 2, 2, 0),
        ("eva", "first touch", 2, 2, 2),
        ("ann", "accept it or give it back", 2, 2, 0),
        ("eva", "accept it or give it back", 2, 2, 2),
    ]
    assert clocks(row, "teams", team="rest")[0] == ("rest", "first touch", 2, 2, 2)
    assert {one[0] for one in clocks(row, "reps", team="dach")} == {"ann"}
    assert clocks(row, "reps", "2026-01-08") == []


def test_a_team_that_handed_a_lead_on_in_time_is_not_late_for_the_touch_of_the_next(
    row: World,
) -> None:
    row.give("a", day(1))
    row.accept("a", day(1.005))
    on(row, "a", 1.01)
    row.tell("a", day(9), payload.SalesTouched())
    assert clocks(row, "reps")[:2] == [
        ("ann", "first touch", 1, 1, 0),
        ("eva", "first touch", 1, 1, 1),
    ]
