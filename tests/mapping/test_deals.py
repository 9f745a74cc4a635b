"""What a deal's record says beside state and money, and what it leaves unsaid."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from crmbridge.company import named
from crmbridge.mapping import translate
from crmbridge.mapping.schema import DealMap, Mapping
from crmbridge.model.deal import About
from crmbridge.model.lead import Ref
from crmbridge.model.record import Record, Value
from tests.mapping.conftest import RAW

BERLIN = ZoneInfo("Europe/Berlin")
WHOLE: dict[str, Any] = {
    **{"object": "Opportunity", "amount": "Amount", "is_won": "IsWon", "is_closed": "IsClosed"},
    **{"owner": "OwnerId", "name": "Name", "stage": "StageName", "probability": "Probability"},
    **{"type": "Type", "pipeline": "RecordTypeId", "forecast": "CloseDate"},
    **{"account": "AccountId", "account_object": "Account"},
    **{"campaign": "CampaignId", "campaign_object": "Campaign", "source": "LeadSource"},
}
RECORD: dict[str, Value] = {
    **{"Amount": Decimal(100), "IsWon": False, "IsClosed": False, "OwnerId": "005A"},
    **{"Name": "Jo Doe, 12 seats", "StageName": "Prospecting", "Probability": Decimal(60)},
    **{"Type": "New Business", "RecordTypeId": "012A", "CloseDate": date(2026, 6, 30)},
    **{"AccountId": "001A", "CampaignId": "701A", "LeadSource": "Web"},
}


def read(spec: dict[str, Any], values: dict[str, Value], *, deleted: bool = False) -> About:
    record = Record(obj="Opportunity", id="006A", values=values, deleted=deleted)
    return translate.deal("sales", DealMap(**spec), record, BERLIN, "EUR", "User").about


def test_all_that_a_deal_says_is_read() -> None:
    assert read(WHOLE, RECORD) == About(
        owner=Ref(system="sales", obj="User", id="005A"),
        name="Jo Doe, 12 seats",
        stage="Prospecting",
        probability=Decimal("0.6"),
        type="New Business",
        pipeline="012A",
        forecast=date(2026, 6, 30),
        account=Ref(system="sales", obj="Account", id="001A"),
        campaign=Ref(system="sales", obj="Campaign", id="701A"),
        source="Web",
        told=frozenset(
            {
                *("owner", "name", "stage", "probability", "type", "pipeline"),
                *("forecast", "account", "campaign", "source"),
            }
        ),
    )


def test_what_the_mapping_does_not_name_and_what_the_vendor_hides_is_not_told() -> None:
    assert read({**WHOLE, "owner": ""}, RECORD).told == read(WHOLE, RECORD).told - {"owner"}
    hidden = {name: value for name, value in RECORD.items() if name != "StageName"}
    assert "stage" not in read(WHOLE, hidden).told
    assert read(WHOLE, RECORD, deleted=True).told == frozenset()


def test_what_is_empty_is_told_as_empty() -> None:
    empty = read(WHOLE, dict.fromkeys(RECORD))
    assert empty == About(told=empty.told)
    assert len(empty.told) == 10


def test_a_closed_deal_forecasts_nothing() -> None:
    assert "forecast" not in read(WHOLE, {**RECORD, "IsClosed": True}).told


def test_a_share_may_be_of_one() -> None:
    found = read({**WHOLE, "certain": 1}, {**RECORD, "Probability": Decimal("0.25")})
    assert found.probability == Decimal("0.25")


@pytest.mark.parametrize("odd", ["high", True, Decimal(101), Decimal(-1), Decimal("NaN")])
def test_an_odd_probability_is_not_told(odd: Value) -> None:
    assert "probability" not in read(WHOLE, {**RECORD, "Probability": odd}).told


def test_a_forecast_with_a_time_is_the_companys_day_and_text_is_none() -> None:
    late = datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert read(WHOLE, {**RECORD, "CloseDate": late}).forecast == date(2026, 7, 1)
    assert "forecast" not in read(WHOLE, {**RECORD, "CloseDate": "soon"}).told


def test_associations_lead_to_the_first_account() -> None:
    spec = {**WHOLE, "account": "associations.companies", "account_object": "companies"}
    found = read(spec, {**RECORD, "associations.companies": ("7", "8")})
    assert found.account == Ref(system="sales", obj="companies", id="7")


def test_a_deals_name_is_in_no_repr() -> None:
    assert "Jo Doe" not in repr(read(WHOLE, RECORD))


@pytest.mark.parametrize("line", ["account", "campaign"])
def test_ids_without_an_object_are_refused(line: str) -> None:
    with pytest.raises(ValidationError, match=f"add {line}_object, the vendor's object"):
        DealMap(**{**WHOLE, f"{line}_object": ""})


def test_another_scale_than_one_and_a_hundred_is_refused() -> None:
    with pytest.raises(ValidationError, match="certain"):
        DealMap(**{**WHOLE, "certain": 10})


def test_objects_go_by_one_name() -> None:
    deal = {
        **{"object": "deal", "amount": "amount", "is_won": "won", "is_closed": "closed"},
        **{"account": "associations.0-2", "account_object": "company"},
    }
    mapping = Mapping.model_validate({**RAW, "marketing": {**RAW["marketing"], "deal": deal}})
    found = named(mapping).marketing.deal
    assert found is not None
    assert (found.account, found.account_object) == ("associations.companies", "companies")
    assert found.campaign_object == ""
