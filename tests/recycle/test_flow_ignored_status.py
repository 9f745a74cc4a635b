"""A status that is to be ignored: the record is parked, and nobody gave the lead back."""

from __future__ import annotations

from pathlib import Path

from tests.stages.owners import ANN, company
from tests.stages.places import JO
from tests.stages.play import at_work
from tests.stages.rest import edit, kinds, later, ready, rebuilds_equal, told

SALES = {
    "lead": {
        "status": {
            "types": {"Parked": "ignore"},
            "reason": {
                "field": ["Rejection_Reason__c", "Second_Reason__c"],
            },
        }
    }
}


def test_a_lead_that_is_parked_stays_where_it_is(tmp_path: Path) -> None:
    with at_work(company(ANN, sales=SALES), tmp_path) as play:
        ready(play, "jo")
        edit(play, JO, Status="Parked")
        assert later(play)["lifecyclestage"] == "marketingqualifiedlead"
        assert told(play, "rejected") == []
        assert not kinds(play)
        edit(play, JO, Status="Working - Contacted")
        assert later(play)["lifecyclestage"] == "salesqualifiedlead"
        assert rebuilds_equal(play)


def test_a_record_that_is_parked_when_it_is_first_seen_is_nobodys_work(tmp_path: Path) -> None:
    with at_work(company(ANN, sales=SALES), tmp_path) as play:
        fields = {"LastName": "Kern", "Company": "B", "Email": JO, "Status": "Parked"}
        play.box.sales.act("create", object="Lead", fields=fields)
        play.contact(JO, lastname="Kern")
        later(play)
        assert told(play, "handed", "rejected") == []
        assert not kinds(play)


def test_the_second_field_gives_the_reason_where_the_first_is_empty(tmp_path: Path) -> None:
    with at_work(company(ANN, sales=SALES), tmp_path) as play:
        ready(play, "jo")
        edit(play, JO, Status="Closed - Not Converted", Second_Reason__c="Bad timing")
        person = later(play)
        assert person["crmbridge_reason"] == "bad_timing"
