"""What a record is made with: the values of a hand-off, and constants such as a record type."""

from __future__ import annotations

from pathlib import Path

from tests.stages.owners import ANN, company
from tests.stages.places import JO
from tests.stages.play import Play, at_work, begun
from tests.stages.rest import kinds, later, ready, rebuilds_equal, rest

PARTNER = "012000000000001AAA"


def _record_types(play: Play) -> None:
    play.box.sales.seed(
        RecordType=[
            {"Id": PARTNER, "Name": "Partner", "DeveloperName": "Partner", "SobjectType": "Lead"},
            {"Name": "Other", "DeveloperName": "Other", "SobjectType": "Contact"},
        ]
    )


def test_a_new_record_gets_the_values_of_a_hand_off_but_is_not_emptied(tmp_path: Path) -> None:
    types = {"New one": "open", "Working - Contacted": "ongoing"}
    sales = {"lead": {"status": {"types": types}, "handoff": {"Status": "New one"}}}
    with at_work(company(ANN, sales=sales), tmp_path) as play:
        ready(play, "jo")
        rest(play)
        lead = play.lead(JO)
        assert lead["Status"] == "New one"  # the org's own default is another
        assert lead.get("Rejection_Reason__c") is None
        assert rebuilds_equal(play)


def test_a_new_record_has_the_constants_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    files = company(ANN, sales={"lead": {"constants": {"RecordTypeId": PARTNER}}})
    with begun(files, tmp_path) as play:
        _record_types(play)
        play.go_live()
        ready(play, "jo")
        rest(play)
        assert play.lead(JO)["RecordTypeId"] == PARTNER
        fields = {"LastName": "Al", "Company": "Buyer", "Email": "al@buyer.example"}
        play.box.sales.act("create", object="Lead", fields=fields)
        ready(play, "al")
        later(play)
        assert play.lead("al@buyer.example").get("RecordTypeId") is None
        assert not kinds(play)
