"""The ways by which a rep hears of a signal: rooms, mails and files, down, late or killed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crmbridge.errors import AuthFailed, ConfigError
from crmbridge.files import CompanyFiles
from crmbridge.testing.sandbox import sandbox
from tests.signals.stage import HOOK, OK, PRICES, channels, hook, reads, tasks, told
from tests.stages.logged import logged
from tests.stages.places import JO, START
from tests.stages.play import at_work
from tests.stages.postbox import posted
from tests.stages.process import Worker, age
from tests.stages.rest import kinds, ready, turns
from tests.stages.server import End, http, texts


def test_a_chat_room_hears_of_it_and_cannot_be_called_or_misled(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with hook([OK]) as server:
        environ = {HOOK: f"{server.url}/services/T/B/x"}
        with at_work(channels(acme, "webhook"), tmp_path, **environ) as play:
            name = "Kern\r\nBcc: x@y.example <!channel> <https://evil.example|pay>"
            play.contact(JO, firstname="Jo", lastname=name, company="@here Buyer")
            play.form(JO)
            play.turn()
            reads(play)
            (text,) = texts(server)
    assert text.startswith("Signal: /pricing, Jo Kern Bcc:")
    for bad in ("<!", "<https", "://", "@here", "\r"):
        assert bad not in text


def test_an_unanswered_message_is_sent_once_more_under_the_same_id(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with hook([[End.RESET], OK]) as server:
        environ = {HOOK: f"{server.url}/x"}
        with at_work(channels(acme, "webhook"), tmp_path, **environ) as play:
            ready(play, "jo")
            reads(play)
            assert len(server.seen) == 1
            age(play.company.ledger)
            turns(play, 2)
            first, second = texts(server)
            assert first == second
            assert len(tasks(play)) == 1
            assert not kinds(play)


def test_a_message_that_is_never_answered_is_sent_twice_and_then_shown_to_a_person(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with hook([[End.RESET], [http(503)], [End.RESET]]) as server:
        environ = {HOOK: f"{server.url}/x"}
        with at_work(channels(acme, "webhook"), tmp_path, **environ) as play:
            ready(play, "jo")
            reads(play)
            for _ in range(6):
                age(play.company.ledger, 4000)
                turns(play)
            assert len(server.seen) == 3  # the one that was turned away did not arrive
            assert len(set(texts(server))) == 1
            assert kinds(play) == {"message_unsure": 1}


def test_a_dead_address_holds_up_no_other_way_and_no_system(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with hook([[http(404, "no_service", "text/plain")], OK]) as server:
        environ = {HOOK: f"{server.url}/services/T/B/s3cr3t"}
        with at_work(channels(acme, "webhook", "file"), tmp_path, **environ) as play:
            ready(play, "jo")
            play.later(hours=1)
            play.form(JO, PRICES)
            play.later(minutes=5)
            made = turns(play)
            assert isinstance(made.errors["messages.webhook"], AuthFailed)
            assert "s3cr3t" not in str(made.errors)
            assert len(told(play)) == len(tasks(play)) == 1
            age(play.company.ledger)
            assert not turns(play).errors
            assert len(texts(server)) == 2


def test_a_way_without_its_setting_is_refused_at_the_start(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with (
        pytest.raises(ConfigError, match="CRMBRIDGE_ACME__MESSAGES__SMTP_HOST is not set"),
        at_work(channels(acme, "email"), tmp_path),
    ):
        pass


def test_a_mail_goes_to_the_owner_s_address(acme: CompanyFiles, tmp_path: Path) -> None:
    with (
        posted() as (box, environ),
        at_work(channels(acme, "email"), tmp_path, **environ) as play,
    ):
        ready(play, "jo")
        reads(play)
        (user,) = [one for one in play.sf("User") if one["Id"] == play.lead(JO)["OwnerId"]]
    ((to, mail),) = box.mails
    assert to == [user["Email"]]
    assert mail["Subject"] == "Signal: /pricing, Jo Kern, Buyer"
    assert "Why now: /pricing" in mail.get_content()


def test_what_is_owed_by_a_way_that_was_taken_out_is_dropped(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with hook([[http(503)]]) as server:
        environ = {HOOK: f"{server.url}/x"}
        with at_work(channels(acme, "webhook"), tmp_path, **environ) as play:
            ready(play, "jo")
            reads(play)
            play.company.senders["webhook"].close()
            play.company.senders = {}
            age(play.company.ledger, 4000)
            made = turns(play)
            assert made.delivered["messages.webhook"].dropped == 1
            assert play.turn().writes == 0


@pytest.mark.parametrize(
    "point", ["sent#1", "sent#2", "lease:after#2", "settle:before#1", "send:after#2"]
)
def test_a_kill_makes_neither_a_second_task_nor_a_second_message(
    acme: CompanyFiles, tmp_path: Path, point: str
) -> None:
    with sandbox(acme.mapping, acme.teams, at=START) as box:
        worker = Worker(box, tmp_path / "ledger.db")
        try:
            worker.settle()
            worker.tell("arm")
            box.marketing.seed(contacts=[{"properties": {"email": JO, "lastname": "Kern"}}])
            form = acme.mapping.marketing.touch["forms"].object.removeprefix("form:")
            submit = {"formId": form, "email": JO}
            box.marketing.act("submit_form", **submit, pageUrl="https://acme.example/demo")
            worker.settle()
            box.advance(timedelta(hours=1))
            box.marketing.act("submit_form", **submit, pageUrl=PRICES)
            worker.tell(f"crash {point}")
            worker.settle()
            age(tmp_path / "ledger.db")
            worker.settle()
            assert worker.deaths == 1
        finally:
            worker.stop()
        found = [one for one in box.sales.state("Task") if "Signal" in str(one["Subject"])]
        assert len(found) == 1
        text = (tmp_path / "messages.txt").read_text("utf-8")
        assert text.count("Signal: /pricing") == 1


def test_neither_persons_nor_secrets_are_in_the_log(acme: CompanyFiles, tmp_path: Path) -> None:
    with logged() as stream, hook([[http(400, "no")], OK]) as server:
        environ = {HOOK: f"{server.url}/services/T/B/s3cr3t"}
        with at_work(channels(acme, "webhook", "file"), tmp_path, **environ) as play:
            ready(play, "jo", jobtitle="Head of IT")
            reads(play)
            assert tasks(play)
    text = stream.getvalue()
    assert "messages webhook" in text
    for private in ("s3cr3t", "Kern", "jo@buyer", "Head of IT", "ann.becker"):
        assert private not in text


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
            age(play.company.ledger, 30_000)
            turns(play)
        assert len(server.seen) == 4
        assert len(set(texts(server))) == 1
        assert len(tasks(play)) == 1
        assert not kinds(play)


def test_all_ways_tell_once_and_one_that_is_down_holds_up_none(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with posted() as (box, environ), hook([[http(503)], OK]) as server:
        environ[HOOK] = f"{server.url}/x"
        ways = channels(acme, "webhook", "email", "file")
        with at_work(ways, tmp_path, **environ) as play:
            ready(play, "jo")
            reads(play)
            assert (len(box.mails), len(told(play)), len(server.seen)) == (1, 1, 1)
            age(play.company.ledger, 4000)
            turns(play, 2)
            assert (len(box.mails), len(told(play)), len(server.seen)) == (1, 1, 2)


def test_a_name_can_add_nothing_to_a_mail(acme: CompanyFiles, tmp_path: Path) -> None:
    with (
        posted() as (box, environ),
        at_work(channels(acme, "email"), tmp_path, **environ) as play,
    ):
        name = "Kern\r\nBcc: x@y.example\r\n\r\n<img src=//evil.example> \N{PARTY POPPER}"
        play.contact(JO, firstname="Jo", lastname=name, company="Buyer\nTo: z@y.example")
        play.form(JO)
        play.turn()
        reads(play)
    ((to, mail),) = box.mails
    assert len(to) == 1
    assert mail["Bcc"] is None
    assert mail["To"].count("@") == 1
    assert mail.get_content_type() == "text/plain"
    assert "\N{PARTY POPPER}" in mail["Subject"]
    assert "\n" not in mail["Subject"]
