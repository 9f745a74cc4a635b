"""The demo's company: acme's files with a row of teams, nurture, customers and own stages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmbridge.agreement import Teams, fingerprint, missing_sides
from crmbridge.files import CompanyFiles, example
from crmbridge.model.lifecycle import Cycle, Leg
from crmbridge.policy.qualify.examples import faults
from crmbridge.registry import emulator
from crmbridge.testing.demo.agreed import agreement_file, mapping_file
from crmbridge.testing.demo.cast import teams_file
from crmbridge.testing.demo.company import write_files
from crmbridge.testing.demo.diary import Diary, Part
from crmbridge.testing.demo.terms import terms
from crmbridge.testing.demo.visitors import Buyers, Visitors
from crmbridge.testing.demo.worked import Desk, count, parts
from crmbridge.testing.emulator import Remote, Server, World
from crmbridge.testing.people import people


@pytest.fixture
def files(tmp_path: Path) -> CompanyFiles:
    return write_files(tmp_path)


def test_the_demos_agreement_is_signed_by_both_sides_and_its_examples_hold(
    files: CompanyFiles,
) -> None:
    agreement = files.agreement
    assert not missing_sides(agreement)
    assert {one.hash for one in agreement.signed} == {fingerprint(agreement)}
    assert [one.text for one in files.findings() if one.fatal] == []
    assert list(faults(agreement)) == []


def test_the_demos_company_has_what_its_story_is_about(files: CompanyFiles) -> None:
    agreement, teams = files.agreement, files.teams
    assert [(one.id, len(one.reps)) for one in teams.teams] == [
        ("sdr", 3),
        ("field", 5),
        ("care", 1),
    ]
    assert teams.from_others == {"field"}
    assert [one.track for one in agreement.nurture] == ["reading"]
    assert agreement.expansion is not None
    assert [one.name for one in agreement.stages["engaged"].parts] == ["Curious", "Evaluating"]
    rows = agreement.recycle.reasons
    assert sorted(name for name, row in rows.items() if row.handed_on == "back") == [
        "no_decision_maker",
        "stale_untouched",
    ]


def test_acmes_own_signed_file_is_left_as_it_is() -> None:
    acme = {name: content.decode() for name, content in example()}
    assert "[[nurture]]\n" not in acme["agreement.toml"]
    assert "[[nurture]]\n" in agreement_file(acme["agreement.toml"])


@pytest.mark.parametrize("change", [agreement_file, mapping_file, teams_file])
def test_a_file_that_is_not_acmes_any_more_is_refused_by_name(change: object) -> None:
    assert callable(change)
    with pytest.raises(ValueError, match=r"see crmbridge\.testing\.demo\."):
        change('company = "acme"\n[[teams]]\n')


def test_the_story_says_of_each_team_what_was_agreed(files: CompanyFiles) -> None:
    text = " ".join(terms(files.agreement, files.teams))
    for said in (
        "Callers speak with a lead first: Sara (quick)",
        "handed on to a rep: Lea (steady, the best closer)",
        "goes back to its caller: no decision maker, stale untouched;",
        "A rep calls within 12 business hours of the hand-on",
        "still known or In conversation, and reads is on the nurture track 'reading'",
        "They go straight to Clara",
        "'engaged' is 'In conversation'",
        "Curious and those who are Evaluating",
    ):
        assert said in text, text


def test_terms_that_were_not_agreed_are_not_told(files: CompanyFiles) -> None:
    data = files.agreement.model_dump(by_alias=True, exclude_unset=True)
    for name in ("nurture", "stages", "sla"):
        del data[name]
    del data["definition"]["expansion"]
    bare = type(files.agreement).model_validate(data)
    rep = {"id": "ann", "email": "ann@acme.example", "open_limit": 5}
    teams = Teams.model_validate({"company": "acme", "teams": [{"id": "one", "reps": [rep]}]})
    text = " ".join(terms(bare, teams))
    for untold in ("Callers speak", "nurture track", "judged apart", "its own words", "clock"):
        assert untold not in text, text


def at(day: int) -> datetime:
    return datetime(2026, 3, day, 9, tzinfo=UTC)


def test_a_trip_is_counted_for_each_team_that_had_the_lead() -> None:
    legs = (
        Leg(
            team="field",
            rep="gus",
            at=at(3),
            kind="pushed",
            outcome="stale_untouched",
            reason="stale_untouched",
            closed=at(9),
        ),
        Leg(team="sdr", rep="sara", at=at(9), kind="back", outcome="handed_on", closed=at(10)),
        Leg(team="field", rep="lea", at=at(10), kind="pushed", milestones={"accepted": at(11)}),
    )
    cycle = Cycle(
        n=1,
        opened=at(1),
        milestones={"handed": at(2)},
        outcome="returned",
        reason="missing_reason",
        closed=at(12),
        legs=legs,
    )
    found = []
    for part in parts(cycle):
        count(desk := Desk(), part)
        found.append((part.team, desk))
    assert found == [
        ("", Desk(given=1, accepted=1, handed_on=1)),
        ("field", Desk(given=1, untouched=1)),
        ("sdr", Desk(got_back=1, handed_on=1)),
        ("field", Desk(given=1, accepted=1, returned=1, silent=1)),
    ]


def test_a_lead_that_sales_never_had_is_counted_for_nobody() -> None:
    assert list(parts(Cycle(n=1, opened=at(1)))) == []


def test_what_one_team_gave_back_at_once_is_no_return_of_a_taken_lead() -> None:
    cycle = Cycle(n=1, opened=at(1), milestones={"handed": at(2)}, outcome="rejected", reason="x")
    (part,) = parts(cycle)
    count(desk := Desk(), part)
    assert desk == Desk(given=1, rejected=1)


def test_some_of_those_who_buy_ask_again_weeks_later_and_strangers_do_not() -> None:
    crowd = {one.email: one for one in people(7, 60)}
    diary = Diary(92)
    world = World()
    with Server({"hubspot": emulator("hubspot")(world)}, world) as server:
        remote = Remote(server.urls["hubspot"])
        buyers = Buyers(Visitors(remote, diary, 7), diary, 7, crowd)
        buyers.bought("nobody@else.example")
        for email in crowd:
            buyers.bought(email)
    asks = [day for day in range(92) for part in Part if diary.planned(day, part)]
    visits = sum(len(diary.due(day, Part.MORNING)) for day in asks)
    assert 10 < visits < 30, "one in three"
    assert min(asks) >= 14
