"""The demo's company: acme's files with a row of teams, nurture, customers and own stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.agreement import Teams, fingerprint, missing_sides
from crmbridge.files import CompanyFiles, example
from crmbridge.policy.qualify.examples import faults
from crmbridge.registry import emulator
from crmbridge.store.led_up import MEETINGS
from crmbridge.testing.demo.agreed import agreement_file, mapping_file
from crmbridge.testing.demo.campaigns import WEBINAR, Campaigns
from crmbridge.testing.demo.cast import POOR, teams_file
from crmbridge.testing.demo.company import write_files
from crmbridge.testing.demo.diary import Diary, Part
from crmbridge.testing.demo.own_deals import buyers
from crmbridge.testing.demo.terms import terms
from crmbridge.testing.demo.visitors import Buyers, Visitors
from crmbridge.testing.emulator import Remote, Server, World
from crmbridge.testing.people import SOURCES, people
from crmbridge.testing.sandbox import one_of


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


def test_a_deal_that_comes_of_a_lead_is_marketings_by_its_lead_source(files: CompanyFiles) -> None:
    assert set(SOURCES) < set(files.agreement.attribution.lead_sources)
    assert "Partner Referral" not in files.agreement.attribution.lead_sources


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


def test_some_of_those_who_buy_ask_again_weeks_later_and_strangers_do_not(
    files: CompanyFiles,
) -> None:
    crowd = {one.email: one for one in people(7, 60)}
    diary = Diary(92)
    world = World()
    with Server({"hubspot": emulator("hubspot")(world)}, world) as server:
        remote = Remote(server.urls["hubspot"])
        marketing = one_of("marketing", "hubspot", remote, files.mapping, files.teams)
        buyers = Buyers(Visitors(marketing, diary, 7), diary, 7, crowd)
        buyers.bought("nobody@else.example")
        for email in crowd:
            buyers.bought(email)
    asks = [day for day in range(92) for part in Part if diary.planned(day, part)]
    visits = sum(len(diary.due(day, Part.MORNING)) for day in asks)
    assert 10 < visits < 30, "one in three"
    assert min(asks) >= 14


def test_the_demos_mapping_tells_channels_answers_and_meetings_apart(files: CompanyFiles) -> None:
    mapping = files.mapping
    assert mapping.marketing.touch["forms"].channel == "field.came_by"
    campaigns = mapping.sales.touch["campaigns"]
    assert (campaigns.channel, campaigns.when) == ("Campaign.Type", {"HasResponded": True})
    assert mapping.sales.activity["meetings"].kind in MEETINGS


def test_who_deals_with_sales_alone_is_nobody_of_the_visitors() -> None:
    for seed in (7, 11):
        own, crowd = buyers(seed), people(seed, 320)
        assert not {one.email for one in own} & {one.email for one in crowd}
        assert not {one.employer.name for one in own} & {one.employer.name for one in crowd}
        assert len({one.employer.domain for one in own}) == len(own) == 14
        assert buyers(seed) == own


def test_who_is_in_a_campaign_is_entered_once_and_who_did_not_come_has_not_answered(
    files: CompanyFiles,
) -> None:
    diary, world = Diary(92), World()
    with Server({"salesforce": emulator("salesforce")(world)}, world) as server:
        remote = Remote(server.urls["salesforce"])
        sales = one_of("sales", "salesforce", remote, files.mapping, files.teams)
        campaigns = Campaigns(sales, diary, 7)
        campaigns.prepare([])
        remote.seed(Lead=[{"LastName": one, "Company": one, "Email": one} for one in ("a", "b")])
        came, not_there = (one["Id"] for one in remote.state("Lead"))
        campaigns.join(WEBINAR, came)
        campaigns.join(WEBINAR, came)
        campaigns.join(WEBINAR, not_there, came=False)
        members = remote.state("CampaignMember")
        known = remote.state("Campaign")
    assert [(one["LeadId"], one["HasResponded"]) for one in members] == [
        (came, True),
        (not_there, False),
    ]
    assert members[0]["FirstRespondedDate"]
    assert {one["Type"]: one["ActualCost"] for one in known} == {
        "Conference": 18500,
        "Webinar": 4800,
        POOR: 360 * 92,
    }
    assert all(one["StartDate"] <= one["EndDate"] for one in known)
