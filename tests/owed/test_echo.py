"""What we wrote comes back as no news, and a vendor that keeps its own value gets its way."""

from __future__ import annotations

from typing import Any

from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import (
    edit,
    kinds,
    ready,
    rebuilds_equal,
    rest,
    retouch,
    turns,
)


def writes(play: Play) -> int:
    """Write calls that reached either vendor."""
    lines = [*play.box.marketing.audit(), *play.box.sales.audit()]
    return sum(
        line["method"] in ("POST", "PATCH", "PUT")
        and ("batch/up" in line["path"] or "composite/sobjects" in line["path"])
        for line in lines
    )


def test_our_own_writes_read_back_cause_no_write(play: Play) -> None:
    for email in ready(play, "jo", "al"):
        who = play.lead(email)["Id"]
        play.box.sales.act("log_activity", who=who, subject="Call", status="Completed")
        edit(play, email, Status="Working - Contacted")
    play.later(minutes=5)
    rest(play)
    before = writes(play)
    for _ in range(6):
        play.later(hours=4)
        turns(play)
    assert writes(play) == before


def test_a_value_that_the_vendor_turns_into_its_own_is_offered_twice_and_then_theirs(
    play: Play,
) -> None:
    trigger = {"object": "Lead", "field": "Phone", "transform": "digits"}
    play.box.sales.config(triggers=[trigger])
    ready(play, "jo", phone="+49 (30) 1234")
    for _ in range(8):
        play.later(minutes=5)
        rest(play)
    before = writes(play)
    for _ in range(4):
        play.later(minutes=5)
        rest(play)
    assert writes(play) == before
    assert not kinds(play)


def both_change(play: Play, word: str, field: str, **other: Any) -> None:
    """Marketing and sales change one field between two looks."""
    retouch(play, JO, **{word: "By marketing"})
    edit(play, JO, **{field: "By sales"}, **other)
    play.later(minutes=5)
    rest(play)


def test_a_field_that_both_changed_goes_to_the_side_with_authority(play: Play) -> None:
    ready(play, "jo", jobtitle="Head")
    both_change(play, "jobtitle", "Title")
    assert play.person(JO)["jobtitle"] == play.lead(JO)["Title"] == "By sales"
    both_change(play, "country", "Country")
    assert play.person(JO)["country"] == play.lead(JO)["Country"] == "By marketing"
    assert rebuilds_equal(play)


def test_a_change_of_one_side_alone_wins_over_authority(play: Play) -> None:
    ready(play, "jo", jobtitle="Head")
    retouch(play, JO, jobtitle="Chief")
    play.later(minutes=5)
    rest(play)
    assert play.lead(JO)["Title"] == "Chief"
    edit(play, JO, Title=None)
    play.later(minutes=5)
    rest(play)
    assert not play.person(JO).get("jobtitle")


def test_a_default_is_written_on_creation_and_never_comes_home_or_back(play: Play) -> None:
    play.contact(JO)
    play.form(JO)
    rest(play)
    assert play.lead(JO)["Company"] == "[not given]"
    play.later(minutes=5)
    rest(play)
    assert play.person(JO).get("company") in (None, "", "[not given]")
    edit(play, JO, Company="Real GmbH")
    play.later(minutes=5)
    rest(play)
    assert play.lead(JO)["Company"] == "Real GmbH"
    assert play.person(JO)["company"] == "Real GmbH"
