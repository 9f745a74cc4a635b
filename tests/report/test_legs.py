"""What one team of sales handed on to the next, in the report of reps: by who had it then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crmbridge.model import payload
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
