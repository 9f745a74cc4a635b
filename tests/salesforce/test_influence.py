"""Campaign influence as the connector writes it: each deal at once, in one custom model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest

from connectors.salesforce import Salesforce
from crmbridge.connector import Credit, Credits, Pair
from crmbridge.errors import Refused, Unavailable
from crmbridge.model.record import Outcome
from tests.salesforce.org import Org, serve_org

MODEL = "Ours"
Shares = dict[Pair, float]


class Desk:
    """An org with influence, a connector, and deals, campaigns and contacts by number."""

    def __init__(self, org: Org) -> None:
        self.org, self.remote = org, org.remote
        self.connector = org.connect()
        self.remote.config(campaign_influence=True)
        custom = {"DeveloperName": MODEL, "MasterLabel": MODEL, "ModelType": "2"}
        last = {"DeveloperName": "Last_Touch", "MasterLabel": "Last", "ModelType": "4"}
        self.remote.seed(CampaignInfluenceModel=[custom, last])
        deal = {"Name": "One", "StageName": "Closed Won", "CloseDate": "2026-01-01"}
        self.remote.seed(Opportunity=[deal for _ in range(130)])
        self.remote.seed(Campaign=[{"Name": f"C{number}"} for number in range(4)])
        self.remote.seed(Contact=[{"LastName": f"K{number}"} for number in range(4)])
        self.deals = self.ids("Opportunity")
        campaigns, people = self.ids("Campaign"), self.ids("Contact")
        self.pairs: list[Pair] = [(one, other) for one in campaigns for other in people]
        models = self.remote.state("CampaignInfluenceModel")
        self.models = {one["DeveloperName"]: one["Id"] for one in models}

    def ids(self, obj: str) -> list[str]:
        return [str(one["Id"]) for one in self.remote.state(obj)]

    def credit(self, deal: int, ours: tuple[Pair, ...] = (), **percent: str) -> Credit:
        """What a deal is credited: `p3="12.5"` is the third pair's."""
        shares = {self.pairs[int(name[1:])]: Decimal(one) for name, one in percent.items()}
        ident = self.deals[deal]
        return Credit(op=f"op{deal}", deal=ident, shares=shares, ours=frozenset(ours))

    def write(self, *credits_: Credit) -> list[str]:
        return [one.outcome.value for one in self.connector.credit(MODEL, credits_)]

    def there(self, deal: int, model: str = MODEL) -> dict[int, float]:
        """The live records of a deal: percent by the number of the pair."""
        rows = [
            one
            for one in self.remote.state("CampaignInfluence")
            if one["OpportunityId"] == self.deals[deal]
            and one["ModelId"] == self.models[model]
            and not one["IsDeleted"]
        ]
        found = {
            self.pairs.index((one["CampaignId"], one["ContactId"])): one["Influence"]
            for one in rows
        }
        assert len(found) == len(rows)
        return found

    def by_hand(self, deal: int, pair: int, percent: float, model: str = MODEL) -> None:
        campaign, contact = self.pairs[pair]
        fields: dict[str, Any] = {"CampaignId": campaign, "ContactId": contact}
        fields |= {"OpportunityId": self.deals[deal], "Influence": percent}
        fields |= {"ModelId": self.models[model]}
        self.remote.act("create", object="CampaignInfluence", fields=fields)

    def calls(self) -> int:
        return len(self.remote.audit())


@pytest.fixture
def desk() -> Iterator[Desk]:
    for org in serve_org():
        made = Desk(org)
        yield made
        made.connector.close()


def test_it_has_the_power() -> None:
    assert issubclass(Salesforce, Credits)


def test_records_are_made_changed_and_taken_away_and_a_second_time_nothing_is_written(
    desk: Desk,
) -> None:
    assert desk.write(desk.credit(0, p0="60", p1="40"), desk.credit(1, p5="12.34")) == ["done"] * 2
    assert (desk.there(0), desk.there(1)) == ({0: 60, 1: 40}, {5: 12.34})
    ours = (desk.pairs[0], desk.pairs[1])
    # in an order that never has more than all of it: one goes, one shrinks, one grows, one comes
    assert desk.write(desk.credit(0, ours, p1="15", p2="85")) == ["done"]
    assert desk.there(0) == {1: 15, 2: 85}
    ours = (desk.pairs[1], desk.pairs[2])
    assert desk.write(desk.credit(0, ours, p1="85", p2="15")) == ["done"]
    assert desk.there(0) == {1: 85, 2: 15}
    before = desk.calls()
    assert desk.write(desk.credit(0, ours, p1="85", p2="15")) == ["done"]
    assert desk.calls() == before + 1  # the look alone
    assert desk.write(desk.credit(0, ours)) == ["done"]
    assert desk.there(0) == {}
    assert desk.write(desk.credit(0, ours)) == ["done"]


def test_what_is_there_is_taken_over_and_what_is_not_ours_stays(desk: Desk) -> None:
    desk.by_hand(0, 0, 70)
    desk.by_hand(0, 3, 5)
    desk.by_hand(0, 0, 33, "Primary_Campaign_Source")
    assert desk.write(desk.credit(0, (desk.pairs[1],), p0="50")) == ["done"]
    assert desk.there(0) == {0: 50, 3: 5}
    assert desk.there(0, "Primary_Campaign_Source") == {0: 33}


def test_a_deal_of_which_others_have_a_part_in_our_model_is_refused_and_the_next_goes_on(
    desk: Desk,
) -> None:
    desk.by_hand(0, 3, 50)
    told = desk.connector.credit(MODEL, [desk.credit(0, p0="60"), desk.credit(1, p0="60")])
    assert [one.outcome for one in told] == [Outcome.REFUSED, Outcome.DONE]
    assert (told[0].code, told[0].op) == ("FIELD_INTEGRITY_EXCEPTION", "op0")
    assert desk.there(1) == {0: 60}


def test_a_model_may_be_named_by_its_id(desk: Desk) -> None:
    for name in (desk.models[MODEL], desk.models[MODEL][:15]):
        told = desk.connector.credit(name, [desk.credit(0, p0="60")])
        assert [one.outcome for one in told] == [Outcome.DONE]


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("Primary_Campaign_Source", "primary_model"),
        ("Last_Touch", "no_custom_model"),
        ("Nobodys", "unknown_model"),
        ("701000000000001AAA", "unknown_model"),
    ],
)
def test_a_model_that_is_not_ours_is_refused_before_anything_is_written(
    desk: Desk, model: str, code: str
) -> None:
    for deals in ([], [desk.credit(0, p0="60")]):
        with pytest.raises(Refused) as caught:
            desk.connector.credit(model, deals)
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        desk.connector.credit(desk.models["Primary_Campaign_Source"], [])
    assert caught.value.code == "primary_model"
    assert not desk.remote.state("CampaignInfluence")


def test_an_org_without_influence_is_told_so() -> None:
    for org in serve_org():
        with closing(org.connect()) as connector, pytest.raises(Refused) as caught:
            connector.credit(MODEL, [])
        assert caught.value.code == "no_influence"


def test_many_deals_are_written_together(desk: Desk) -> None:
    before = desk.calls()
    deals = [desk.credit(number, p0="25", p1="25", p2="50") for number in range(130)]
    assert desk.write(*deals) == ["done"] * 130
    assert all(desk.there(number) == {0: 25, 1: 25, 2: 50} for number in (0, 99, 100, 129))
    # models, two looks, 300 records in two calls and 90 in one; and a token
    assert desk.calls() - before <= 8


@pytest.mark.parametrize(
    ("operation", "code", "outcome"),
    [
        ("create", "DUPLICATE_VALUE", "later"),
        ("create", "INVALID_CROSS_REFERENCE_KEY", "later"),
        ("create", "UNABLE_TO_LOCK_ROW", "later"),
        ("create", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "refused"),
        ("update", "ENTITY_IS_DELETED", "later"),
        ("delete", "ENTITY_IS_DELETED", "done"),
        ("delete", "INSUFFICIENT_ACCESS_OR_READONLY", "refused"),
    ],
)
def test_what_one_record_meets_is_the_deals_and_no_other_deals(
    desk: Desk, operation: str, code: str, outcome: str
) -> None:
    ours = (desk.pairs[0], desk.pairs[1])
    first = [desk.credit(number, p0="20", p1="20") for number in (0, 1)]
    assert desk.write(*first) == ["done", "done"]
    fault = {"object": "CampaignInfluence", "operation": operation, "code": code, "times": 1}
    desk.remote.config(row_faults=[{**fault, "message": "no"}])
    then = [desk.credit(number, ours, p0="30", p2="30") for number in (0, 1)]
    assert desk.write(*then) == [outcome, "done"]
    if operation == "delete" and outcome == "refused":
        assert desk.there(0) == {0: 20, 1: 20}  # nothing that comes after it was sent
    assert desk.there(1) == {0: 30, 2: 30}
    assert desk.write(*then) == ["done", "done"]
    assert desk.there(1) == {0: 30, 2: 30}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_lost_answer_is_unknown_and_mends_when_it_is_done_again(
    desk: Desk, method: str, when: str
) -> None:
    ours = (desk.pairs[0], desk.pairs[1])
    assert desk.write(desk.credit(0, p0="50", p1="50")) == ["done"]
    route = f"{method} *composite/sobjects*"
    desk.remote.faults({"route": route, "kind": "reset", "when": when, "times": 1})
    then = desk.credit(0, ours, p1="10", p2="90")
    assert desk.write(then) == ["unknown"]
    assert desk.write(then) == ["done"]
    assert desk.there(0) == {1: 10, 2: 90}


def test_a_look_that_fails_writes_nothing(desk: Desk) -> None:
    assert desk.write(desk.credit(0, p0="50")) == ["done"]
    desk.remote.faults({"route": "GET *query*", "kind": "status", "status": 503})
    with pytest.raises(Unavailable):
        desk.write(desk.credit(0, (desk.pairs[0],)))
    assert desk.there(0) == {0: 50}
