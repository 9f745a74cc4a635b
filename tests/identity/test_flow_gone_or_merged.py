"""A record of sales that is gone without a word: its double follows, a twin is asked about."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.flows.held.answers import resolve
from crmbridge.flows.operate.parting import join_leads
from tests.stages.late import state
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import edit, holds, kinds, ready, rebuilds_equal, rest, told

TWIN: dict[str, dict[str, Any]] = {
    "phone": {"Phone": "+49 (30) 123-4567"},
    "name and account": {"FirstName": "Jo", "LastName": "Kern", "Company": "Buyer GmbH"},
}


def _passes(play: Play, times: int = 2) -> None:
    for _ in range(times):
        play.later(minutes=20)
        rest(play)


def _twins(play: Play, **fields: Any) -> None:
    """Jo and Al are with sales, and Al looks like Jo."""
    ready(play, "jo", "al")
    rest(play)
    edit(play, JO, Phone="0049 30 1234567"[2:])
    edit(play, AL, **{"FirstName": "Al", "Company": "Vogel"} | fields)
    _passes(play)


def _delete(play: Play, email: str) -> None:
    play.box.sales.act("delete", object="Lead", id=play.lead(email)["Id"])
    _passes(play)


@pytest.mark.parametrize("fields", TWIN.values(), ids=TWIN.keys())
def test_a_twin_is_asked_about_before_deleted_is_believed(
    play: Play, fields: dict[str, Any]
) -> None:
    _twins(play, **fields)
    _delete(play, JO)
    assert kinds(play) == {"maybe_merged": 1}
    (asked,) = holds(play)
    assert (
        f"crmbridge identity join {asked.lead[:8]} {state(play, AL).id[:8]} --why" in asked.advice
    )
    assert told(play, "recalled") == []
    assert play.person(JO)["lifecyclestage"] == "marketingqualifiedlead"
    assert rebuilds_equal(play)


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        ("000 0000", "00000000"),
        ("0000000", "0000000"),
        ("111 1111", "11-11-111"),
        ("+00 99 999 999", "99999999"),
        ("0 123 456", "00123456"),
    ],
)
def test_a_number_that_anybody_could_have_typed_is_no_trait(
    play: Play, mine: str, other: str
) -> None:
    _twins(play, Phone=other)
    edit(play, JO, Phone=mine)
    _passes(play)
    _delete(play, JO)
    assert "maybe_merged" not in kinds(play)


def test_a_person_says_that_it_was_a_merge(play: Play) -> None:
    _twins(play, **TWIN["phone"])
    _delete(play, JO)
    join_leads(play.company, JO, AL, by="ann", why="merged on Monday")
    _passes(play)
    assert "maybe_merged" not in kinds(play)
    assert told(play, "recalled") == []
    assert rebuilds_equal(play)


def test_a_person_says_that_it_was_deleted(play: Play) -> None:
    _twins(play, **TWIN["phone"])
    _delete(play, JO)
    (row,) = holds(play)
    resolve(play.company, row.id)
    _passes(play)
    assert not kinds(play)
    assert len(told(play, "recalled")) == 1
    assert play.person(JO)["lifecyclestage"] == "lead"


def test_without_a_twin_deleted_is_deleted(play: Play) -> None:
    _twins(play)
    _delete(play, JO)
    assert not kinds(play)
    assert len(told(play, "recalled")) == 1


def test_a_second_record_takes_the_place_of_the_deleted_one_and_nobody_is_recalled(
    play: Play,
) -> None:
    ready(play, "jo")
    rest(play)
    fields = {"LastName": "Kern", "Company": "Buyer", "Email": JO}
    play.box.sales.act("create", object="Lead", fields=fields)
    _passes(play, 1)
    first = next(one for one in play.sf() if one.get("CrmBridge_Id__c"))
    play.box.sales.act("delete", object="Lead", id=first["Id"])
    _passes(play)
    assert told(play, "recalled") == []
    assert not kinds(play)
    left = next(one for one in play.sf() if not one["IsDeleted"])
    assert left["CrmBridge_Id__c"] == play.person(JO)["crmbridge_id"]
    assert play.person(JO)["lifecyclestage"] == "marketingqualifiedlead"
    assert rebuilds_equal(play)
