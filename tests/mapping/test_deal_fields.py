"""What a mapping may write onto deals: words of the books, each into a field of its own."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.mapping.schema import DealMap

PLAIN = {"object": "Opportunity", "amount": "Amount", "is_won": "IsWon", "is_closed": "IsClosed"}


def table(**fields: Any) -> DealMap:
    return DealMap.model_validate({**PLAIN, "source": "LeadSource", "fields": fields})


def test_a_word_names_a_field_and_perhaps_a_table_of_values() -> None:
    made = table(credit_version="V__c", sourced={"field": "S__c", "values": {"none": "Sales"}})
    assert [one.field for one in made.fields.values()] == ["V__c", "S__c"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"sorced": "S__c"}, "'sorced' is not written onto deals; did you mean 'sourced'?"),
        ({"first_touch": "S__c"}, "'first_touch' is not written onto deals"),
        (
            {"sourced": {"field": "S__c", "values": {"nobody": "x"}}},
            "'sourced' is never 'nobody'; it is: sourced, influenced, none",
        ),
        ({"sourced": "Amount"}, "fields.sourced would write over 'Amount', from which amount is"),
        (
            {"sourced": "S__c", "credit_version": "S__c"},
            "two of our fields write to 'S__c': leave one",
        ),
        ({"sourced": {"field": "S__c", "way": "out"}}, "Extra inputs are not permitted"),
        ({"sourced": ""}, "at least 1 character"),
    ],
)
def test_what_cannot_be_written_is_refused(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError) as told:
        table(**fields)
    assert text in str(told.value)
