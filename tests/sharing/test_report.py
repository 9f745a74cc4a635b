"""What one side knows of handed leads and the other sees, from records as they were seen."""

from typing import Any

from crmbridge.model.lead import Ref, Sighting
from crmbridge.report.frame.sheet import Report
from crmbridge.report.sharing import TO_MARKETING, TO_SALES, sharing
from crmbridge.store import leads
from tests.stages.worked import World, ask, day, rows, sheet, worked

RAW = {"first_name": ("firstname", "FirstName"), "country": ("country", "Country")}


def report(world: World, **more: str) -> Report:
    with world.company.ledger.read() as tx:
        return sharing(tx, world.company, ask(world, **more))


def person(world: World, name: str, at: float, ours: Any, theirs: Any, **raw: Any) -> str:
    """Somebody whom both sides know, each with its own values, and who went to sales."""
    email = f"{name}@buyer.example"
    for place, (system, obj, said) in enumerate(
        (("marketing", "contacts", ours), ("sales", "Lead", theirs))
    ):
        fields = {RAW[word][place]: value for word, value in said.items()}
        more = raw if system == "marketing" else {}
        world.see(
            Sighting(
                ref=Ref(system=system, obj=obj, id=name),
                values={"email": email, **said},
                raw={**fields, **more},
                changed_at=day(at),
                created_at=day(at),
            )
        )
    with world.company.ledger.read() as tx:
        lead = leads.by_ref(tx, "sales", "Lead", [name])[name].lead
    assert lead is not None
    world.give(lead, day(at))
    return lead


def test_a_value_arrived_where_the_other_side_was_seen_to_hold_it() -> None:
    """Ada's name arrived and her country did not; Bo's country is another at sales."""
    with worked(day(20)) as world:
        ada = {"first_name": "Ada", "country": "Germany"}
        person(world, "ada", 1, ada, {"first_name": "Ada"}, lifecyclestage="lead")
        person(world, "bo", 2, {"country": "Austria"}, {"country": "France"})
        found = report(world)
    assert rows(sheet(found, "directions"), "direction", "leads", "fully") == [
        (TO_SALES, 2, 0),
        (TO_MARKETING, 2, 1),
    ]
    fields = {
        (way, word): counts
        for way, word, *counts in rows(
            sheet(found, "fields"), "direction", "field", "available", "arrived"
        )
    }
    assert fields[TO_SALES, "first name"] == [1, 1]
    assert fields[TO_SALES, "country"] == [2, 0]
    assert fields[TO_MARKETING, "first name"] == [1, 1]
    assert fields[TO_MARKETING, "stage"] == [2, 1]
    assert (TO_SALES, "email") not in fields
    notes = rows(sheet(found, "directions"), "half")
    assert notes[0] == ("at most half",)
    assert rows(sheet(found, "teams"), "direction", "team")[0] == (TO_SALES, "dach")


def test_why_a_lead_came_back_is_a_value_of_sales() -> None:
    with worked(day(20)) as world:
        lead = person(world, "ada", 1, {}, {}, crmbridge_reason="bad_timing")
        world.back(lead, day(2))
        found = report(world)
    told = rows(sheet(found, "fields"), "direction", "field", "available", "arrived")
    assert (TO_MARKETING, "reason", 1, 1) in told
    assert (TO_MARKETING, "outcome", 1, 0) in told
    assert (TO_MARKETING, "won amount", 0, 0) in told


def test_days_and_a_team_without_a_hand_off_have_no_values() -> None:
    with worked(day(20)) as world:
        person(world, "ada", 1, {"country": "Austria"}, {})
        for asked in (ask(world, since="2025-01", until="2025-02"), ask(world, team="rest")):
            with world.company.ledger.read() as tx:
                found = sharing(tx, world.company, asked)
            assert rows(sheet(found, "directions"), "leads", "available") == [(0, 0), (0, 0)]
            assert not sheet(found, "teams").rows


def test_parts_are_of_the_leads_that_were_handed_over_in_them() -> None:
    with worked(day(40)) as world:
        person(world, "ada", 1, {"country": "Austria"}, {"country": "Austria"})
        person(world, "bo", 31, {"country": "Austria"}, {})
        found = report(world, by="month")
    assert rows(sheet(found, "parts"), "part", "direction", "available", "arrived")[::2] == [
        ("2026-01", TO_SALES, 1, 1),
        ("2026-02", TO_SALES, 1, 0),
    ]
