"""A rep who works in another org by now: what was promised to them goes into the line again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crmbridge.agreement import Teams
from crmbridge.files import CompanyFiles
from crmbridge.flows.decide import decide
from crmbridge.flows.read.pull import pull
from tests.stages.rest import kinds, rebuilds_equal, rest
from tests.systems.orgs import SAM, UMA, US, orgs, with_orgs

IAN = {"id": "ian", "name": "Ian Poe", "email": "ian.poe@acme.example", "open_limit": 50}


def staffed(company: CompanyFiles, *, uma: str) -> CompanyFiles:
    """The company with Ian in the American org, and Uma where a test says."""
    teams = company.teams.model_dump(mode="json", by_alias=True, exclude_unset=True)
    us = next(one for one in teams["teams"] if one["id"] == "us")
    us["reps"] = [{**UMA, **({"system": uma} if uma else {})}, {**IAN, "system": US, "on": not uma}]
    return replace(company, teams=Teams.model_validate(teams))


def test_a_hand_off_on_its_way_does_not_arrive_with_nobody(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    company = with_orgs(acme)
    before, after = staffed(company, uma=US), staffed(company, uma="")
    with orgs(before, tmp_path) as made:
        with made.at(before) as play:
            play.go_live()
            rest(play)
            play.american()
            play.later(minutes=5)
            for name in play.company.names:
                pull(play.company, name, sleep=lambda _s: None)
            decide(play.company)
            assert not play.of_org(play.us, SAM)
            assert play.told(SAM)["org"] == {"system": US, "has": True, "rule": "north america"}
        with made.at(after) as play:
            rest(play)
            play.on()
            (ian,) = [one["Id"] for one in play.us.state("User") if one["Email"] == IAN["email"]]
            assert play.one(play.us, SAM)["OwnerId"] == ian
            assert play.told(SAM)["owner"] == "ian"
            assert not kinds(play)
            assert rebuilds_equal(play)
