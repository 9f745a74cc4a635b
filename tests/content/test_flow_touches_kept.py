"""What a touch brings with it is kept in columns: its count, its channel and its campaign."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.company import Company
from crmbridge.flows.scene.lead_view import touch_of
from crmbridge.mapping import translate
from crmbridge.mapping.schema import TouchMap
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import TouchSeen
from crmbridge.model.record import Record, Value
from crmbridge.model.touch import Gone, Touch
from crmbridge.store.rows import GONE, TouchRow
from tests.stages.kept import is_rebuilt, kept, rows
from tests.stages.places import START
from tests.stages.play import Play
from tests.stages.still import seen

JO = Ref(system="sales", obj="Contact", id="003A")
SPRING = Ref(system="sales", obj="Campaign", id="701A")
MAP: dict[str, Any] = {
    **{"object": "CampaignMember", "kind": "guide", "at": "CreatedDate"},
    **{"people": {"ContactId": "Contact"}, "asset": "Asset__c", "channel": "Channel__c"},
    **{"value": "Sections__c", "campaign": "CampaignId", "campaign_object": "Campaign"},
}


def read(**values: Value) -> Touch:
    spec = TouchMap.model_validate(MAP)
    whole: dict[str, Value] = {"CreatedDate": START, "ContactId": "003A", **values}
    (one,) = translate.touches("sales", spec, Record(obj=spec.object, id="00vA", values=whole))
    return one


def touch(**more: Any) -> Touch:
    given = {"value": 3, "campaign": SPRING, "channel": "email", **more}
    ref = Ref(system="sales", obj="CampaignMember", id="00vA")
    return Touch(ref=ref, at=START, kind="guide", asset="/guide", person=JO, **given)


@pytest.fixture
def company(play: Play) -> Company:
    mail = {"email": "jo@touches.example"}
    seen(play.company, [Sighting(ref=JO, values=mail, raw=mail), touch()])
    return play.company


def test_count_and_campaign_are_read() -> None:
    found = read(Sections__c="3", CampaignId="701A", Asset__c="/guide", Channel__c="email")
    assert found == touch()
    names = ("CreatedDate", "ContactId", "Asset__c", "Channel__c", "Sections__c", "CampaignId")
    assert translate.touch_fields(TouchMap.model_validate(MAP)) == names


@pytest.mark.parametrize("odd", [None, "", "many", "2.5", -1, True])
def test_what_is_no_count_is_none(odd: Value) -> None:
    assert (read(Sections__c=odd).value, read().campaign) == (0, None)


def test_a_campaign_without_an_object_is_refused() -> None:
    with pytest.raises(ValidationError, match="add campaign_object, the vendor's object"):
        TouchMap.model_validate({**MAP, "campaign_object": ""})


def test_they_are_kept_in_columns_and_a_decision_sees_them(company: Company) -> None:
    (row,) = rows(company, TouchRow)
    assert (row.value, row.campaign, row.channel) == (3, "sales:Campaign:701A", "email")
    assert "value" not in row.data
    found = touch_of(row)
    assert (found.value, found.campaign) == (3, SPRING)
    assert is_rebuilt(company)


def test_a_touch_that_is_deleted_and_restored_has_them_again(company: Company) -> None:
    seen(company, [touch(value=9)])
    assert len(kept(company, TouchSeen)) == 1
    seen(company, [Gone(ref=touch().ref)])
    (row,) = rows(company, TouchRow)
    assert (row.identity, row.value, row.campaign) == (GONE, 3, "sales:Campaign:701A")
    seen(company, [touch(value=4, campaign=None)])
    (row,) = rows(company, TouchRow)
    assert (row.lead is not None, row.value, row.campaign) == (True, 4, "")
    assert is_rebuilt(company)


def test_entries_of_earlier_builds_have_no_campaign() -> None:
    told = TouchSeen(id="t", kind="form", asset="", channel="", value=0, identity="")
    assert TouchSeen.read({"id": "t", "kind": "form", "asset": "", "channel": ""}) == told
    assert "campaign" not in told.to_json()
    assert replace(told, campaign=SPRING).to_json()["campaign"] == "sales:Campaign:701A"
