"""Lists and the property: what counts under the limits, shared lists, words of an earlier tool."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import LimitsMap
from tests.limits.stage import spans, tally
from tests.nurture.stage import (
    BUYERS,
    LISTS,
    PAPER,
    READERS,
    WEBINAR,
    nurturing,
    on,
    reader,
    row,
    tended,
    value,
)
from tests.stages.places import AL, JO
from tests.stages.play import Play, begun
from tests.stages.rest import kinds, later, rebuilds_equal, rest

EM = "em@buyer.example"
WAYS = [
    "Nurture: learn",
    {"value": "learning"},
    {"list": "Nurture: learn", "value": "learning"},
]


def two_allowed(acme: CompanyFiles, learn: object) -> CompanyFiles:
    """A company that may put two people on a track in a pass."""
    files = nurturing(acme, READERS, tracks={"learn": learn})
    limits = LimitsMap.model_validate({"enrolments": {"pass": 2, "day": 9}})
    return replace(files, mapping=files.mapping.model_copy(update={"limits": limits}))


@pytest.mark.parametrize("learn", WAYS)
def test_a_person_counts_once_under_the_limit_whatever_the_track_is(
    acme: CompanyFiles, tmp_path: Path, learn: object
) -> None:
    with begun(two_allowed(acme, learn), tmp_path) as play:
        play.go_live()
        for email in (JO, AL):
            reader(play, email)
        assert play.turn().over == []
        assert tally(play).passed["enrolments"] == 2
        play.later(minutes=2)
        for email in (EM, "bo@buyer.example", "cy@buyer.example"):
            reader(play, email)
        assert spans(play.turn().over) == [("enrolments", "pass", 3, 2)]
        assert (on(play, EM), value(play, EM)) == ([], "")


def test_who_moves_between_two_tracks_of_one_list_stays_on_it(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    shared = dict.fromkeys(("learn", "buy"), "Nurture: one for both")
    with tended(acme, tmp_path, BUYERS, READERS, tracks=shared) as play:
        reader(play, JO)
        rest(play)
        play.form(JO, WEBINAR)
        later(play)
        assert (on(play, JO), value(play, JO)) == (["Nurture: one for both"], "buy")
        play.later(days=61)
        rest(play)
        assert (on(play, JO), value(play, JO)) == (["Nurture: one for both"], "learn")


def test_a_word_of_an_earlier_tool_gives_way_once_a_rule_has_the_lead(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """Stamps of an earlier ledger stay until the lead moves (R1.17); this is such a move."""
    with tended(acme, tmp_path, READERS) as play:
        for email in (JO, AL):
            play.contact(email, lastname="Kern", company="Buyer", crmbridge_track="old")
        play.form(JO, PAPER)
        rest(play)
        assert (value(play, JO), value(play, AL)) == ("learn", "old")


def test_the_second_record_of_a_person_is_on_no_list_and_has_no_value(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """Sales says that Al is Jo, whom it has: a workflow would go on for the second record."""
    learn = {"learn": {"list": "Nurture: learn", "value": "learning"}}
    with tended(acme, tmp_path, READERS, tracks=learn) as play:
        play.keen(JO)
        rest(play)
        play.later(minutes=5)
        play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity=False)
        reader(play, AL)
        play.later(minutes=5)
        rest(play)
        assert (on(play, AL), value(play, AL)) == (["Nurture: learn"], "learning")
        fields = {"LastName": "Kern", "Company": "Buyer", "Email": AL}
        play.box.sales.act("create", object="Lead", fields=fields)
        (contact,) = play.sf("Contact")
        play.box.sales.act(
            "convert",
            id=play.lead(AL)["Id"],
            account=contact["AccountId"],
            contact=contact["Id"],
            opportunity=False,
        )
        for _ in range(2):
            play.later(minutes=5)
            rest(play)
        assert kinds(play)["two_records"] == 1
        assert (on(play, AL), value(play, AL)) == ([], "")
        assert row(play, "learn")["on"] == 0
        assert rebuilds_equal(play)


def test_a_list_that_there_is_not_is_held_once_and_taken_up_when_it_is_made(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    files = nurturing(acme, READERS)
    world = nurturing(acme, tracks={"learn": LISTS["all"]}).mapping
    with begun(files, tmp_path, world=world) as play:
        play.go_live()
        for email in (JO, AL):
            reader(play, email)
        rest_held(play)
        assert kinds(play) == {"unknown_track": 1}
        play.box.marketing.seed(lists=[{"name": "Nurture: learn", "processingType": "MANUAL"}])
        play.later(minutes=10)
        rest_held(play)
        rest_held(play)
        assert (on(play, JO), on(play, AL)) == (["Nurture: learn"], ["Nurture: learn"])
        assert kinds(play) == {}


def rest_held(play: Play) -> None:
    """Turns enough for what may leave; what is held stays."""
    for _ in range(4):
        play.turn()
        play.later(minutes=6)
