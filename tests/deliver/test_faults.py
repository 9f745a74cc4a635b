"""Both vendors do the work and then spoil the answer: nothing twice, nothing lost, values right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stages.play import Play
from tests.stages.rest import edit, emails, kinds, rebuilds_equal, rest, retouch

KINDS = ("reset", "status", "truncated", "html")
PEOPLE = tuple(f"p{number}@buyer.example" for number in range(5))


def spoil(play: Play, kind: str, **more: Any) -> None:
    """Spoil the answers to the next two writes of each vendor, after the work was done."""
    rule = {"kind": kind, "when": "after", "times": 2, **more}
    if kind == "status":
        rule["status"] = 500
    for method in ("POST", "PATCH"):
        play.box.sales.faults({**rule, "route": f"{method} composite/sobjects*"})
    for action in ("update", "upsert"):
        play.box.marketing.faults({**rule, "route": f"contacts.batch.{action}"})


def fired(play: Play) -> tuple[int, int]:
    """How often the rules of the sales and of the marketing vendor fired."""
    sales, marketing = play.box.sales.faults(), play.box.marketing.faults()
    return sum(one["fired"] for one in sales), sum(one["fired"] for one in marketing)


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_spoilt_after_the_commit_is_read_back_and_nothing_is_written_twice(
    play: Play, kind: str
) -> None:
    for email in PEOPLE:
        play.contact(email, firstname="Jo", lastname="Kern", company="Buyer")
        play.form(email)
    spoil(play, kind)
    rest(play)
    retouch(play, PEOPLE[0], jobtitle="Owner")
    edit(play, PEOPLE[1], Title="Head", Status="Working - Contacted")
    play.box.marketing.act("opt_out", email=PEOPLE[2])
    play.box.sales.act("reject", id=play.lead(PEOPLE[3])["Id"])
    play.later(minutes=5)
    spoil(play, kind)
    rest(play)
    sales, marketing = fired(play)
    assert sales >= 2
    assert marketing >= 2
    assert emails(play.sf()) == dict.fromkeys(PEOPLE, 1)
    assert play.lead(PEOPLE[0])["Title"] == "Owner"
    assert play.person(PEOPLE[1])["jobtitle"] == "Head"
    assert play.person(PEOPLE[1])["lifecyclestage"] == "salesqualifiedlead"
    assert play.lead(PEOPLE[2])["HasOptedOutOfEmail"] is True
    assert play.person(PEOPLE[3])["crmbridge_reason"] == "missing_reason"
    assert len(play.person(PEOPLE[3])["lists"]) == 1
    assert kinds(play) == {"missing_reason": 1}
    assert rebuilds_equal(play)


@pytest.mark.parametrize("kind", KINDS)
def test_a_write_that_never_arrived_is_read_back_compared_and_sent_again(
    play: Play, kind: str
) -> None:
    for email in PEOPLE[:2]:
        play.contact(email, firstname="Jo", lastname="Kern", company="Buyer")
        play.form(email)
    rest(play)
    retouch(play, PEOPLE[0], jobtitle="Owner")
    edit(play, PEOPLE[1], Title="Head")
    play.later(minutes=5)
    spoil(play, kind, when="before")
    rest(play)
    sales, marketing = fired(play)
    assert sales >= 1
    assert marketing >= 1
    assert play.lead(PEOPLE[0])["Title"] == "Owner"
    assert play.person(PEOPLE[1])["jobtitle"] == "Head"
    assert emails(play.sf()) == dict.fromkeys(PEOPLE[:2], 1)


def test_a_list_call_spoilt_after_the_commit_puts_nobody_on_two_lists(play: Play) -> None:
    play.contact(PEOPLE[0], lastname="Kern", company="Buyer")
    play.form(PEOPLE[0])
    rest(play)
    rule = {"route": "lists.change", "kind": "reset", "when": "after", "times": 2}
    play.box.marketing.faults(rule)
    play.box.sales.act("reject", id=play.lead(PEOPLE[0])["Id"])
    play.later(minutes=5)
    rest(play)
    assert fired(play)[1] == 2
    assert len(play.person(PEOPLE[0])["lists"]) == 1


def test_a_task_whose_answer_was_lost_is_not_made_again(play: Play) -> None:
    play.contact(PEOPLE[0], lastname="Kern", company="Buyer")
    play.form(PEOPLE[0])
    rest(play)
    made = play.box.sales.act("convert", id=play.lead(PEOPLE[0])["Id"], opportunity={"Amount": 1})
    play.box.sales.act("close_deal", id=made["opportunityId"], won=False)
    play.later(minutes=5)
    rest(play)
    play.later(days=100)
    play.form(PEOPLE[0], "https://acme.example/contact")
    spoil(play, "reset")
    rest(play)
    assert fired(play)[0] >= 1
    (task,) = play.sf("Task")
    assert task["WhoId"] == made["contactId"]
