"""A company with stages of its own at work between two servers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.parting import join_leads
from crmbridge.report.explain.whole import text
from crmbridge.report.operate.status import status
from crmbridge.store.dump import canonical_dump
from crmbridge.store.projection import rebuild
from tests.own_stages.stage import (
    CURIOUS,
    STAGES,
    WARM,
    counted,
    entries,
    in_marketing,
    owning,
    told,
    with_stages,
)
from tests.stages.places import JO, START
from tests.stages.play import Play, at_work

AL = "al@buyer.example"
GUIDE, WEBINAR = "https://acme.example/paper/one", "https://acme.example/webinar/live"


def rebuilt_alike(play: Play) -> None:
    with play.company.ledger.write("rebuild") as tx:
        before = list(canonical_dump(tx))
        rebuild(tx)
        assert list(canonical_dump(tx)) == before


def test_a_lead_enters_a_part_of_its_stage_and_all_speak_of_it(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_work(owning(acme, STAGES), tmp_path) as play:
        play.contact(JO, lastname="Kern")
        play.turn(2)
        assert in_marketing(play) == ("known", "New")
        play.form(JO, GUIDE)
        play.later(minutes=5)
        at = play.company.now()
        play.turn(2)
        assert in_marketing(play) == ("Curious lead", "Curious")
        assert play.person(JO)["crmbridge_stage_since"]
        found = told(play)
        assert found["stage"] == "engaged"  # the core stages' own keys stay as they are
        own = found["own_stage"]
        assert (own["id"], own["name"], own["core_name"]) == (
            *("curious", "Curious"),
            "In conversation",
        )
        assert own["under"] == "version 1"
        assert datetime.fromisoformat(own["since"]) == at
        assert entries(play) == [("engaged", "curious", 1, 1)]
        said = "\n".join(text(found))
        assert "With marketing, Curious (engaged), trip 1." in said
        assert "Curious, a part of In conversation (engaged), since" in said
        assert (
            "+ curious: buying stage of the last 60 days is at least interest; it is interest"
            in (said)
        )
        rebuilt_alike(play)


def test_the_part_is_left_in_the_second_in_which_its_criteria_end(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_work(owning(acme, STAGES), tmp_path) as play:
        play.contact(JO, lastname="Kern")
        play.form(JO, GUIDE)
        play.turn(2)
        play.box.set_time(START + timedelta(days=60))
        play.turn(2)
        assert in_marketing(play) == ("Curious lead", "Curious")
        play.box.set_time(START + timedelta(days=60, seconds=1))
        play.turn(2)
        assert in_marketing(play) == ("Talking", "In conversation")
        assert entries(play) == [("engaged", "curious", 1, 1), ("engaged", "", 1, 1)]
        now = counted(play)["engaged"]
        assert (now["now"], now["reached"]) == (1, 1)
        (part,) = now["parts"]
        assert (part["now"], part["entered"]) == (0, 1)
        # of a day before, explain tells what was so then
        before = told(play, as_of=START + timedelta(days=59))
        assert before["own_stage"]["name"] == "Curious"
        rebuilt_alike(play)


def test_who_moves_on_to_sales_leaves_the_part(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_work(owning(acme, STAGES), tmp_path) as play:
        play.contact(JO, lastname="Kern", company="Buyer")
        play.form(JO, GUIDE)
        play.turn(2)
        play.form(JO)  # a demo: ready
        play.turn(3)
        assert told(play)["stage"] == "handed"
        assert in_marketing(play) == ("handed", "handed")
        assert entries(play)[0] == ("engaged", "curious", 1, 1)
        assert entries(play)[-1][1] == ""
        row = counted(play)["engaged"]
        assert (row["now"], row["parts"][0]["now"], row["parts"][0]["entered"]) == (0, 0, 1)
        rebuilt_alike(play)


def test_another_version_is_in_force_for_everybody_from_its_first_second(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """JO enters the further part, AL stays where they are; the whole has another name for both."""
    second = with_stages(
        acme.agreement,
        {"engaged": {"name": "Warming up", "parts": [CURIOUS, WARM]}},
        2,
        date(2026, 3, 4),
    )
    with at_work(owning(acme, STAGES, second), tmp_path) as play:
        for email, page in ((JO, WEBINAR), (AL, GUIDE)):
            play.contact(email, lastname="Kern")
            play.form(email, GUIDE)
            play.form(email, page)
        play.turn(2)
        assert [in_marketing(play, one) for one in (JO, AL)] == [("Curious lead", "Curious")] * 2
        play.box.set_time(datetime.fromisoformat("2026-03-03T22:59:59+00:00"))
        play.turn(2)
        assert in_marketing(play) == ("Curious lead", "Curious")
        play.box.set_time(datetime.fromisoformat("2026-03-03T23:00:00+00:00"))
        play.turn(2)
        # the new version has no name for `warm` in marketing, and none for the whole stage
        assert in_marketing(play) == ("engaged", "Warm")
        assert in_marketing(play, AL) == ("Curious lead", "Curious")
        assert entries(play) == [("engaged", "curious", 1, 1), ("engaged", "warm", 2, 1)]
        assert entries(play, AL) == [("engaged", "curious", 1, 1)]
        then = told(play, as_of=START + timedelta(minutes=1))["own_stage"]
        assert (then["name"], then["core_name"]) == ("Curious", "In conversation")
        assert told(play)["own_stage"]["core_name"] == "Warming up"
        row = counted(play)["engaged"]
        assert [(one["id"], one["now"], one["entered"]) for one in row["parts"]] == [
            *[("curious", 1, 2)],
            ("warm", 1, 1),
        ]
        rebuilt_alike(play)


def test_a_part_that_a_new_version_does_not_have_is_left_and_still_counted(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    second = with_stages(acme.agreement, {"engaged": {"name": "Leads"}}, 2, date(2026, 3, 4))
    with at_work(owning(acme, STAGES, second), tmp_path) as play:
        play.contact(JO, lastname="Kern")
        play.form(JO, GUIDE)
        play.turn(2)
        play.box.set_time(datetime.fromisoformat("2026-03-03T23:00:00+00:00"))
        play.turn(2)
        assert in_marketing(play) == ("engaged", "Leads")
        assert entries(play) == [("engaged", "curious", 1, 1), ("engaged", "", 2, 1)]
        row = counted(play)["engaged"]
        assert row["parts"] == []
        assert row["gone"] == [{"id": "curious", "name": "Curious", "now": 0, "entered": 1}]


def test_stages_that_come_with_a_later_version_are_taken_up_by_all_leads(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """Leads to whom nothing happens too: with sales as well as with marketing."""
    stages = {
        "handed": {
            "name": "With a rep",
            "parts": [
                {
                    "id": "asked",
                    "name": "Asked for us",
                    "when": {"field": "hand_raise_at", "op": "is_set"},
                }
            ],
        },
        **STAGES,
    }
    second = with_stages(acme.agreement, stages, 2, date(2026, 3, 4))
    files = replace(owning(acme, {}), agreement=acme.agreement, others=(second,))
    with at_work(files, tmp_path) as play:
        play.keen(JO)
        play.contact(AL, lastname="Lund")
        play.form(AL, GUIDE)
        play.turn(3)
        assert told(play)["stage"] == "handed"
        assert in_marketing(play, AL) == ("engaged", "engaged")
        assert status(play.company)["own_stages"] == []
        play.box.set_time(datetime.fromisoformat("2026-03-03T23:00:00+00:00"))
        play.turn(3)
        assert in_marketing(play) == ("handed", "Asked for us")
        assert in_marketing(play, AL) == ("Curious lead", "Curious")
        own = {row["stage"]: row for row in status(play.company)["own_stages"]}
        assert (own["handed"]["name"], own["handed"]["parts"][0]["now"]) == ("With a rep", 1)


def test_a_company_without_stages_of_its_own_has_no_entry_of_them(play: Play) -> None:
    play.contact(JO, lastname="Kern")
    play.form(JO, GUIDE)
    play.turn(2)
    own = told(play)["own_stage"]
    assert (own["id"], own["name"], own["parts"], own["entered"]) == ("", "engaged", [], [])
    assert "Stage in the company's words" not in text(told(play))


def test_two_leads_that_are_one_person_keep_the_part_that_either_is_in(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_work(owning(acme, STAGES), tmp_path) as play:
        for email in (JO, AL):
            play.contact(email, lastname="Kern")
        play.form(AL, GUIDE)
        play.turn(2)
        join_leads(play.company, JO, AL, by="Dana", why="one person")
        play.turn(2)
        assert told(play)["stage"] == "engaged"
        assert told(play)["own_stage"]["name"] == "Curious"
        (part,) = counted(play)["engaged"]["parts"]
        assert (part["now"], part["entered"]) == (1, 1)
        rebuilt_alike(play)


def test_an_id_that_another_version_gives_a_part_of_another_stage_is_entered_there(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    moved = {**CURIOUS, "when": {"field": "hand_raise_at", "op": "is_set"}}
    second = with_stages(acme.agreement, {"handed": {"parts": [moved]}}, 2, date(2026, 3, 4))
    first = {"handed": {"parts": [{**moved, "id": "asked", "name": "Asked"}]}, **STAGES}
    with at_work(owning(acme, first, second), tmp_path) as play:
        play.keen(JO)
        play.contact(AL, lastname="Lund")
        play.form(AL, GUIDE)
        play.turn(3)
        assert entries(play) == [("handed", "asked", 1, 1)]
        play.box.set_time(datetime.fromisoformat("2026-03-03T23:00:00+00:00"))
        play.turn(3)
        assert entries(play) == [("handed", "asked", 1, 1), ("handed", "curious", 2, 1)]
        assert entries(play, AL) == [("engaged", "curious", 1, 1), ("engaged", "", 2, 1)]
        rebuilt_alike(play)
