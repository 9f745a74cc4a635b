"""Why leads came back as a report: whether sending them again paid, and the definition's drift."""

from crmbridge.report.frame.sheet import Sheet
from crmbridge.report.reasons import reason_sheets
from tests.stages.worked import World, ask, day, rows, worked


def told(world: World, **more: str) -> dict[str, Sheet]:
    with world.company.ledger.read() as tx:
        company = world.company
        sheets, _ = reason_sheets(tx, company.agreement, company.teams, ask(world, **more))
    return {one.name: one for one in sheets}


def test_who_went_again_is_known_once_they_did_or_could_have() -> None:
    """bad_timing cools off for 90 days: of three leads one goes again and is accepted, one has
    cooled off and did not, one still cools off. no_fit never comes again."""
    with worked(day(200)) as world:
        for lead, at in (("a", 1), ("b", 1), ("c", 150)):
            world.give(lead, day(at))
            world.back(lead, day(at + 1))
        world.give("a", day(120), cycle=2)
        world.accept("a", day(121))
        world.give("d", day(1))
        world.back("d", day(2), "no_fit")
        found = told(world)
    assert rows(found["recycled"], "reason", "back", "went", "known") == [
        ("bad_timing", 3, 1, 2),
        ("no_fit", 1, 0, 1),
    ]
    assert rows(found["parts"], "part", "back", "most") == [
        ("2026-01", 3, "bad_timing"),
        *((f"2026-0{n}", 0, None) for n in range(2, 6)),
        ("2026-06", 1, "bad_timing"),
        ("2026-07", 0, None),
    ]


def test_a_definition_drifts_when_more_of_its_leads_are_no_fit() -> None:
    with worked(day(90)) as world:
        for n in range(40):
            version, at = ("v1:aaaa", 1) if n < 20 else ("v2:bbbb", 30)
            world.give(f"lead{n:02}", day(at), definition=version)
            if n % 20 < (2 if n < 20 else 12):
                world.back(f"lead{n:02}", day(at + 1), "no_fit")
            else:
                world.accept(f"lead{n:02}", day(at + 1))
        found = told(world)["definitions"]
    assert rows(found, "version", "decided", "misfits", "trend") == [
        ("v1:aaaa", 20, 2, "the first version"),
        ("v2:bbbb", 20, 12, "too few for a verdict"),
    ]
    ((first,), (second,)) = rows(found, "share")
    assert (first.value, second.value) == (0.1, 0.6)
    assert rows(found, "difference")[1][0].value == 0.5


def test_a_return_without_a_reason_is_one_of_its_own() -> None:
    with worked(day(20)) as world:
        for n in range(10):
            world.give(f"lead{n}", day(1))
            world.back(f"lead{n}", day(2), "" if n < 4 else "bad_timing")
        found = told(world)
    assert "Without a reason from sales: 4 of 10." in found["recycled"].notes
    assert rows(found["parts"], "missing")[0][0].value == 0.4


def test_days_in_which_nothing_came_back_have_no_rows() -> None:
    with worked(day(20)) as world:
        found = told(world, since="2025-01", until="2025-02")
    assert not found["recycled"].rows
    assert found["definitions"].empty.startswith("Sales has decided on no lead")
