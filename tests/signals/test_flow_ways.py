"""Signals when life comes between: owners who left, late news, two at once, ways that are down."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.read.backfill import backfill
from tests.signals.test_flow import (
    HOOK,
    OK,
    PRICES,
    at_work,
    channels,
    decisions,
    file_of,
    heard,
    hook,
    reads,
    tasks,
    told,
)
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.postbox import Box, Served
from tests.stages.process import age
from tests.stages.rest import edit, kinds, ready, rebuilds_equal, rest, turns
from tests.stages.server import http

VBOOK = "https://acme.example/vbook/inline"  # the catalogue gives its signal 14 days


def test_an_owner_who_left_is_told_nothing_and_the_line_hears_of_it(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act("deactivate_user", user=play.lead(JO)["OwnerId"])
    play.later(minutes=5)
    play.turn()
    reads(play)
    assert [one["to"] for one in decisions(play)] == ["line"]
    assert "to the team" in file_of(play)
    assert tasks(play) == []


@pytest.mark.parametrize("page", [PRICES, VBOOK])
def test_what_comes_to_light_days_later_alarms_nobody(play: Play, page: str) -> None:
    ready(play, "jo")
    play.later(hours=1)
    play.form(JO, page)
    play.later(days=4)
    turns(play, 2)
    assert decisions(play) == []


def test_a_backfill_of_old_touches_alarms_nobody_also_afterwards(play: Play) -> None:
    ready(play, "jo")
    play.later(hours=1)
    play.form(JO, VBOOK)
    play.later(days=4)
    backfill(play.company, since=None, until=None)
    edit(play, JO, Title="Head of IT")
    play.later(minutes=5)
    turns(play, 2)
    assert decisions(play) == []
    reads(play, VBOOK)
    assert [one["asset"] for one in decisions(play)] == ["/vbook/inline"]


def test_two_assets_at_once_are_two_tasks_and_two_messages(play: Play) -> None:
    ready(play, "jo")
    play.later(hours=1)
    play.form(JO, PRICES)
    play.form(JO, VBOOK)
    play.form(JO, PRICES)
    play.later(minutes=5)
    rest(play)
    subjects = sorted(one["Subject"].partition(",")[0] for one in tasks(play))
    assert subjects == [
        "Signal: /pricing",
        "Signal: Handbook: inline control",
    ]
    assert len(told(play)) == 2
    assert rebuilds_equal(play)


def test_the_owner_of_a_person_on_a_deal_has_the_task_on_the_contact(play: Play) -> None:
    ready(play, "jo")
    owner = play.lead(JO)["OwnerId"]
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(minutes=5)
    rest(play)
    reads(play)
    (task,) = tasks(play)
    assert (task["WhoId"], task["OwnerId"]) == (made["contactId"], owner)


def test_a_room_that_is_down_for_a_day_hears_of_it_once_when_it_is_back(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with (
        hook([[http(503)], [http(500)], [http(429)], OK]) as server,
        at_work(channels(acme, "webhook"), tmp_path, **{HOOK: f"{server.url}/x"}) as play,
    ):
        ready(play, "jo")
        reads(play)
        for _ in range(6):
            age(play.company.ledger.path, 30_000)
            turns(play)
        assert len(server.seen) == 4
        assert len(set(heard(server))) == 1
        assert len(tasks(play)) == 1
        assert not kinds(play)


def test_all_ways_tell_once_and_one_that_is_down_holds_up_none(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    box = Box()
    served = Served(box, hostname="127.0.0.1", port=0)
    served.start()
    names = {"HOST": "127.0.0.1", "PORT": str(served.port), "FROM": "crm@acme.example"}
    environ = {f"CRMBRIDGE_ACME__MESSAGES__SMTP_{name}": one for name, one in names.items()}
    try:
        with hook([[http(503)], OK]) as server:
            environ[HOOK] = f"{server.url}/x"
            ways = channels(acme, "webhook", "email", "file")
            with at_work(ways, tmp_path, **environ) as play:
                ready(play, "jo")
                reads(play)
                assert (len(box.mails), len(told(play)), len(server.seen)) == (1, 1, 1)
                age(play.company.ledger.path, 4000)
                turns(play, 2)
                assert (len(box.mails), len(told(play)), len(server.seen)) == (1, 1, 2)
    finally:
        served.stop()


def test_a_name_can_add_nothing_to_a_mail(acme: CompanyFiles, tmp_path: Path) -> None:
    box = Box()
    served = Served(box, hostname="127.0.0.1", port=0)
    served.start()
    names = {"HOST": "127.0.0.1", "PORT": str(served.port), "FROM": "crm@acme.example"}
    environ = {f"CRMBRIDGE_ACME__MESSAGES__SMTP_{name}": one for name, one in names.items()}
    try:
        with at_work(channels(acme, "email"), tmp_path, **environ) as play:
            name = "Kern\r\nBcc: x@y.example\r\n\r\n<img src=//evil.example> \N{PARTY POPPER}"
            play.contact(JO, firstname="Jo", lastname=name, company="Buyer\nTo: z@y.example")
            play.form(JO)
            play.turn()
            reads(play)
    finally:
        served.stop()
    ((to, mail),) = box.mails
    assert len(to) == 1
    assert mail["Bcc"] is None
    assert mail["To"].count("@") == 1
    assert mail.get_content_type() == "text/plain"
    assert "\N{PARTY POPPER}" in mail["Subject"]
    assert "\n" not in mail["Subject"]


def test_a_contact_s_rep_has_the_brief_of_a_second_hand_off_in_the_task(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(minutes=5)
    rest(play)
    fields = {"Loss_Reason__c": "Bad timing"}
    play.box.sales.act("close_deal", id=made["opportunityId"], won=False, fields=fields)
    play.later(days=1)
    rest(play)
    play.form(JO, "https://acme.example/demo/again")
    play.later(minutes=5)
    rest(play)
    (task,) = [one for one in play.sf("Task") if "Sales-ready again" in one["Subject"]]
    assert task["WhoId"] == made["contactId"]
    for part in ("Jo Kern, Buyer", "Why now:", "/demo/again", "bad timing"):
        assert part in task["Description"]


# ---------------------------------------------------------------------- scores


def test_a_score_is_written_when_its_grade_changes_and_not_each_day(play: Play) -> None:
    play.contact(JO, firstname="Jo", lastname="Kern")
    play.form(JO, "https://acme.example/webinar/live")
    rest(play)
    first = play.person(JO)
    assert (first["crmbridge_grade"], first["crmbridge_engagement"]) == ("D?3", "20")
    for _ in range(3):
        play.later(days=4)  # 15.2 points are left of 20 on the twelfth day
        assert turns(play).writes == 0
    assert play.person(JO)["crmbridge_engagement"] == "20"
    play.later(days=1)
    rest(play)
    fallen = play.person(JO)
    assert (fallen["crmbridge_grade"], fallen["crmbridge_engagement"]) == ("D?4", "15")
    play.later(days=9)
    assert turns(play).writes == 0
    ours = [name for name in fallen if name.endswith(("grade", "rating", "engagement", "fit"))]
    assert sorted(ours) == [
        "crmbridge_engagement",
        "crmbridge_fit",
        "crmbridge_grade",
        "crmbridge_rating",
    ]
