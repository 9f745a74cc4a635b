"""Rules of nurture between two servers: who comes on which track, who leaves it, what is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.deliver import drain
from crmbridge.flows.operate.plan import plan
from crmbridge.flows.read.pull import pull
from crmbridge.testing.emulator import iso
from tests.nurture.stage import (
    BOTH,
    BUYERS,
    DEMO,
    EVERYBODY,
    PAPER,
    READERS,
    WEBINAR,
    agreement_of,
    nurturing,
    on,
    reader,
    row,
    tended,
    value,
)
from tests.recycle.stage import reject
from tests.stages.places import AL, JO, START
from tests.stages.play import begun
from tests.stages.rest import kinds, later, look, rebuilds_equal, rest, told


def test_who_reads_comes_on_the_track_of_readers_and_with_more_interest_on_the_next(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with tended(acme, tmp_path, BUYERS, READERS) as play:
        play.contact(AL, lastname="Al", company="Buyer")
        reader(play, JO)
        rest(play)
        assert on(play, JO) == ["Nurture: learn"]
        assert value(play, JO) == "learn"
        assert on(play, AL) == []
        assert value(play, AL) == ""
        play.form(JO, WEBINAR)
        later(play)
        assert on(play, JO) == ["Nurture: buy"]
        assert value(play, JO) == "buy"
        first, second = told(play, "nurtured")
        assert (first["track"], first["rule"]) == ("learn", "paper readers")
        assert (second["before"], second["track"]) == ("learn", "buy")
        assert second["why"] == "comes under the rule 'buyers'"
        assert second["agreement"].startswith("v1:")
        before = play.written()
        later(play)
        assert play.written() == before
        assert rebuilds_equal(play)


def test_interest_that_is_over_takes_a_lead_off_without_any_event(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """The buying stage is that of the last 60 days (R2.7)."""
    with tended(acme, tmp_path, BUYERS) as play:
        reader(play, JO)
        play.form(JO, WEBINAR)
        rest(play)
        assert on(play, JO) == ["Nurture: buy"]
        play.later(days=59)
        rest(play)
        assert on(play, JO) == ["Nurture: buy"]
        play.later(days=2)
        rest(play)
        assert on(play, JO) == []
        assert value(play, JO) == ""
        assert told(play, "nurtured")[-1]["why"] == "no rule holds any more"
        assert rebuilds_equal(play)


def test_who_waits_for_sales_stays_until_sales_has_them(acme: CompanyFiles, tmp_path: Path) -> None:
    """A lead in the waiting line stays in nurture mailings (R1.2)."""
    files = nurturing(acme, READERS)
    off = [team.model_copy(update={"per_day": 0}) for team in files.teams.teams]
    full = files.teams.model_copy(update={"teams": tuple(off)})
    with begun(files, tmp_path) as play:
        play.go_live()
        play.company.teams = full
        reader(play, JO)
        rest(play)
        play.form(JO, DEMO)
        later(play)
        assert row(play, "learn")["ready"] == 1
        assert on(play, JO) == ["Nurture: learn"]
        play.company.teams = files.teams
        play.later(days=1)
        rest(play)
        assert play.sf()
        assert on(play, JO) == []
        assert value(play, JO) == ""
        assert told(play, "nurtured")[-1]["why"] == "with sales"
        assert rebuilds_equal(play)


def test_who_is_ready_at_once_comes_on_no_track(acme: CompanyFiles, tmp_path: Path) -> None:
    with tended(acme, tmp_path, EVERYBODY) as play:
        play.keen(JO)
        rest(play)
        assert play.sf()
        assert told(play, "nurtured") == []
        assert on(play, JO) == []


def test_a_return_goes_on_the_track_of_its_reason_and_no_rule_has_it_then(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    everywhere = EVERYBODY | {"stages": ["known", "engaged", "nurture", "customer"]}
    with tended(acme, tmp_path, everywhere, tracks=BOTH) as play:
        reader(play, JO)
        rest(play)
        assert on(play, JO) == ["Nurture: all"]
        assert value(play, JO) == "all"
        play.form(JO, DEMO)
        later(play)
        assert on(play, JO) == []
        assert value(play, JO) == ""
        reject(play, JO, "Bad timing")
        assert on(play, JO) == ["Nurture: bad timing"]
        assert value(play, JO) == "bad_timing"
        assert rebuilds_equal(play)


def test_an_opt_out_takes_a_lead_off_and_nothing_puts_it_on_again(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with tended(acme, tmp_path, READERS, tracks=BOTH) as play:
        reader(play, JO)
        reader(play, AL)
        rest(play)
        assert value(play, JO) == "learning"
        play.box.marketing.act("opt_out", email=JO)
        later(play)
        play.form(JO, PAPER + "/b")
        later(play)
        assert on(play, JO) == []
        assert value(play, JO) == ""
        assert on(play, AL) == ["Nurture: learn"]
        assert [one["why"] for one in told(play, "nurtured") if "why" in one] == ["opted out"]
        assert rebuilds_equal(play)


def test_an_opt_out_that_comes_between_deciding_and_sending_stops_the_list(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with tended(acme, tmp_path, READERS) as play:
        reader(play, JO)
        look(play)
        play.box.marketing.act("opt_out", email=JO)
        play.later(minutes=2)
        rest(play)
        assert on(play, JO) == []
        assert not any("lists" in route and "add" in route for route in play.written())


def test_an_opt_out_that_is_read_before_the_property_is_written_stops_that_too(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with tended(acme, tmp_path, READERS, tracks=BOTH) as play:
        reader(play, JO)
        look(play)
        play.box.marketing.act("opt_out", email=JO)
        play.later(minutes=2)
        for side in ("marketing", "sales"):
            pull(play.company, side, sleep=lambda _s: None)
        drain(play.company, "marketing", sleep=lambda _s: None)
        assert (on(play, JO), value(play, JO)) == ([], "")
        rest(play)
        assert (on(play, JO), value(play, JO)) == ([], "")
        assert play.person(JO)["lifecyclestage"] == "lead"


def test_a_track_that_is_a_value_alone_goes_by_the_property(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with tended(acme, tmp_path, BUYERS, READERS, tracks=BOTH) as play:
        reader(play, JO)
        rest(play)
        assert (on(play, JO), value(play, JO)) == (["Nurture: learn"], "learning")
        play.form(JO, WEBINAR)
        later(play)
        assert (on(play, JO), value(play, JO)) == ([], "buying")
        play.later(days=61)
        rest(play)
        assert (on(play, JO), value(play, JO)) == (["Nurture: learn"], "learning")
        assert kinds(play) == {}


def test_people_of_before_go_live_are_left_until_they_do_something(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """Decision 0026: nobody is enrolled because history was read."""
    ago = iso(START - timedelta(days=400))
    with begun(nurturing(acme, EVERYBODY), tmp_path) as play:
        for email in (JO, AL):
            play.box.marketing.seed(
                contacts=[
                    {
                        "properties": {"email": email, "lastname": "K", "company": "B"},
                        "createdAt": ago,
                        "updatedAt": ago,
                    }
                ]
            )
        play.turn()
        assert not [one for one in plan(play.company).to_json()["writes"] if _enrols(one)]
        play.go_live()
        rest(play)
        assert (on(play, JO), on(play, AL)) == ([], [])
        play.form(JO, PAPER)
        later(play)
        assert (on(play, JO), on(play, AL)) == (["Nurture: all"], [])
        play.contact("new@fresh.example", lastname="New", company="Fresh")
        play.later(minutes=5)
        rest(play)
        assert on(play, "new@fresh.example") == ["Nurture: all"]


def _enrols(write: dict[str, object]) -> bool:
    return write["action"] == "enroll"


def test_a_rule_may_take_people_of_before_go_live(acme: CompanyFiles, tmp_path: Path) -> None:
    ago = iso(START - timedelta(days=400))
    with begun(nurturing(acme, EVERYBODY | {"past": True}), tmp_path) as play:
        told_ = {"email": JO, "lastname": "K", "company": "B"}
        play.box.marketing.seed(
            contacts=[{"properties": told_, "createdAt": ago, "updatedAt": ago}]
        )
        play.turn()
        (line,) = [one for one in plan(play.company).to_json()["writes"] if _enrols(one)]
        assert line["changes"][0]["rule"] == "agreement.toml: nurture rule 'everybody'"
        assert line["changes"][0]["after"] == "all"
        play.go_live()
        rest(play)
        assert on(play, JO) == ["Nurture: all"]


def test_another_version_moves_everybody_and_one_without_rules_takes_them_off(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    second = agreement_of(EVERYBODY, version=2, start="2026-03-10")
    third = agreement_of(version=3, start="2026-03-20")
    files = nurturing(acme, READERS, others=(second, third))
    with begun(files, tmp_path) as play:
        play.go_live()
        reader(play, JO)
        play.contact(AL, lastname="Al", company="Buyer")
        rest(play)
        assert (on(play, JO), on(play, AL)) == (["Nurture: learn"], [])
        play.later(days=8)
        rest(play)
        assert (on(play, JO), on(play, AL)) == (["Nurture: all"], ["Nurture: all"])
        play.later(days=10)
        rest(play)
        assert (on(play, JO), on(play, AL)) == ([], [])
        assert row(play, "all")["left"] == 2
        assert rebuilds_equal(play)


@pytest.mark.parametrize("keeper", [JO, AL])
def test_of_two_records_of_one_person_one_stays_on_the_track(
    acme: CompanyFiles, tmp_path: Path, keeper: str
) -> None:
    with tended(acme, tmp_path, READERS) as play:
        reader(play, JO)
        reader(play, AL)
        rest(play)
        people = {one: play.person(one)["id"] for one in (JO, AL)}
        other = AL if keeper == JO else JO
        play.box.marketing.act("merge", primary=people[keeper], other=people[other])
        play.later(minutes=5)
        rest(play)
        assert on(play, keeper) == ["Nurture: learn"]
        told_ = row(play, "learn")
        assert (told_["on"], told_["entered"], told_["left"]) == (1, 2, 1)
        assert rebuilds_equal(play)


def test_a_person_who_is_deleted_in_marketing_is_on_no_track(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with tended(acme, tmp_path, READERS) as play:
        reader(play, JO)
        rest(play)
        play.box.marketing.act("archive", object="contacts", id=play.person(JO)["id"])
        play.later(days=2)
        rest(play)
        assert row(play, "learn")["on"] == 0
        assert told(play, "nurtured")[-1]["why"] == "no record in the marketing system"
