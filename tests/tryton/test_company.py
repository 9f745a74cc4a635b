"""The loop between an emulated HubSpot and a real Tryton, by the mapping of the how-to's page."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from crmbridge.flows.operate.survey import survey
from tests.stages.rest import holds
from tests.tryton.company import by_email, sells, with_tryton
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
