"""The emulated org's campaign influence: whose rows may be written, one a pair, 100 percent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.salesforce.desk import Desk, desk, first_error

OBJECT = "sobjects/CampaignInfluence"


@pytest.fixture
def org() -> Iterator[Desk]:
    with desk() as made:
        made.remote.config(campaign_influence=True)
        custom = {"DeveloperName": "Ours", "MasterLabel": "Ours", "ModelType": "2"}
        made.remote.seed(CampaignInfluenceModel=[custom])
        yield made


def model(org: Desk, name: str = "Ours") -> str:
    rows = org.remote.state("CampaignInfluenceModel")
    return str(next(row["Id"] for row in rows if row["DeveloperName"] == name))


def row(org: Desk, influence: float = 40, **more: Any) -> dict[str, Any]:
    """A row of our model, of a new deal, campaign and contact where none are given."""
    given = {"ModelId": model(org), "Influence": influence, **more}
    for name, obj, fields in (
        ("OpportunityId", "Opportunity", {"StageName": "Prospecting", "CloseDate": "2026-12-01"}),
        ("CampaignId", "Campaign", {}),
        ("ContactId", "Contact", {"LastName": "Kern"}),
    ):
        named = {} if obj == "Contact" else {"Name": "One"}
        if name not in given:
            given[name] = org.call("POST", f"sobjects/{obj}", fields | named).json()["id"]
    return given


def test_an_org_without_it_has_neither_object() -> None:
    with desk() as org:
        for name in ("CampaignInfluence", "CampaignInfluenceModel"):
            assert org.call("GET", f"sobjects/{name}/describe").status_code == 404


def test_a_row_of_a_custom_model_is_made_changed_and_deleted(org: Desk) -> None:
    made = org.call("POST", OBJECT, row(org)).json()["id"]
    assert org.call("PATCH", f"{OBJECT}/{made}", {"Influence": 62.5}).status_code == 204
    soql = f"SELECT Influence, Model.DeveloperName FROM CampaignInfluence WHERE Id = '{made}'"
    (found,) = org.query(soql).json()["records"]
    assert (found["Influence"], found["Model"]["DeveloperName"]) == (62.5, "Ours")
    assert org.call("DELETE", f"{OBJECT}/{made}").status_code == 204
    assert org.row("CampaignInfluence", made)["IsDeleted"] is True


def test_the_vendors_own_model_takes_no_row_from_an_api(org: Desk) -> None:
    primary = row(org, ModelId=model(org, "Primary_Campaign_Source"))
    code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    assert first_error(org.call("POST", OBJECT, primary)) == (400, code)
    without = {name: value for name, value in primary.items() if name != "ModelId"}
    assert first_error(org.call("POST", OBJECT, without)) == (400, code)
    made = org.remote.act("create", object="CampaignInfluence", fields=without)["id"]
    for method, body in (("PATCH", {"Influence": 1}), ("DELETE", None)):
        assert first_error(org.call(method, f"{OBJECT}/{made}", body)) == (400, code)


def test_one_row_a_pair_and_model(org: Desk) -> None:
    first = row(org, 10)
    assert org.call("POST", OBJECT, first).ok
    assert first_error(org.call("POST", OBJECT, first)) == (400, "DUPLICATE_VALUE")
    by_hand = {name: value for name, value in first.items() if name != "ModelId"}
    assert org.remote.act("create", object="CampaignInfluence", fields=by_hand)["id"]


def test_the_rows_of_a_deal_and_model_are_no_more_than_all_of_it(org: Desk) -> None:
    first = row(org, 60)
    assert org.call("POST", OBJECT, first).ok
    deal = {"OpportunityId": first["OpportunityId"]}
    over = org.call("POST", OBJECT, row(org, 40.01, **deal))
    assert first_error(over) == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert org.call("POST", OBJECT, row(org, 40, **deal)).ok
