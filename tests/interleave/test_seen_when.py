"""What was seen when: a look that overlaps a write of ours is no news, and a person's deed is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from crmbridge.flows.decide import decide
from crmbridge.flows.deliver import drain
from crmbridge.flows.read.pull import pull
from crmbridge.model.lifecycle import Stage
from tests.stages.late import ALL, late_look, life, no_wait, played, state
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import edit, ready, rebuilds_equal, rest, retouch, turns

SKEWS = (-300.0, -1.0, 0.0, 45.0, 300.0)
GAPS = (0, 1, 30, 600, 3600)
OPEN, LOST = "Open - Not Contacted", "Closed - Not Converted"
REASON = {"reason": "Bad timing", "reason_field": "Rejection_Reason__c"}
AT_ONCE = 10
"""Seconds after which the vendors' own lag is over."""


def send(play: Play) -> None:
    drain(play.company, "sales", sleep=no_wait)


def owe(play: Play) -> None:
    """Let marketing's news become writes to sales that nobody has sent yet."""
    play.later(seconds=AT_ONCE)
    pull(play.company, "marketing", sleep=no_wait)
    decide(play.company)


def known(play: Play) -> None:
    ready(play, "jo")
    play.later(minutes=5)
    rest(play)


def given_back(play: Play) -> None:
    """Sales rejected her once; half a year later she asks again and is to be handed over again."""
    known(play)
    play.box.sales.act("reject", id=play.lead(JO)["Id"], **REASON)
    play.later(minutes=5)
    rest(play)
    play.later(days=200)
    rest(play)
    play.form(JO, "https://acme.example/contact")
    owe(play)


def ring(play: Play) -> None:
    """Somebody in sales notes a number: the feed tells of the record again."""
    edit(play, JO, Phone="+49 30 1234567")


def a_status(play: Play, gap: int) -> None:
    given_back(play)
    ring(play)
    play.later(seconds=gap)
    late_look(play, partial(send, play))
    assert play.lead(JO)["Status"] == OPEN
    come_to_rest(play)
    first, second = life(play).cycles
    assert (first.outcome, second.outcome) == ("rejected", "")
    assert life(play).stage is Stage.HANDED
    assert play.lead(JO)["Status"] == OPEN
    assert play.person(JO)["lists"] == []


def an_owner(play: Play, gap: int) -> None:
    given_back(play)
    somebody = play.sf("User")[-1]["Id"]
    edit(play, JO, OwnerId=somebody)
    play.later(seconds=gap)
    late_look(play, partial(send, play))
    come_to_rest(play)
    owner = play.lead(JO)["OwnerId"]
    rep = next(one for one in play.company.teams.reps if one.id == state(play).owner)
    assert {one["Id"]: one["Email"] for one in play.sf("User")}[owner] == rep.email


def a_field(play: Play, gap: int) -> None:
    known(play)
    retouch(play, JO, jobtitle="Head of Sales")
    owe(play)
    ring(play)
    play.later(seconds=gap)
    late_look(play, partial(send, play))
    come_to_rest(play)
    assert (play.lead(JO)["Title"], play.person(JO)["jobtitle"]) == ("Head of Sales",) * 2
    assert play.lead(JO)["Phone"] == "+49 30 1234567"


def an_opt_out_that_we_write(play: Play, gap: int) -> None:
    known(play)
    play.box.marketing.act("opt_out", email=JO)
    owe(play)
    ring(play)
    play.later(seconds=gap)
    late_look(play, partial(send, play))
    come_to_rest(play)
    assert play.lead(JO)["HasOptedOutOfEmail"] is True
    assert state(play).opted_out
    assert state(play).value("opted_out") is True


def an_opt_out_in_the_late_page(play: Play, gap: int) -> None:
    """It was said before our write, and counts all the same, at once."""
    known(play)
    retouch(play, JO, jobtitle="Head of Sales")
    owe(play)
    edit(play, JO, HasOptedOutOfEmail=True)
    play.later(seconds=gap)
    late_look(play, partial(send, play))
    assert state(play).opted_out
    come_to_rest(play)
    assert play.lead(JO)["Title"] == "Head of Sales"
    assert play.person(JO)["hs_email_optout"] == "true"


def a_conversion(play: Play, gap: int) -> None:
    """The page shows the lead as it was before; our write meets the contact that it became.

    The deal that the conversion made is hers all the same.
    """
    known(play)
    retouch(play, JO, jobtitle="Head of Sales")
    owe(play)
    ring(play)
    play.later(seconds=gap)

    def convert_and_send() -> None:
        play.box.sales.act("convert", id=play.lead(JO)["Id"])
        send(play)

    late_look(play, convert_and_send)
    come_to_rest(play)
    (contact,) = play.sf("Contact")
    assert contact["Title"] == "Head of Sales"
    assert life(play).stage is Stage.OPPORTUNITY
    assert [one.outcome for one in life(play).cycles] == [""]


def a_deal(play: Play, gap: int) -> None:
    """An older page of the backfill comes after the newer one that told of the win."""
    known(play)
    play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 10})
    play.later(seconds=max(1, gap))

    def win() -> None:
        (deal,) = play.sf("Opportunity")
        play.box.sales.act("close_deal", id=deal["Id"], won=True)
        play.later(seconds=max(1, gap))
        pull(play.company, "sales", sleep=no_wait)

    late_look(play, win, name="backfill")
    come_to_rest(play)
    assert life(play).stage is Stage.CUSTOMER
    assert play.person(JO)["lifecyclestage"] == "customer"


def come_to_rest(play: Play) -> None:
    play.later(minutes=5)
    rest(play)
    assert rebuilds_equal(play)
    play.later(minutes=5)
    assert turns(play).writes == 0


KINDS = (
    *(a_status, an_owner, a_field, an_opt_out_that_we_write, an_opt_out_in_the_late_page),
    *(a_conversion, a_deal),
)
LATE = [
    pytest.param(kind, skew, gap, id=f"{kind.__name__} {skew:+.0f} {gap}")
    for number, kind in enumerate(KINDS)
    for place, skew in enumerate(SKEWS)
    for gap in (GAPS if ALL else [GAPS[(number + place) % len(GAPS)]])
]


@pytest.mark.parametrize(("kind", "skew", "gap"), LATE)
def test_what_was_asked_for_before_our_write_and_comes_after_it_is_no_news(
    kind: Callable[[Play, int], None], skew: float, gap: int
) -> None:
    with played({"sales": skew}) as (play, _):
        kind(play, gap)


# a rejection that a person made after our hand-off, however soon

MOMENTS = ("before the late page is taken in", "before the hand-off is settled", "after it")
SOON = [
    pytest.param(moment, skew, gap, id=f"{moment} {skew:+.0f} {gap}")
    for number, moment in enumerate(MOMENTS)
    for place, skew in enumerate(SKEWS)
    for gap in (GAPS if ALL else [GAPS[(number + place) % len(GAPS)]])
]


def reject(play: Play, gap: int) -> None:
    play.later(seconds=gap)
    play.box.sales.act("reject", id=play.lead(JO)["Id"], **REASON)


def send_and_reject(play: Play, gap: int) -> None:
    send(play)
    reject(play, gap)


@pytest.mark.parametrize(("moment", "skew", "gap"), SOON)
def test_a_rejection_after_the_hand_off_is_heard_in_the_next_look_however_soon(
    moment: str, skew: float, gap: int
) -> None:
    told: list[Any] = []
    plays: list[Play] = []

    def handed_over() -> bool:
        return bool(plays[0].lead(JO)["Status"] == OPEN)

    def passing(where: str) -> None:
        if told and where == "salesforce PATCH answered" and handed_over():
            told.pop()()

    with played({"sales": skew}, passing) as (play, home):
        plays.append(play)
        given_back(play)
        ring(play)
        if moment == MOMENTS[0]:
            late_look(play, partial(send_and_reject, play, gap))
        elif moment == MOMENTS[1]:
            reader = home.another()

            def meanwhile() -> None:
                reject(play, gap)
                pull(reader, "sales", sleep=no_wait)

            told.append(meanwhile)
            send(play)
            assert not told, "no write passed"
            pull(play.company, "sales", sleep=no_wait)
            reader.hang_up()
        else:
            send(play)
            reject(play, gap)
            pull(play.company, "sales", sleep=no_wait)
        assert [one.outcome for one in life(play).cycles] == ["rejected", "rejected", ""]
        come_to_rest(play)
        assert [one.outcome for one in life(play).cycles] == ["rejected", "rejected", ""]
        assert play.lead(JO)["Status"] == LOST


def test_a_lead_that_is_handed_over_while_its_enrolment_is_on_its_way_leaves_the_list() -> None:
    """Decided between the two, and before the list is known to have her, nothing is owed."""
    told: list[Callable[[], None]] = []

    def passing(where: str) -> None:
        if told and where == "hubspot PUT answered":
            told.pop()()

    with played(passing=passing) as (play, home):
        known(play)
        play.later(days=6)
        pull(play.company, "sales", sleep=no_wait)
        decide(play.company)
        other = home.another()

        def hand_over() -> None:
            drain(other, "sales", sleep=no_wait)
            decide(other)

        told.append(hand_over)
        drain(play.company, "marketing", sleep=no_wait)
        assert not told, "no list was written"
        come_to_rest(play)
        other.hang_up()
        assert life(play).stage is Stage.HANDED
        assert play.person(JO)["lists"] == []
