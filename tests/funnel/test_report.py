"""The funnel by cohort: who came to a stage in which month, and when they went on or came back."""

from crmbridge.model import payload
from crmbridge.report.frame.sheet import Sheet
from crmbridge.report.work.came import came_sheet
from crmbridge.report.work.cohorts import Cycles, cohort_sheets
from tests.stages.worked import World, ask, day, rows, worked


def cohorts(world: World, **more: str) -> dict[str, Sheet]:
    with world.company.ledger.read() as tx:
        asked = ask(world, **more)
        cycles = Cycles.read(tx)
        return {one.name: one for one in cohort_sheets(cycles, world.company.agreement, asked)}


def seven(world: World) -> None:
    """Of seven that are handed over in January one is accepted after 2 days, two after 3, one
    after 6, one comes back after 3, and two wait; an eighth is handed over in February."""
    for n, name in enumerate("abcdefg"):
        world.give(f"lead{name}", day(n % 2))
    for name, after in (("a", 2), ("b", 3 + 1), ("c", 3), ("d", 6 + 1)):
        world.accept(f"lead{name}", day(after))
    world.back("leade", day(3))
    world.give("leadh", day(30))


def test_a_cohort_says_how_many_went_on_came_back_and_wait() -> None:
    with worked(day(40)) as world:
        seven(world)
        found = cohorts(world)["from_handed"]
    assert rows(found, "cohort", "cycles", "on", "back", "open", "median") == [
        ("2026-01", 7, 4, 1, 2, 3),
        ("2026-02", 1, 0, 0, 1, None),
    ]
    assert rows(found, "at_risk_7", "on_7", "back_7")[0] == (2, None, None)
    assert found.total is not None
    assert found.total[1] == 8


def test_parts_are_those_of_all_where_five_were_there_so_long() -> None:
    with worked(day(40)) as world:
        for n in range(10):
            world.give(f"lead{n}", day(0))
        for n in range(4):
            world.accept(f"lead{n}", day(5))
        world.back("lead9", day(5))
        found = cohorts(world)["from_handed"]
    ((risk, on, back),) = rows(found, "at_risk_7", "on_7", "back_7")
    assert (risk, round(on, 6), round(back, 6)) == (5, 0.4, 0.1)


def test_cycles_that_were_under_way_when_crmbridge_came_are_left_out_and_said() -> None:
    with worked(day(40)) as world:
        seven(world)
        told = payload.TakenOver.read({"ref": "sales:Lead:1", "stage": "accepted"})
        world.tell("old", day(1), told)
        found = cohorts(world)
    assert rows(found["from_accepted"], "cohort", "cycles") == [("2026-01", 4)]
    told = [note for one in found.values() for note in one.notes]
    assert sum("under way or over at the first look: 1." in note for note in told) == 1


def test_days_without_anything_have_no_rows() -> None:
    with worked(day(40)) as world:
        assert not cohorts(world)["from_ready"].rows
        seven(world)
        found = cohorts(world, since="2025-03", until="2025-04")["from_ready"]
        assert not found.rows
        assert found.empty == "No cycle came to ready."


def test_what_came_to_a_step_is_counted_on_its_own_day() -> None:
    with worked(day(40)) as world:
        seven(world)
        with world.company.ledger.read() as tx:
            asked = ask(world, since="2026-01", by="month")
            found = came_sheet(Cycles.read(tx), world.company.agreement, asked)
    assert rows(found, "part", "handed", "accepted", "back") == [
        ("2026-01", 7, 4, 1),
        ("2026-02", 1, 0, 0),
    ]
