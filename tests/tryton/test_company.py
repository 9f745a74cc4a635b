"""The loop between an emulated HubSpot and a real Tryton, by the mapping of the how-to's page."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from crmbridge.flows.operate.survey import survey
from tests.stages.rest import holds
from tests.tryton.company import by_email, lost_refs, sells, with_tryton
from tests.tryton.server import Tryton

pytestmark = pytest.mark.slow
PEOPLE = 36


def address(number: int) -> str:
    return f"buyer{number}@buyer{number}.example"


def test_the_mapping_of_the_page_fits_tryton(tmp_path: Path, tryton: Tryton) -> None:
    with with_tryton(tmp_path, tryton) as play:
        assert [str(one) for one in survey(play.company, "sales") if one.fatal] == []


def test_the_loop_closes_between_hubspot_and_a_real_tryton(tmp_path: Path, tryton: Tryton) -> None:
    with with_tryton(tmp_path, tryton) as play:
        play.go_live()
        for number in range(PEOPLE):
            play.keen(address(number))
        play.turn(3)
        given = by_email(tryton)
        assert set(given) == {address(number) for number in range(PEOPLE)}
        assert {one["state"] for one in given.values()} == {"lead"}
        first = given[address(0)]
        assert (first["name"], first["description"]) == ("Grete Vogel", "Vogel Pumpen")
        assert first["reference"] == play.person(address(0))["crmbridge_id"]
        assert "/demo" in first["comment"]
        shares = Counter(one["employee"] for one in given.values())
        assert None not in shares
        assert sorted(shares.values()) == [9, 9, 18]  # one of the three has twice the weight

        nothing_new = play.written()
        stamps = tryton.opportunities("write_date")
        play.later(minutes=10)
        play.turn(2)
        assert play.written() == nothing_new
        assert tryton.opportunities("write_date") == stamps

        accepted = [given[address(number)]["id"] for number in range(10)]
        tryton.step("opportunity", *accepted)
        for number in range(10, 22):
            ident = given[address(number)]["id"]
            tryton.write(ident, lost_reason="Bad timing")
            tryton.step("lost", ident)
        amounts = {number: Decimal("1000.10") + Decimal("333.33") * number for number in range(6)}
        for number, amount in amounts.items():
            sells(tryton, given[address(number)]["id"], amount)
        play.later(minutes=10)
        play.turn(3)

        stages = Counter(play.person(address(n))["lifecyclestage"] for n in range(PEOPLE))
        assert stages == {
            "customer": 6,
            "opportunity": 4,
            "lead": 12,
            "marketingqualifiedlead": 14,
        }
        for number, amount in amounts.items():
            assert play.person(address(number))["crmbridge_won_amount"] == str(amount)
        back = play.person(address(10))
        assert (back["crmbridge_reason"], bool(back["lists"])) == ("bad_timing", True)
        assert holds(play) == []

        nothing_new = play.written()
        stamps = tryton.opportunities("write_date")
        play.later(minutes=10)
        play.turn(2)
        assert play.written() == nothing_new
        assert tryton.opportunities("write_date") == stamps


def test_an_opt_out_goes_both_ways(tmp_path: Path, tryton: Tryton) -> None:
    there, here = "there@optout.example", "here@optout.example"
    with with_tryton(tmp_path, tryton) as play:
        play.go_live()
        for email in (there, here):
            play.keen(email)
        play.turn(3)
        party = by_email(tryton)[there]["party"]
        tryton.rpc("model.party.party.write", [party], {"categories": [["add", [1]]]})
        play.box.marketing.act("opt_out", email=here)
        play.later(minutes=10)
        play.turn(3)
        assert play.person(there)["hs_email_optout"] == "true"
        assert by_email(tryton)[here]["categories"] == [1]


def test_a_lead_that_was_lost_goes_again_on_its_own_record(tmp_path: Path, tryton: Tryton) -> None:
    email = "again@second.example"
    with with_tryton(tmp_path, tryton) as play:
        play.go_live()
        play.keen(email)
        play.turn(3)
        first = by_email(tryton)[email]
        tryton.write(first["id"], lost_reason="No budget")
        tryton.step("lost", first["id"])
        play.later(minutes=10)
        play.turn(3)
        assert play.person(email)["crmbridge_reason"] == "no_budget_now"
        play.later(days=200)
        play.form(email)
        play.turn(3)
        again = by_email(tryton)[email]
        assert (again["id"], again["state"], again["lost_reason"]) == (first["id"], "lead", None)
        assert play.person(email)["crmbridge_cycle"] == "2"


def test_a_record_that_is_gone_is_known_to_be_gone_within_a_day(
    tmp_path: Path, tryton: Tryton
) -> None:
    gone, kept = "gone@deleted.example", "kept@deleted.example"
    with with_tryton(tmp_path, tryton) as play:
        play.go_live()
        for email in (gone, kept):
            play.keen(email)
        play.turn(3)
        ident = by_email(tryton)[gone]["id"]
        tryton.step("cancel", ident)
        tryton.rpc("model.sale.opportunity.delete", [int(ident)])
        play.later(days=2)
        play.turn(3)
        assert lost_refs(play) == {ident}
