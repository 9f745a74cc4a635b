"""A field that a vendor stops to show stops its table: one piece of work is held, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crmbridge.errors import MappingError
from crmbridge.flows.operate.survey import must_fit
from crmbridge.flows.operate.turn import turn
from crmbridge.store import held
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import ready, rebuilds_equal, rest


def gone(play: Play) -> list[str]:
    with play.company.ledger.read() as tx:
        return sorted(row.op for row in held.find(tx, kind="field_gone"))


def won_one(play: Play) -> dict[str, str]:
    """Jo won 500, and it is home."""
    ready(play, "jo")
    made: dict[str, str] = play.box.sales.act(
        "convert", id=play.lead(JO)["Id"], opportunity={"Amount": 500}
    )
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    later(play)
    assert home(play) == ("500.0", "customer")
    return made


def later(play: Play) -> None:
    play.later(hours=2)
    rest(play)


def home(play: Play) -> tuple[Any, Any]:
    person = play.person(JO)
    return str(float(person["crmbridge_won_amount"])), person["lifecyclestage"]


def touch(play: Play, made: dict[str, str]) -> None:
    fields = {"Description": "touched"}
    play.box.sales.act("edit", object="Opportunity", id=made["opportunityId"], fields=fields)


@pytest.mark.parametrize(
    "name", ["Amount", "IsWon", "IsClosed", "CloseDate", "StageName", "Loss_Reason__c", "AccountId"]
)
def test_a_field_of_deals_that_vanishes_stops_deals_and_nothing_else(play: Play, name: str) -> None:
    made = won_one(play)
    play.box.sales.config(hidden_fields={"Opportunity": [name]})
    touch(play, made)
    later(play)
    assert gone(play) == [f"sales:Opportunity:{name}"]
    assert home(play) == ("500.0", "customer")
    play.box.sales.act("edit", object="Contact", id=made["contactId"], fields={"Phone": "+49 1"})
    fields = {"Amount": 700}
    play.box.sales.act("edit", object="Opportunity", id=made["opportunityId"], fields=fields)
    later(play)
    assert play.person(JO)["phone"] == "+49 1"
    assert home(play) == ("500.0", "customer")
    play.box.sales.config(hidden_fields={})
    later(play)
    assert gone(play) == []
    assert home(play) == ("700.0", "customer")
    assert rebuilds_equal(play)


def test_a_hidden_amount_is_held_from_the_first_look_on(play: Play) -> None:
    play.box.sales.config(hidden_fields={"Opportunity": ["Amount"]})
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 500})
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    later(play)
    assert gone(play) == ["sales:Opportunity:Amount"]
    play.box.sales.config(hidden_fields={})
    later(play)
    assert (gone(play), home(play)) == ([], ("500.0", "customer"))


OTHERS: dict[str, tuple[str, Callable[[Play, dict[str, str]], Any]]] = {
    "OpportunityContactRole": (
        "IsPrimary",
        lambda play, made: play.box.sales.act(
            "edit",
            object="OpportunityContactRole",
            id=play.sf("OpportunityContactRole")[0]["Id"],
            fields={"Role": "Evaluator"},
        ),
    ),
    "User": (
        "IsActive",
        lambda play, made: play.box.sales.act(
            "edit", object="User", id=play.sf("User")[0]["Id"], fields={"Title": "x"}
        ),
    ),
    "Account": (
        "Name",
        lambda play, made: play.box.sales.act(
            "edit", object="Account", id=made["accountId"], fields={"Industry": "Banking"}
        ),
    ),
    "Lead": (
        "Status",
        lambda play, made: play.box.sales.act(
            "create",
            object="Lead",
            fields={"LastName": "New", "Company": "C"},
        ),
    ),
}


@pytest.mark.parametrize("obj", OTHERS)
def test_other_tables_stop_the_same_way(play: Play, obj: str) -> None:
    made = won_one(play)
    name, news = OTHERS[obj]
    play.box.sales.config(hidden_fields={obj: [name]})
    news(play, made)
    later(play)
    assert gone(play) == [f"sales:{obj}:{name}"]
    assert home(play) == ("500.0", "customer")
    play.box.sales.config(hidden_fields={})
    later(play)
    assert gone(play) == []
    assert rebuilds_equal(play)


def test_an_opt_out_is_heard_while_people_are_stopped(play: Play) -> None:
    ready(play, "jo")
    later(play)
    play.box.sales.config(hidden_fields={"Lead": ["Status"]})
    lead = play.lead(JO)
    play.box.sales.act("edit", object="Lead", id=lead["Id"], fields={"HasOptedOutOfEmail": True})
    later(play)
    assert gone(play) == ["sales:Lead:Status"]
    assert play.person(JO)["hs_email_optout"] == "true"


def test_what_vanished_while_nobody_looked_stops_its_table_alone(play: Play) -> None:
    """A daemon that starts does not refuse the whole side for it; what was never there, it does."""
    won_one(play)
    play.box.sales.config(hidden_fields={"Opportunity": ["Amount"]})
    must_fit(play.company, "sales")
    later(play)
    assert gone(play) == ["sales:Opportunity:Amount"]
    must_fit(play.company, "sales")
    play.box.sales.config(hidden_fields={"Lead": ["CrmBridge_Id__c"]})
    with pytest.raises(MappingError, match="CrmBridge_Id__c"):
        must_fit(play.company, "sales")


def test_a_line_that_the_mapping_names_no_more_stops_nothing(play: Play) -> None:
    made = won_one(play)
    play.box.sales.config(hidden_fields={"Opportunity": ["Type"]})
    touch(play, made)
    later(play)
    assert gone(play) == ["sales:Opportunity:Type"]
    spec = play.company.systems["sales"].map.deal
    assert spec is not None
    deal = spec.model_copy(update={"type": ""})
    system = play.company.systems["sales"]
    system.map = system.map.model_copy(update={"deal": deal})
    assert not turn(play.company, sleep=lambda _s: None).errors
    assert gone(play) == []
