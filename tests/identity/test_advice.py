"""What people are told to do about two records can be done, and the commands work as they stand."""

from __future__ import annotations

import re
import shlex

import pytest

from crmbridge.flows.operate.parting import join_leads, split_lead
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import holds, ready, rest


def command(advice: str) -> list[str]:
    (found,) = re.findall(r"`crmbridge identity ([^`]+)`", advice)
    return shlex.split(found)


def second(play: Play, obj: str) -> None:
    fields = {"LastName": "Kern", "Email": JO}
    more = {"Company": "B"} if obj == "Lead" else {}
    play.box.sales.act("create", object=obj, fields=fields | more)
    play.later(minutes=20)
    rest(play)


@pytest.mark.parametrize(("obj", "word"), [("Lead", "Merge them in"), ("Contact", "Convert ")])
def test_two_records_are_merged_or_converted_as_their_objects_allow(
    play: Play, obj: str, word: str
) -> None:
    ready(play, "jo")
    rest(play)
    second(play, obj)
    (asked,) = [one for one in holds(play) if one.kind == "two_records"]
    assert word in asked.advice
    if obj == "Contact":
        (contact,) = [one["Id"] for one in play.sf("Contact")]
        lead = play.lead(JO)["Id"]
        assert f"Convert sales:Lead:{lead} into sales:Contact:{contact} in sales" in asked.advice
        assert "Merge" not in asked.advice


@pytest.mark.parametrize("obj", ["Lead", "Contact"])
def test_the_command_that_parts_two_records_works_as_it_stands(play: Play, obj: str) -> None:
    ready(play, "jo")
    rest(play)
    second(play, obj)
    (asked,) = [one for one in holds(play) if one.kind == "two_records"]
    verb, lead, *what, why, text = command(asked.advice)
    assert (verb, why, text) == ("split", "--why", "…")
    done = split_lead(play.company, lead, what, by="ann", why="two people")
    assert list(done.records) == what


def test_the_command_that_joins_who_share_an_address_works_as_it_stands(play: Play) -> None:
    ready(play, "jo", "al")
    rest(play)
    ident = play.lead(AL)["Id"]
    play.box.sales.act("edit", object="Lead", id=ident, fields={"Email": JO})
    play.later(minutes=20)
    rest(play)
    (asked,) = [one for one in holds(play) if one.kind == "address_taken"]
    verb, lead, other, why, _ = command(asked.advice)
    assert (verb, why) == ("join", "--why")
    done = join_leads(play.company, lead, other, by="ann", why="one person")
    assert {done.lead[:8], done.other[:8]} == {lead, other}
