"""What the books say goes onto HubSpot's deals, whether sales has them or marketing alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.held.answers import retry
from crmbridge.flows.operate.plan import plan
from crmbridge.flows.operate.turn import turn
from crmbridge.model.payload.writes import DEAL
from crmbridge.store import books
from tests.hubspot.deals import SIDES, Deals, give, selling
from tests.stages.places import JO
from tests.stages.rest import holds, kinds, later, look, ready, rebuilds_equal, rest

PAGE = "/demo"


@pytest.fixture(params=SIDES)
def deals(request: pytest.FixtureRequest, acme: CompanyFiles, tmp_path: Path) -> Iterator[Deals]:
    """Jo asked for a demo and is sales', in a company whose deals are HubSpot's."""
    with selling(acme, tmp_path, request.param) as made:
        ready(made.play, "jo")
        rest(made.play)
        made.play.later(hours=1)
        yield made


def full(**more: str) -> dict[str, str]:
    """What a deal of Jo's says that was created with 1,000 EUR, and `more`."""
    return {
        "pipeline_amount": "1000",
        "pipeline_currency": "EUR",
        "sourced": "sourced",
        "first_campaign": PAGE,
        "headline_campaign": PAGE,
        **more,
    }


def said(deals: Deals, deal: str) -> dict[str, str]:
    """What a deal says, its amounts in one spelling, but for the version."""
    told = deals.told(deal)
    assert len(told.pop("credit_version", "x" * 12)) == 12
    return {
        name: f"{float(one):g}" if name.endswith("amount") else one for name, one in told.items()
    }


def test_a_deal_says_what_the_books_say_and_follows_each_correction(deals: Deals) -> None:
    deal = deals.create(JO)
    later(deals.play)
    assert said(deals, deal) == full()
    deals.close(deal, amount=1200)
    later(deals.play)
    assert said(deals, deal) == full(won_amount="1200", won_currency="EUR")
    deals.edit(deal, amount="1300")
    later(deals.play)
    assert said(deals, deal)["won_amount"] == "1300"
    deals.edit(deal, dealstage="appointmentscheduled")
    later(deals.play)
    assert said(deals, deal) == full()
    assert rebuilds_equal(deals.play)


def test_nothing_is_written_twice_and_what_somebody_enters_stays(deals: Deals) -> None:
    deal = deals.create(JO)
    later(deals.play)
    before = deals.writes()
    with deals.play.company.ledger.write("test") as tx:
        books.mark_all(tx)
    for _ in range(2):
        later(deals.play)
    assert deals.writes() == before
    deals.edit(deal, crmbridge_sourced="ours!")
    later(deals.play)
    assert said(deals, deal)["sourced"] == "ours!"
    assert deals.writes() == before


def test_a_deal_of_nobody_is_told_so_and_a_person_on_it_changes_that(deals: Deals) -> None:
    deal = deals.create("")
    later(deals.play)
    alone = {"pipeline_amount": "1000", "pipeline_currency": "EUR", "sourced": "none"}
    assert said(deals, deal) == alone
    ends: dict[str, Any] = {"from": {"object": "deals", "id": deal}}
    ends["to"] = {"object": "contacts", "id": deals.contact(JO)}
    deals.remote.act("associate", **ends)
    deals.edit(deal, amount="1000.0")  # an association alone moves no stamp
    later(deals.play)
    assert said(deals, deal)["first_campaign"] == PAGE


def test_a_plan_shows_it_in_the_deals_own_system(deals: Deals) -> None:
    deals.create(JO)
    deals.play.later(minutes=5)
    look(deals.play)
    (line,) = (one for one in plan(deals.play.company).writes if one["action"] == DEAL)
    assert (line["lead"], line["object"]) == ("", "deals")
    assert {one["field"] for one in line["changes"]} >= {"crmbridge_sourced"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_read_back_and_an_edit_in_between_stays(deals: Deals, when: str) -> None:
    deal = deals.create(JO)
    later(deals.play)
    deals.remote.faults({"route": "deals.batch.update", "kind": "reset", "when": when, "times": 1})
    deals.close(deal)
    deals.play.later(minutes=5)
    turn(deals.play.company, sleep=lambda _s: None)
    assert [one["fired"] for one in deals.remote.faults()] == [1]
    deals.edit(deal, crmbridge_won_currency="by hand")
    later(deals.play)
    expected = full(won_amount="1000", won_currency="by hand")
    assert said(deals, deal) == expected
    assert not kinds(deals.play)
    assert rebuilds_equal(deals.play)


def test_a_deal_that_is_deleted_or_merged_is_let_be(deals: Deals) -> None:
    first, second = deals.create(JO), deals.create(JO, 500)
    later(deals.play)
    deals.close(first)
    deals.remote.act("archive", object="deals", id=first)
    later(deals.play)
    deals.remote.act("restore", object="deals", id=first)
    later(deals.play)
    assert said(deals, first)["won_amount"] == "1000"
    merged = str(deals.remote.act("merge", object="deals", primary=second, other=first)["id"])
    later(deals.play)
    assert said(deals, merged)["sourced"] == "sourced"
    assert not kinds(deals.play)


@pytest.mark.parametrize("side", SIDES)
def test_a_property_that_is_not_there_is_held_once_and_all_goes_after_a_retry(
    acme: CompanyFiles, tmp_path: Path, side: str
) -> None:
    with selling(acme, tmp_path, side, lacks="sourced") as deals:
        made = [deals.create(""), deals.create("", 5)]
        rest(deals.play)
        assert kinds(deals.play)["deal_refused"] == 1
        give(deals.remote, "sourced")
        (row,) = (one for one in holds(deals.play) if one.kind == "deal_refused")
        assert retry(deals.play.company, row.id).again == 2
        deals.play.later(hours=2)
        rest(deals.play)
        assert [said(deals, one)["sourced"] for one in made] == ["none", "none"]
        assert not kinds(deals.play)
