"""Marketing shows that sales has a lead, and not where: in the org that knows the lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.model.lifecycle import Lifecycle, LifeEvent, Stage, fold
from tests.stages.rest import rebuilds_equal
from tests.systems.orgs import SAM, US, TwoOrgs, two_orgs, with_orgs
from tests.systems.test_flow_orgs import LOST, WORKING, both_know, entered

START = datetime(2026, 3, 1, tzinfo=UTC)
OPEN = "Open - Not Contacted"


def shown(play: TwoOrgs, stage: str = "salesqualifiedlead") -> None:
    play.contact(SAM, firstname="Sam", country="USA", lifecyclestage=stage)


@pytest.mark.parametrize("status", [OPEN, WORKING])
@pytest.mark.parametrize("stage", ["salesqualifiedlead", "opportunity"])
def test_the_org_that_knows_a_lead_gives_it_back(
    acme: CompanyFiles, tmp_path: Path, status: str, stage: str
) -> None:
    with two_orgs(with_orgs(acme), tmp_path) as play:
        entered(play.us, status)
        shown(play, stage)
        play.later(days=1)
        play.go_live()
        play.on()
        assert play.told(SAM)["org"] == {"system": US, "has": True, "rule": ""}
        both_know(play)
        play.on()
        play.give_back(play.us, SAM, "Bad timing")
        play.on()
        told = play.told(SAM)
        assert told["side"] == "marketing"
        assert [one["reason"] for one in told["returns"]] == ["bad_timing"]
        assert rebuilds_equal(play)


def test_what_an_org_had_given_back_is_over_as_in_a_company_of_one(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with two_orgs(with_orgs(acme), tmp_path) as play:
        entered(play.us, LOST)
        shown(play)
        play.later(days=1)
        play.go_live()
        play.on()
        assert play.told(SAM)["side"] == "marketing"
        assert rebuilds_equal(play)


def adopted(ref: str, stage: str, org: str = "", outcome: str = "") -> LifeEvent:
    return LifeEvent(at=START, type="adopted", system=ref, stage=stage, org=org, outcome=outcome)


def seen(*events: LifeEvent) -> Lifecycle:
    """What becomes of a lead that one system after the other shows."""
    way = [replace(one, at=START + timedelta(minutes=n)) for n, one in enumerate(events)]
    return fold(way, out_reasons=frozenset())


MARKETING = adopted("marketing:contacts:1", "qualified")


def test_a_trip_that_marketing_told_of_is_where_an_org_first_shows_it() -> None:
    works, other = adopted(f"{US}:Lead:1", "accepted", US), adopted("sales:Lead:1", "accepted")
    assert seen(MARKETING, works).current.org == US
    assert seen(MARKETING, works, other).current.org == US
    assert seen(MARKETING, other, works).current.org == ""


def test_an_end_in_an_org_is_that_of_a_trip_of_which_marketing_told() -> None:
    ended = adopted(f"{US}:Lead:1", "nurture", US, "rejected")
    assert seen(MARKETING, ended).stage is Stage.NURTURE
    other = adopted("sales:Lead:1", "accepted")
    assert seen(MARKETING, other, ended).stage is Stage.QUALIFIED
