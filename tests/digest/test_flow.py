"""Digests on their way: on Monday at seven, once, after outages, and by each way."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmbridge.daemon.digest import post
from crmbridge.files import CompanyFiles
from crmbridge.store import outbox
from crmbridge.store.crash import watched
from tests.digest.stage import ANN, MIA, entries, got, monday, playing, sends
from tests.signals.stage import HOOK, OK, hook
from tests.sla.stage import at
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.postbox import posted
from tests.stages.process import age
from tests.stages.rest import kinds, ready, rebuilds_equal, turns
from tests.stages.server import http, texts


def overdue(play: Play) -> None:
    """Jo asked for a demo on Friday afternoon, and nobody called by Friday evening."""
    ready(play, "jo")
    at(play, 27, 16, 30)
    assert kinds(play) == {"sla_breach": 1}


def test_the_week_is_told_on_monday_at_seven_with_what_ran_out_and_what_to_do(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, MIA, ANN) as play:
        overdue(play)
        monday(play, hour=6, minute=59)
        assert list(entries(play)) == []  # of the week before it went live nobody hears
        monday(play)
        mine = got(play)
        assert len(mine) == 2
        for one in mine:
            assert "1 of 1 clock ran out, 1 is over still" in one
            assert "agreed: first touch of a hot lead within 4 business hours" in one
            assert "Touch the leads that are over" in one
            assert "`crmbridge report handoff`" in one
        assert "acme, 2026-03-23 to 2026-03-29." in mine[0]
        assert rebuilds_equal(play)


def test_a_digest_is_sent_once_however_often_it_is_looked_for(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, MIA) as play:
        overdue(play)
        monday(play)
        assert (len(got(play)), sends(play), sends(play)) == (1, 0, 0)
        monday(play, day=31, hour=12)
        assert len(got(play)) == len(entries(play)) == 1
        monday(play, day=6, month=4)
        assert [one["week"] for one in entries(play)] == ["2026-W13", "2026-W14"]
        assert len(got(play)) == 2


@pytest.mark.parametrize("point", ["digest:before", "digest:after"])
def test_a_crash_as_it_is_put_into_the_outbox_repeats_work_and_doubles_nothing(
    acme: CompanyFiles, tmp_path: Path, point: str
) -> None:
    class Crash(Exception):
        pass

    def crash(name: str) -> None:
        if name == point:
            raise Crash

    with playing(acme, tmp_path, MIA, ANN) as play:
        overdue(play)
        play.box.set_time(datetime(2026, 3, 30, 5, tzinfo=UTC))
        with pytest.raises(Crash), watched(crash):
            post(play.company)
        sends(play)
        assert (len(got(play)), len(entries(play))) == (2, 2)


def test_nobody_is_sent_anything_where_nobody_is_named(acme: CompanyFiles, tmp_path: Path) -> None:
    with playing(acme, tmp_path) as play:
        overdue(play)
        monday(play)
        assert (got(play), list(entries(play))) == ([], [])


def test_after_an_outage_of_weeks_the_newest_whole_week_is_told_and_what_was_missed(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, MIA) as play:
        overdue(play)
        monday(play)
        monday(play, day=29, month=4, hour=12)
        assert [one["week"] for one in entries(play)] == ["2026-W13", "2026-W17"]
        assert entries(play)[-1]["missed"] == ["2026-W14", "2026-W15", "2026-W16"]
        last = got(play)[-1]
        assert "Correction: 2026-W14 to 2026-W16 had no digest" in last
        assert "because the sync stood still then" in last


def test_what_the_ledger_keeps_of_a_digest_is_no_personal_data(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, MIA, ANN) as play:
        overdue(play)
        monday(play)
        first, second = sorted(entries(play), key=lambda one: one["audience"])
        assert (first["who"], first["audience"]) == ("ann", "rep")
        assert re.fullmatch(r"mark:[0-9a-f]+", second["who"])
        for private in (JO, "Jo", "Kern", "mia", "Mia"):
            assert private not in str(entries(play))
        assert [one["key"] for one in second["items"] if one.get("said")] == ["sla:sales"]
        assert [one["key"] for one in first["items"] if one.get("said")] == ["sla:rep:ann"]


def test_a_digest_goes_by_mail_to_its_person_alone_and_by_hook_with_links_that_work(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    both = MIA | {"channel": ["email", "webhook"]}
    url = "https://crm.acme.example/c/acme/"
    with posted() as (box, environ), hook([OK]) as server:
        more = environ | {HOOK: f"{server.url}/x"}
        with playing(acme, tmp_path, both, **more) as play:
            overdue(play)
            play.box.set_time(datetime(2026, 3, 30, 5, tzinfo=UTC))
            assert len(post(play.company, lambda page: url + page)) == 2
            sends(play)
            ((to, mail),) = box.mails
            (text,) = texts(server)
    assert to == ["mia@acme.example"]
    assert mail["Subject"] == "Week 2026-W13: 1 open item"
    assert f"{url}handoff" in mail.get_content()
    assert f"{url}handoff\n" in text


def test_a_way_that_is_down_holds_a_digest_and_it_comes_once(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with (
        hook([[http(503)], OK]) as server,
        playing(acme, tmp_path, MIA | {"channel": "webhook"}, **{HOOK: f"{server.url}/x"}) as play,
    ):
        play.box.set_time(datetime(2026, 3, 30, 5, tzinfo=UTC))
        assert len(post(play.company)) == 1
        turns(play)
        age(play.company.ledger)
        turns(play, 3)
        assert post(play.company) == []
        with play.company.ledger.read() as tx:
            assert outbox.pending(tx, "messages.webhook") == 0
        assert len(set(texts(server))) == 1
        assert len(server.seen) == 2


def test_who_is_taken_out_of_the_file_is_sent_what_was_on_its_way_and_then_nothing(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, MIA) as play:
        monday(play)
        before = len(got(play))
        play.company.teams = play.company.teams.model_copy(update={"digest": ()})
        monday(play, day=6, month=4)
        assert len(got(play)) == before


def test_nothing_to_say_is_one_line_and_is_sent_all_the_same(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, MIA) as play:
        monday(play)
        (one,) = got(play)
        assert one.rstrip().endswith("No open items.")
        assert "Week 2026-W13: no open items" in one
