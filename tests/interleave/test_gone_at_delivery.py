"""A record that is gone, moved or merged when a write reaches it: its lead is never stranded."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from crmbridge.flows.deliver import drain
from crmbridge.testing.emulator import Refusal
from crmbridge.testing.interleave.invariants import stranded
from tests.stages.late import ALL, life, no_wait, played, state
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.process import age
from tests.stages.rest import edit, holds, look, ready, rebuilds_equal, rest, retouch, turns

REASON = {"reason": "Bad timing", "reason_field": "Rejection_Reason__c"}


def at_rest(play: Play) -> None:
    play.later(minutes=5)
    rest(play)


# what is owed when the record goes


def an_update(play: Play) -> None:
    retouch(play, JO, jobtitle="Head of Sales")


def a_hand_off_and_an_update(play: Play) -> None:
    """Nobody touched the lead: it is taken back, and she asks again."""
    play.later(days=6)
    play.form(JO)


def a_hand_off_after_a_rejection(play: Play) -> None:
    play.box.sales.act("reject", id=play.lead(JO)["Id"], **REASON)
    at_rest(play)
    play.later(days=200)
    rest(play)
    retouch(play, JO, jobtitle="Head of Sales")
    play.form(JO, "https://acme.example/contact")


def an_opt_out(play: Play) -> None:
    play.box.marketing.act("opt_out", email=JO)


def an_opt_out_on_a_second_record(play: Play) -> None:
    fields = {"LastName": "Kern", "Company": "Buyer", "Email": JO}
    play.box.sales.act("create", object="Lead", fields=fields)
    at_rest(play)
    play.box.marketing.act("opt_out", email=JO)


def an_enrolment(play: Play) -> None:
    play.box.sales.act("reject", id=play.lead(JO)["Id"], **REASON)


def a_task(play: Play) -> None:
    """She is a contact of sales, idle for long, and asks again: a rep is asked by a task."""
    play.box.sales.act("convert", id=play.lead(JO)["Id"])
    at_rest(play)
    play.later(days=15)
    rest(play)
    play.later(days=200)
    rest(play)
    retouch(play, JO, jobtitle="Head of Sales")
    play.form(JO, "https://acme.example/contact")


OWED = (
    *(an_update, a_hand_off_and_an_update, a_hand_off_after_a_rejection, an_opt_out),
    *(an_opt_out_on_a_second_record, an_enrolment, a_task),
)


# what happens to the record


def record(play: Play) -> tuple[str, str]:
    """The record of sales that our writes are for: a contact, if she became one."""
    for obj in ("Contact", "Lead"):
        rows = [row for row in play.sf(obj) if row.get("Email") == JO and not row["IsDeleted"]]
        ours = [row for row in rows if row.get("CrmBridge_Id__c") and not row.get("IsConverted")]
        if ours:
            return obj, str(ours[0]["Id"])
    raise Refusal("sales has no record of her")


def deleted(play: Play) -> None:
    obj, ident = record(play)
    play.box.sales.act("delete", object=obj, id=ident)


def deleted_and_restored(play: Play) -> None:
    obj, ident = record(play)
    play.box.sales.act("delete", object=obj, id=ident)
    play.box.sales.act("undelete", object=obj, id=ident)


def converted(play: Play) -> None:
    obj, ident = record(play)
    if obj == "Lead":
        play.box.sales.act("convert", id=ident)


def merged_into_a_stranger(play: Play) -> None:
    obj, ident = record(play)
    company = {"Company": "Else"} if obj == "Lead" else {}
    fields = {"LastName": "Kerns", "Email": "kerns@else.example", **company}
    made = play.box.sales.act("create", object=obj, fields=fields)
    play.box.sales.act("merge", object=obj, winner=made["id"], losers=[ident])


def merged_into_another_lead_of_ours(play: Play) -> None:
    obj, ident = record(play)
    if obj == "Contact":
        play.box.sales.act("convert", id=play.lead(AL)["Id"])
    (winner,) = [row["Id"] for row in play.sf(obj) if row.get("Email") == AL]
    play.box.sales.act("merge", object=obj, winner=winner, losers=[ident])


def contact(play: Play, email: str) -> str:
    rows = play.box.marketing.state("contacts")
    (found,) = [
        str(row["id"])
        for row in rows
        if row["properties"].get("email") == email and not row["archived"]
    ]
    return found


def archived_in_marketing(play: Play) -> None:
    play.box.marketing.act("archive", object="contacts", id=contact(play, JO))


def merged_in_marketing(play: Play) -> None:
    play.box.marketing.act("merge", primary=contact(play, AL), other=contact(play, JO))


FATES = (
    *(deleted, deleted_and_restored, converted, merged_into_a_stranger),
    *(merged_into_another_lead_of_ours, archived_in_marketing, merged_in_marketing),
)


# when it happens


def at_the_gate(play: Play, strikes: list[Callable[[], None]], fate: Callable[[], None]) -> None:
    fate()
    send(play)


def at_sending(play: Play, strikes: list[Callable[[], None]], fate: Callable[[], None]) -> None:
    strikes.append(fate)
    send(play)


def at_the_read_back(
    play: Play, strikes: list[Callable[[], None]], fate: Callable[[], None]
) -> None:
    """The answer of the first write is lost; the record goes before anybody looks what became."""
    lost = {"kind": "reset", "when": "after", "times": 1}
    play.box.sales.faults({"route": "* /services/data/*/composite/sobjects*", **lost})
    for what in ("batch/up*", "batch/create*"):
        play.box.marketing.faults({"route": f"* /crm/objects/*/contacts/{what}", **lost})
    send(play)
    fired = [*play.box.sales.faults(), *play.box.marketing.faults()]
    assert any(one["fired"] for one in fired), "no answer was lost"
    play.box.sales.clear_faults()
    play.box.marketing.clear_faults()
    fate()
    age(play.company.ledger)
    send(play)


MOMENTS = (at_the_gate, at_sending, at_the_read_back)


def send(play: Play) -> None:
    for side in ("sales", "marketing"):
        drain(play.company, side, sleep=no_wait)


CASES = [
    pytest.param(owed, fate, moment, id=f"{owed.__name__}, {fate.__name__}, {moment.__name__}")
    for row, owed in enumerate(OWED)
    for column, fate in enumerate(FATES)
    for moment in (MOMENTS if ALL else [MOMENTS[(row + column) % len(MOMENTS)]])
]


@pytest.mark.parametrize(("owed", "fate", "moment"), CASES)
def test_a_lead_whose_record_goes_ends_with_sales_or_in_line_or_with_a_person(
    owed: Callable[[Play], None],
    fate: Callable[[Play], None],
    moment: Callable[[Play, list[Callable[[], None]], Callable[[], None]], None],
) -> None:
    strikes: list[Callable[[], None]] = []
    writes = ("salesforce PATCH sent", "salesforce POST sent", "hubspot POST sent")

    def passing(where: str) -> None:
        if strikes and where in writes:
            strikes.pop()()

    with played(passing=passing) as (play, _):
        ready(play, "jo", "al")
        at_rest(play)
        owed(play)
        play.later(seconds=10)
        look(play)
        moment(play, strikes, partial(fate, play))
        strikes.clear()
        for _ in range(3):
            at_rest(play)
            assert stranded(play.company) == []
            play.later(hours=3)
        assert rebuilds_equal(play)
        at_rest(play)
        assert turns(play).writes == 0


def test_a_hand_off_that_found_its_record_gone_is_made_anew_at_once() -> None:
    with played() as (play, _):
        ready(play, "jo")
        at_rest(play)
        a_hand_off_and_an_update(play)
        play.later(seconds=10)
        look(play)
        first = play.lead(JO)["Id"]
        deleted(play)
        drain(play.company, "sales", sleep=no_wait)
        assert state(play).assigned is None
        at_rest(play)
        assert not holds(play)
        rows = [row for row in play.sf() if not row["IsDeleted"]]
        assert [row["Email"] for row in rows] == [JO]
        assert rows[0]["Id"] != first
        assert life(play).stage == "handed"


def test_a_person_whom_sales_enters_at_the_last_moment_is_handed_over_in_that_record() -> None:
    with played() as (play, _):
        play.contact(JO, firstname="Jo", lastname="Kern", company="Buyer")
        play.form(JO)
        look(play)
        fields = {"LastName": "Kern", "Company": "Buyer", "Email": JO}
        play.box.sales.act("create", object="Lead", fields=fields)
        drain(play.company, "sales", sleep=no_wait)
        at_rest(play)
        assert stranded(play.company) == []
        (row,) = play.sf()
        assert row["CrmBridge_Id__c"] == play.person(JO)["crmbridge_id"]
        assert life(play).stage == "handed"
        edit(play, JO, Status="Working - Contacted")
        at_rest(play)
        assert life(play).stage == "accepted"


@pytest.mark.parametrize("ahead", [-300.0, -45.0, 0.0, 45.0, 300.0])
def test_a_record_that_is_thrown_away_right_after_its_hand_off_gives_the_lead_back(
    ahead: float,
) -> None:
    """Whatever sales' clock says of the order: a record that took a hand-off was there for it."""
    with played({"sales": ahead}) as (play, _):
        play.contact(JO, lastname="Kern", company="Buyer")
        play.form(JO)
        rest(play)
        play.later(seconds=5)
        play.box.sales.act("delete", object="Lead", id=play.lead(JO)["Id"])
        for _ in range(2):
            play.later(minutes=20)
            rest(play)
        assert [one.outcome for one in life(play).cycles][:1] == ["recalled"]
        assert play.person(JO)["lifecyclestage"] == "lead"
