"""A system that joins a company at work is only read until somebody applied a plan."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.limits.allow import arm, disarm
from crmbridge.flows.operate.first_write import places
from crmbridge.flows.operate.plan import apply, plan
from crmbridge.report.operate.status import status
from tests.stages.places import JO
from tests.stages.rest import rest, turns
from tests.systems.orgs import SAM, US, TwoOrgs, orgs, with_orgs
from tests.systems.stage import WEBINARS, servers, with_tables


def waits(play: TwoOrgs) -> dict[str, str]:
    """Why who is in line waits, by address."""
    told = {email: play.told(email) for email in (SAM, JO)}
    return {email: one["waiting"]["reason"] for email, one in told.items() if one["waiting"]}


def test_an_org_that_joins_gets_no_lead_before_a_plan_was_applied(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    company = with_orgs(acme)
    with orgs(company, tmp_path) as made:
        with made.at(acme) as play:
            play.go_live()
        with made.at(company) as play:
            play.american()
            play.keen(JO)
            play.on()
            assert play.one(play.box.sales, JO)["Status"] == "Open - Not Contacted"
            assert not play.of_org(play.us, SAM)
            assert waits(play) == {SAM: "no_eligible_rep"}
            assert status(play.company)["only_read"] == [US]
            reps = play.told(SAM)["capacity"]["line"]["reps"]
            assert all({"other_system", "only_read"} & set(one["why"]) for one in reps)
            saved = plan(play.company).to_json()
            assert {one["system"] for one in saved["writes"] if one["action"] == "handoff"} == {US}
            assert set(places(play.company)) >= {US}
            apply(play.company, saved)
            rest(play)
            assert play.one(play.us, SAM)["Status"] == "Open - Not Contacted"
            assert status(play.company)["only_read"] == []


def test_the_word_to_write_again_lets_no_new_system_in(acme: CompanyFiles, tmp_path: Path) -> None:
    """`disarm`, a new table, `arm`: what was written before is written again, and no more."""
    company = with_orgs(acme)
    with orgs(company, tmp_path) as made:
        with made.at(acme) as play:
            play.go_live()
            disarm(play.company, by="ann")
        with made.at(company) as play:
            play.american()
            arm(play.company, allow=(), by="ann")
            play.on()
            assert not play.of_org(play.us, SAM)


@pytest.mark.parametrize("at_work", [True, False])
def test_a_plan_that_was_made_before_lets_no_system_in_that_it_does_not_have(
    acme: CompanyFiles, tmp_path: Path, *, at_work: bool
) -> None:
    company = with_orgs(acme)
    with orgs(company, tmp_path) as made:
        with made.at(acme) as play:
            if at_work:
                play.go_live()
            play.turn()
            saved = plan(play.company).to_json()
        with made.at(company) as play:
            apply(play.company, saved)
            assert status(play.company)["only_read"] == [US]
            play.american()
            play.on()
            assert not play.of_org(play.us, SAM)
            apply(play.company, plan(play.company).to_json())
            assert status(play.company)["only_read"] == []


def test_facts_for_a_system_that_joins_wait_and_stop_nobody(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    tool = with_tables(acme, **tomllib.loads(WEBINARS))
    with servers(tool, tmp_path) as made:
        with made.at(acme) as play:
            play.keen(JO)
            play.go_live()
            rest(play)
        with made.at(tool) as play:
            play.register(JO)
            play.later(minutes=5)
            turns(play)
            assert not play.registrant(JO).get("lastname")
            apply(play.company, plan(play.company).to_json())
            rest(play)
            assert play.registrant(JO)["lastname"] == "Vogel"
