"""What is wrong outside, in answers and values: said, or cleaned, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from crmbridge.errors import AuthFailed
from crmbridge.model.state import LeadState
from crmbridge.store import leads
from crmbridge.testing.emulator.vendor import Refusal
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import (
    edit,
    emails,
    ready,
    rest,
    turns,
)


def test_a_revoked_token_pauses_that_side_and_the_other_goes_on(play: Play) -> None:
    ready(play, "jo")
    play.box.marketing.config(revoked=["loopback-token"])
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    play.later(minutes=5)
    made = turns(play)
    assert isinstance(made.errors["marketing"], AuthFailed)
    assert "sales" not in made.errors
    assert "loopback-token" not in str(made.errors["marketing"])
    play.box.marketing.config(revoked=[])
    rest(play)
    assert play.person(JO)["crmbridge_reason"] == "missing_reason"


def test_an_expired_session_is_renewed_without_a_word(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act("revoke_tokens")
    edit(play, JO, Status="Working - Contacted")
    play.later(minutes=5)
    rest(play)
    assert play.person(JO)["lifecyclestage"] == "salesqualifiedlead"


@pytest.mark.parametrize("kind", ["html", "empty", "truncated", "redirect"])
def test_a_vendor_that_answers_rubbish_stops_its_side_for_now_and_loses_nothing(
    play: Play, kind: str
) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    for remote in (play.box.sales, play.box.marketing):
        remote.faults({"kind": kind, "route": "*", "times": 6})
    made = turns(play)
    assert made.errors
    assert all(len(str(error)) < 600 for error in made.errors.values())
    for remote in (play.box.sales, play.box.marketing):
        remote.clear_faults()
    rest(play)
    assert emails(play.sf()) == {JO: 1}


@pytest.mark.parametrize("form", ["duplicate", "nan", "deep", "bigint", "surrogate", "bom", "list"])
def test_an_answer_that_is_no_clean_json_is_not_believed(play: Play, form: str) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    for remote in (play.box.sales, play.box.marketing):
        remote.faults({"kind": "garbage", "form": form, "route": "*", "times": 6})
    turns(play)
    for remote in (play.box.sales, play.box.marketing):
        remote.clear_faults()
    rest(play)
    assert emails(play.sf()) == {JO: 1}
    assert play.lead(JO)["LastName"] == "Kern"


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien",
        "O\\'Brien' OR Name != '",
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "Zoë \u202e\u200d\u2028 \U0001f469\u200d\U0001f52c",
        "null",
        "N/A",
        "李",
    ],
)
def test_a_name_goes_through_as_it_is(play: Play, name: str) -> None:
    ready(play, "jo", lastname=name)
    assert play.lead(JO)["LastName"] == name
    play.later(minutes=5)
    rest(play)
    assert play.person(JO)["lastname"] == name


def test_a_lone_surrogate_is_cleaned_and_its_record_goes_on(play: Play) -> None:
    body = (
        '{"total":1,"results":[{"id":"777","createdAt":"2026-03-02T09:00:00Z","updatedAt":'
        '"2026-03-02T09:00:00Z","properties":{"email":"jo@buyer.example","lastname":"K\\ud83dx",'
        '"lastmodifieddate":"2026-03-02T09:00:00Z"}}]}'
    )
    rule = {"kind": "status", "status": 200, "times": 1, "body": body}
    rule["headers"] = {"Content-Type": "application/json"}
    play.box.marketing.faults({**rule, "route": "contacts.search"})
    play.later(minutes=5)
    assert not turns(play).errors
    with play.company.ledger.read() as tx:
        (lead,) = [leads.get_many(tx, [one])[one] for one in leads.ids(tx)]
    assert LeadState.of(lead.id, lead.state or {}).value("last_name") == "K\ufffdx"


def test_an_address_with_an_apostrophe_finds_its_own_record(play: Play) -> None:
    address = "o'brien@buyer.example"
    play.box.sales.seed(Lead=[{"LastName": "O'Brien", "Company": "B", "Email": address}])
    play.contact(address, lastname="O'Brien", company="B")
    play.form(address)
    rest(play)
    assert emails(play.sf()) == {address: 1}


@pytest.mark.parametrize("address", ["no address", "a@b@c.example", "a@b", "x" * 250 + "@b.io"])
def test_a_text_that_is_no_address_makes_no_hand_off(play: Play, address: str) -> None:
    play.box.marketing.seed(contacts=[{"properties": {"email": address, "lastname": "K"}}])
    with suppress(Refusal):
        play.form(address)
    rest(play)
    assert play.sf() == []


def test_a_sales_field_deleted_in_mid_run_stops_nothing_else(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act("delete_field", object="Lead", field="CrmBridge_Engagement__c")
    play.later(minutes=70)
    play.form(JO, "https://acme.example/pricing")
    edit(play, JO, Status="Working - Contacted")
    play.contact("al@buyer.example", lastname="Al", company="Buyer")
    play.form("al@buyer.example")
    rest(play)
    assert play.person(JO)["lifecyclestage"] == "salesqualifiedlead"
    assert emails(play.sf())["al@buyer.example"] == 1


def test_a_rejection_reason_field_that_is_hidden_is_unknown_and_not_empty(play: Play) -> None:
    ready(play, "jo")
    edit(play, JO, Title="Head")
    play.later(minutes=5)
    rest(play)
    play.box.sales.act("revoke_fls", object="Lead", field="Title")
    edit(play, JO, Status="Working - Contacted")
    play.later(minutes=70)
    rest(play)
    assert play.person(JO)["jobtitle"] == "Head"


def test_a_storm_of_throttling_delays_and_loses_nothing(play: Play) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    for remote in (play.box.sales, play.box.marketing):
        rule = {"kind": "status", "status": 429, "probability": 0.4, "times": 40}
        remote.faults(rule)
    for _ in range(12):
        turns(play)
    for remote in (play.box.sales, play.box.marketing):
        remote.clear_faults()
    rest(play)
    assert emails(play.sf()) == {JO: 1}
    assert play.person(JO)["lifecyclestage"] == "marketingqualifiedlead"


@contextmanager
def delayed(play: Play) -> Iterator[None]:
    play.box.marketing.config(index_delay=[20, 90])
    play.box.sales.config(commit_delay=[30, 240], api_commit_delay=[0, 60])
    yield
    play.box.marketing.config(index_delay=[0, 0])
    play.box.sales.config(commit_delay=0, api_commit_delay=0)


def test_rows_that_show_up_late_on_both_sides_are_read_all_the_same(play: Play) -> None:
    names = [f"p{n}" for n in range(8)]
    with delayed(play):
        for name in names:
            play.contact(f"{name}@buyer.example", lastname=name, company="B")
            play.form(f"{name}@buyer.example")
            play.later(seconds=20)
            turns(play)
        for _ in range(4):
            play.later(seconds=90)
            turns(play)
        for name in names[:4]:
            edit(play, f"{name}@buyer.example", Status="Working - Contacted")
            play.later(seconds=20)
            turns(play)
    for _ in range(4):
        play.later(minutes=3)
        rest(play)
    assert emails(play.sf()) == {f"{name}@buyer.example": 1 for name in names}
    stages = [play.person(f"{name}@buyer.example")["lifecyclestage"] for name in names]
    assert stages == ["salesqualifiedlead"] * 4 + ["marketingqualifiedlead"] * 4
