"""Lines about statuses to be ignored, several fields with reasons, and values of a new record."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.agreement.problems import problems
from crmbridge.mapping.schema import PersonMap, SystemMap
from crmbridge.mapping.translate import sighting
from crmbridge.model.lead import StatusType
from crmbridge.model.record import Record, Value

STATUS: dict[str, Any] = {
    "field": "Status",
    "types": {"New": "open", "Unqualified": "lost", "Recycled": "lost", "Archived": "ignore"},
    "reason": {
        "field": ["Why__c", "Why_Else__c"],
        "by_status": {"Recycled": "Recycle_Why__c"},
        "values": {"Late": "bad_timing", "Poor": "no_budget_now"},
    },
}
LEAD: dict[str, Any] = {
    "object": "Lead",
    "key": "Key__c",
    "owner": "OwnerId",
    "fields": {"email": "Email"},
    "status": STATUS,
}


def _said(**values: Value) -> tuple[StatusType | None, str]:
    person = PersonMap.model_validate(LEAD)
    found = sighting("sales", person, Record(obj="Lead", id="1", values=values)).status
    assert found is not None
    return found.type, found.reason


def test_the_first_filled_field_says_the_reason() -> None:
    assert _said(Status="Unqualified", Why__c="Late", Why_Else__c="Poor")[1] == "bad_timing"
    assert _said(Status="Unqualified", Why__c="", Why_Else__c="Poor")[1] == "no_budget_now"
    assert _said(Status="Unqualified", Why__c=None, Why_Else__c=None)[1] == ""


def test_a_status_with_a_field_of_its_own_is_explained_by_that_alone() -> None:
    assert _said(Status="Recycled", Why__c="Late", Recycle_Why__c="Poor")[1] == "no_budget_now"
    assert _said(Status="Recycled", Why__c="Late", Recycle_Why__c=None)[1] == ""


def test_all_fields_with_reasons_are_read() -> None:
    person = PersonMap.model_validate(LEAD)
    assert {"Why__c", "Why_Else__c", "Recycle_Why__c"} <= set(person.held)


def test_a_status_may_be_ignored() -> None:
    assert _said(Status="Archived")[0] is StatusType.IGNORE


def _fault(model: Any, data: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as found:
        model.model_validate(data)
    return "\n".join(problems(found.value, data))


def test_a_field_of_a_status_that_there_is_not_is_refused_with_the_nearest() -> None:
    wrong = STATUS | {"reason": {"by_status": {"Recycle": "Why__c"}}}
    said = _fault(PersonMap, LEAD | {"status": wrong})
    assert "reason.by_status: no status 'Recycle' under types; did you mean 'Recycled'?" in said


def test_a_constant_that_another_line_sets_is_refused() -> None:
    said = _fault(PersonMap, LEAD | {"constants": {"OwnerId": "005"}})
    assert "'OwnerId' is set by owner too" in said
    assert "take one line out" in said


def test_a_queue_that_is_read_from_the_users_is_refused() -> None:
    data = {
        "connector": "salesforce",
        "lead": LEAD,
        "rep": {"object": "User", "email": "Email"},
        "queue": {"object": "user"},
    }
    said = _fault(SystemMap, data)
    assert "a queue is no user: take one table out" in said


def test_a_deal_has_no_status_that_could_say_which_field_tells_why() -> None:
    data = {
        "connector": "salesforce",
        "lead": LEAD,
        "deal": {
            "object": "Opportunity",
            "amount": "Amount",
            "is_won": "IsWon",
            "is_closed": "IsClosed",
            "reason": {"by_status": {"Lost": "Why__c"}},
        },
    }
    assert "reason.by_status is for people" in _fault(SystemMap, data)
