"""A split where a person has records in two orgs of sales: each keeps its own, by its org."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.parting import split_lead
from crmbridge.flows.scene.scene import Scene
from crmbridge.store import trail
from tests.stages.rest import rebuilds_equal
from tests.systems.orgs import SAM, US, TwoOrgs, two_orgs, with_orgs
from tests.systems.test_flow_orgs import both_know


@pytest.fixture
def play(acme: CompanyFiles, tmp_path: Path) -> Iterator[TwoOrgs]:
    """Somebody with equal ids in two orgs, of which the second has the lead."""
    with two_orgs(with_orgs(acme), tmp_path) as made:
        made.go_live()
        made.american()
        made.on()
        both_know(made)
        made.on()
        yield made


def acts(play: TwoOrgs, lead: str) -> set[str]:
    """The systems whose activities a lead has."""
    with play.company.ledger.read() as tx:
        rows = trail.activities_of(tx, [lead])[lead]
    return {row.id.partition(":")[0] for row in rows}


@pytest.mark.parametrize("moved", ["sales", US])
def test_activities_go_with_the_record_of_their_own_org(play: TwoOrgs, moved: str) -> None:
    idents = {"sales": play.one(play.box.sales, SAM)["Id"], US: play.one(play.us, SAM)["Id"]}
    assert idents["sales"] == idents[US]
    for org in (play.box.sales, play.us):
        org.act("log_activity", who=idents[US])
    play.on()
    lead = play.person(SAM)["crmbridge_id"]
    assert acts(play, lead) == {"sales", US}
    what = [f"{moved}:Lead:{idents[moved]}"]
    done = split_lead(play.company, lead, what, by="ann", why="father and son")
    assert acts(play, done.lead) == {moved}
    assert acts(play, lead) == {"sales", US} - {moved}
    assert rebuilds_equal(play)


def test_the_rep_stays_whose_org_has_the_lead(play: TwoOrgs) -> None:
    lead = play.person(SAM)["crmbridge_id"]
    assert play.told(SAM)["owner"] == "uma"
    done = split_lead(
        play.company, lead, [f"marketing:contacts:{play.person(SAM)['id']}"], by="ann", why="no"
    )
    with play.company.ledger.read() as tx:
        work = Scene.open(play.company, tx).work
        assert work.state(lead).owner == "uma"
        assert not work.state(done.lead).owner
    assert rebuilds_equal(play)
