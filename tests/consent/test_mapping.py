"""Several fields of a vendor may say no: the strictest counts."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.mapping.check.people import person_uses
from crmbridge.mapping.consent import fields_of, fields_with_no, says_no
from crmbridge.mapping.schema import PersonMap
from crmbridge.mapping.translate import person_fields, sighting
from crmbridge.model.record import Record, Value

BOX, OWN, TYPE = "HasOptedOutOfEmail", "Do_Not_Contact__c", "hs_email_optout_123"


def person(**more: Any) -> PersonMap:
    told = {"object": "Lead", "fields": {"opted_out": BOX}, "more_opt_outs": [OWN, TYPE]}
    return PersonMap.model_validate(told | more)


@pytest.mark.parametrize(
    ("values", "no"),
    [
        ({}, None),
        ({BOX: None}, False),
        ({BOX: False, OWN: False, TYPE: None}, False),
        ({BOX: True, OWN: False}, True),
        ({BOX: False, OWN: True}, True),
        ({BOX: False, TYPE: "true"}, True),
        ({BOX: False, TYPE: "Yes"}, True),
        ({OWN: "maybe"}, None),
        ({BOX: False, OWN: "maybe"}, False),
    ],
    ids=str,
)
def test_any_no_among_the_fields_counts(values: dict[str, Value], no: bool | None) -> None:
    one = person()
    assert says_no(one, values) is no
    seen = sighting("sales", one, Record(obj="Lead", id="1", values=values))
    assert seen.values.get("opted_out") in ((None,) if no is None else (no, values.get(BOX)))
    assert (seen.values.get("opted_out") is True) is (no is True)


def test_a_box_of_another_meaning_is_turned_by_its_own_line() -> None:
    line = {"opted_out": {"field": "Mail_Allowed__c", "via": "not"}}
    one = person(fields=line, more_opt_outs=[OWN])
    assert says_no(one, {"Mail_Allowed__c": True, OWN: False}) is False
    assert says_no(one, {"Mail_Allowed__c": False, OWN: False}) is True
    assert fields_with_no(one, {"Mail_Allowed__c": False, OWN: True}) == ("Mail_Allowed__c", OWN)


def test_they_are_read_held_and_asked_for_as_consent_is() -> None:
    one = person()
    assert fields_of(one) == (BOX, OWN, TYPE)
    assert {OWN, TYPE} <= set(one.held) & set(person_fields(one))
    uses = {use.field: use for use in person_uses("sales.lead", one)}
    assert uses[OWN].line == "more_opt_outs"
    assert (uses[OWN].fatal, uses[OWN].consent, uses[OWN].writes) == (True, True, False)
