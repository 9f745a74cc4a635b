"""A mapping that credits campaigns by the vendor's own records of influence, and one that reads."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.mapping import translate
from crmbridge.mapping.roles import fields_by_role
from crmbridge.mapping.schema import SystemMap
from crmbridge.model.record import Record
from tests.stages.play import example

READ = {
    "object": "CampaignInfluence",
    "deal": "OpportunityId",
    "person": "ContactId",
    "person_object": "Contact",
}
IDS = "03V000000000001", "03V000000000001AAA"


def sales(model: str = "Ours", **tables: Any) -> SystemMap:
    told = example().mapping.sales.model_dump()
    told["deal"] |= {"influence": {"model": model}}
    return SystemMap.model_validate(told | tables)


def test_a_model_is_named_and_nothing_else() -> None:
    deal = sales().deal
    assert deal is not None
    assert deal.influence is not None
    assert deal.influence.model == "Ours"


@pytest.mark.parametrize(
    ("model", "tables", "text"),
    [
        ("", {}, "at least 1 character"),
        ("Ours", {"contact": None}, "there is no [contact]"),
        ("Ours", {"campaign": None}, "there is no [campaign]"),
        (
            "Ours",
            {"influence": READ},
            "add model, the vendor's field with the model of a record (\"",
        ),
    ],
)
def test_what_it_needs_is_asked_for(model: str, tables: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError) as told:
        sales(model, **tables)
    assert text in str(told.value)


def test_influence_that_is_only_read_needs_no_model() -> None:
    told = example().mapping.sales.model_dump() | {"influence": READ}
    spec = SystemMap.model_validate(told)
    assert dict(fields_by_role(spec))["CampaignInfluence", "influence"] == (
        "OpportunityId",
        "ContactId",
    )


@pytest.mark.parametrize(
    ("ours", "held", "live"),
    [
        ("Ours", "Ours", False),
        ("Ours", "Others", True),
        ("Ours", None, True),
        ("", "Ours", True),
        (IDS[0], IDS[1], False),
        (IDS[1], IDS[1], False),
        (IDS[0], "03V000000000002AAA", True),
    ],
)
def test_a_record_of_our_model_is_no_evidence(ours: str, held: str | None, live: bool) -> None:
    spec = sales(influence={**READ, "model": "ModelId"}).influence
    assert spec is not None
    values = {"OpportunityId": "1", "ContactId": "2", "ModelId": held}
    record = Record(obj="CampaignInfluence", id="3", values=values)
    found = translate.influence("sales", spec, "Opportunity", record, ours)
    assert found is not None
    assert found.live is live
