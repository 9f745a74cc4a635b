"""Fairness as a report: what each rep was given beside their weight, and what the line waited for.

The team has Ann with twice Bob's weight.
"""

from datetime import date
from fractions import Fraction

from crmbridge.model import payload
from crmbridge.report.fairness import fairness
from crmbridge.report.frame.sheet import Report
from tests.stages.worked import World, ask, day, rows, sheet, worked

FAIR = ("rep", "given", "expected", "difference", "undone")


def report(world: World, **more: str) -> Report:
    with world.company.ledger.read() as tx:
        return fairness(tx, world.company, ask(world, **more))


def hand_out(world: World, at: float, *reps: str) -> None:
    for n, rep in enumerate(reps):
        world.give(f"lead{at}{n}", day(at), rep)


def test_each_rep_is_held_against_their_weight_in_their_team() -> None:
    with worked(day(9)) as world:
        hand_out(world, 0, "ann", "ann", "ann", "ann", "bob", "bob", "eva")
        found = report(world)
    assert rows(sheet(found, "reps"), "team", *FAIR) == [
        ("dach", "ann", 4, Fraction(4), 0, 0),
        ("dach", "bob", 2, Fraction(2), 0, 0),
        ("rest", "eva", 1, Fraction(1), 0, 0),
    ]


def test_who_is_away_or_paused_is_expected_nothing() -> None:
    away = {"absences": [{"from": date(2026, 1, 6), "to": date(2026, 1, 6)}]}
    paused = payload.Paused(what="rep:ann", by="Mia", until=day(3))
    with worked(day(9), ann=away) as world:
        hand_out(world, 0, "ann", "bob", "ann")
        hand_out(world, 1, "bob", "bob")
        world.tell("", day(2), paused)
        hand_out(world, 2, "bob")
        hand_out(world, 3, "ann", "ann", "bob")
        found = report(world)
    assert rows(sheet(found, "reps"), *FAIR)[:2] == [
        ("ann", 4, Fraction(4), 0, 0),
        ("bob", 5, Fraction(5), 0, 0),
    ]


def test_parts_have_all_who_were_expected_something() -> None:
    with worked(day(40)) as world:
        hand_out(world, 0, "ann")
        hand_out(world, 30, "bob")
        found = report(world, by="month")
    third = Fraction(1, 3)
    assert rows(sheet(found, "parts"), "part", *FAIR[:4]) == [
        ("2026-01", "ann", 1, 2 * third, third),
        ("2026-01", "bob", 0, third, -third),
        ("2026-02", "ann", 0, 2 * third, -2 * third),
        ("2026-02", "bob", 1, third, 2 * third),
    ]


def test_a_turn_that_was_given_back_is_none() -> None:
    with worked(day(9)) as world:
        hand_out(world, 0, "ann", "bob")
        world.tell("lead01", day(1), payload.Refunded(rep="bob", v=None, reason="duplicate"))
        found = report(world)
    assert rows(sheet(found, "reps"), *FAIR)[:2] == [
        ("ann", 1, Fraction(2, 3), Fraction(1, 3), 0),
        ("bob", 0, Fraction(1, 3), Fraction(-1, 3), 1),
    ]


def test_waits_are_counted_by_reason_and_lead() -> None:
    with worked(day(40)) as world:
        for lead, reason in (("a", "no_capacity"), ("a", "no_capacity"), ("b", "no_capacity")):
            world.tell(lead, day(1), payload.Known(), payload.Waits(reason=reason))
        world.tell("b", day(31), payload.Waits(reason="rep_absent"))
        found = report(world, until="2026-01")
    assert rows(sheet(found, "waits"), "reason", "times", "leads") == [
        ("every rep who may have it is at a limit", 3, 2),
    ]
    assert any("cannot be told" in note for note in found.notes)


def test_days_without_a_lead_show_every_rep_with_none() -> None:
    with worked(day(9)) as world:
        found = report(world, since="2025-01", until="2025-03", by="month", team="rest")
    assert rows(sheet(found, "reps"), *FAIR) == [("eva", 0, None, None, 0)]
    assert not sheet(found, "parts").rows
