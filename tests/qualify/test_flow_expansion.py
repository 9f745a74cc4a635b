"""New business and expansion side by side, between two real servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.payload import Rejected
from crmbridge.report.qualify import funnel
from crmbridge.report.recycle import reasons
from tests.qualify.expansion import LACKS, buys, owner_of, selling, sold_again
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import rebuilds_equal, rest, told


def look(play: Play, email: str = JO) -> View:
    lead = str(play.person(email)["crmbridge_id"])
    with play.company.ledger.read() as tx:
        return view(Scene.open(play.company, tx), lead)


def tasks(play: Play) -> list[str]:
    """Who was asked by a task, in the order of the tasks."""
    return [owner_of(play, one["OwnerId"]) for one in play.sf("Task")]


def asks_again(play: Play, email: str = JO) -> None:
    play.later(days=80)
    play.form(email)
    rest(play)


def test_a_customer_who_asks_again_goes_to_the_team_of_customers(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with selling(acme, tmp_path, sold_again()) as play:
        buys(play)
        found = look(play)
        assert (found.life.stage, found.facts["motion"]) == ("customer", "expansion")
        asks_again(play)
        found = look(play)
        assert [one.motion for one in found.life.cycles] == ["new", "expansion"]
        assert (found.life.stage, found.state.owner) == ("handed", "carl")
        assert tasks(play) == ["carl"]
        assert play.person(JO)["lifecyclestage"] == "customer"
        with play.company.ledger.read() as tx:
            assert funnel(tx, "expansion")["steps"]["handed"] == 1
            assert funnel(tx, "new")["steps"]["won"] == 1
            assert funnel(tx, "expansion")["steps"]["won"] == 0
            assert funnel(tx)["steps"]["handed"] == 2
        assert rebuilds_equal(play)


def test_who_has_bought_nothing_is_judged_by_the_first_definition(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with selling(acme, tmp_path, sold_again()) as play:
        play.contact(JO, firstname="Jo", lastname="Kern", company="Buyer", numberofemployees="2")
        play.form(JO)
        rest(play)
        found = look(play)
        assert found.life.stage == "engaged", "one person alone: the first definition says no"
        assert found.facts["motion"] == "new"


def test_without_a_definition_of_customers_they_are_judged_as_before(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with selling(acme, tmp_path, acme.agreement) as play:
        buys(play)
        asks_again(play)
        assert look(play).life.stage == "customer"


def test_a_customer_who_comes_back_is_on_a_track_of_customers(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with selling(acme, tmp_path, sold_again(tracks=True)) as play:
        buys(play)
        asks_again(play)
        lead = str(play.person(JO)["crmbridge_id"])
        with play.company.ledger.write("test") as tx:
            scene = Scene.open(play.company, tx)
            given_back = Rejected(reason="bad_timing", out=False, text="")
            scene.observed(given_back, lead, "rejected:test", scene.now)
            scene.work.due(lead, scene.now, "test")
            scene.work.flush()
        rest(play)
        found = look(play)
        assert (found.life.stage, found.returns[-1].track) == ("customer", "customers")
        assert play.person(JO)["crmbridge_track"] == "customers"
        with play.company.ledger.read() as tx:
            assert [row["reason"] for row in reasons(tx, "expansion")] == ["bad_timing"]
            assert reasons(tx, "new") == []


@pytest.mark.parametrize(("bought", "stage"), [("Service plan", "customer"), ("Scanner", "handed")])
def test_cross_sell_goes_by_what_they_bought(
    acme: CompanyFiles, tmp_path: Path, bought: str, stage: str
) -> None:
    with selling(acme, tmp_path, sold_again(LACKS), products=True) as play:
        deal = buys(play)
        play.box.sales.seed(
            Product2=[{"Id": "01t000000000001AAA", "Name": bought, "ProductCode": "P1"}],
            OpportunityLineItem=[
                {
                    "Id": "00k000000000001AAA",
                    "OpportunityId": deal,
                    "Product2Id": "01t000000000001AAA",
                    "Quantity": 1,
                    "UnitPrice": 10,
                }
            ],
        )
        asks_again(play)
        found = look(play)
        assert found.facts["products_won"] == (("P1", bought) if bought > "P1" else (bought, "P1"))
        assert found.life.stage == stage
        assert len(told(play, "ready")) == (1 if stage == "customer" else 2)
