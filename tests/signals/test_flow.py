"""A buyer reads what buyers read: the rep has a task and a message, once a day, with the brief."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crmbridge.agreement.content import Approvers, Content
from crmbridge.agreement.scoring.scores import Fit, FitGroup, FitRule
from crmbridge.company import build
from crmbridge.errors import AuthFailed, ConfigError
from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.plan import plan
from crmbridge.flows.operate.turn import arm
from crmbridge.flows.read.pull import pull
from crmbridge.log import configure
from crmbridge.mapping.schema import MessagesMap
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import credentials
from crmbridge.store import Ledger, events
from crmbridge.testing.sandbox import sandbox
from tests.stages.places import JO, START
from tests.stages.play import Play
from tests.stages.postbox import Box, Served
from tests.stages.process import Worker, age
from tests.stages.rest import kinds, ready, rebuilds_equal, turns
from tests.stages.server import End, Seen, Server, http

PRICES = "https://acme.example/pricing"
HOOK = "CRMBRIDGE_ACME__MESSAGES__WEBHOOK_URL"


@contextmanager
def at_work(files: CompanyFiles, path: Path, **environ: str) -> Iterator[Play]:
    """A company at work, armed, with its messages' settings."""
    with sandbox(files.mapping, files.teams, at=START) as box:
        told = box.environment("acme") | environ
        company = build(
            files,
            Ledger.open(f"sqlite:///{path / 'ledger.db'}", "acme"),
            WorldClock(box.clock),
            lambda side: credentials("acme", side, environ=told),
        )
        try:
            made = Play(company=company, box=box)
            made.turn()
            arm(company)
            yield made
        finally:
            company.close()


def channels(files: CompanyFiles, *names: str) -> CompanyFiles:
    """The same company, whose people are told by these ways."""
    ways = MessagesMap.model_validate({"reps": names, "line": names, "line_email": "l@a.example"})
    return replace(files, mapping=files.mapping.model_copy(update={"messages": ways}))


def agreed(files: CompanyFiles, **changed: Any) -> CompanyFiles:
    """The same company under an agreement with other rules."""
    (first, *rest) = files.versions.all
    return replace(files, agreement=first.model_copy(update=changed), others=tuple(rest))


def reads(play: Play, page: str = PRICES, email: str = JO, **later: float) -> None:
    """Somebody fills in the form of a page, and all is looked at five minutes later."""
    play.later(**(later or {"hours": 1}))
    play.form(email, page)
    play.later(minutes=5)
    turns(play, 2)


def tasks(play: Play) -> list[dict[str, Any]]:
    return [one for one in play.sf("Task") if str(one["Subject"]).startswith("Signal: ")]


def told(play: Play) -> list[str]:
    """Subjects of the messages in the company's file."""
    path = play.company.ledger.path.with_name("messages.txt")
    if not path.exists():
        return []
    blocks = path.read_text("utf-8").split("\n\n")
    return [one.strip().splitlines()[1] for one in blocks if one.strip()]


def file_of(play: Play) -> str:
    return play.company.ledger.path.with_name("messages.txt").read_text("utf-8")


def decisions(play: Play) -> list[dict[str, Any]]:
    with play.company.ledger.read() as tx:
        found = events.since(tx, 0, 100_000)
    return [dict(one.data) for one in found if one.type == "signalled"]


def test_the_owner_has_a_task_and_a_message_with_the_brief(play: Play) -> None:
    ready(play, "jo", jobtitle="Head of IT")
    lead = play.lead(JO)
    assert tasks(play) == []
    reads(play)
    (task,) = tasks(play)
    assert (task["WhoId"], task["OwnerId"]) == (lead["Id"], lead["OwnerId"])
    assert task["Subject"] == "Signal: /pricing, Jo Kern, Head of IT, Buyer"
    for part in ("Jo Kern, Head of IT, Buyer", "Why now: /pricing (decision content)", "/demo"):
        assert part in task["Description"]
        assert part in file_of(play)
    assert told(play) == [task["Subject"]]
    assert len(task["Description"]) <= 1500
    assert rebuilds_equal(play)
    assert play.turn().writes == 0


def test_the_touches_that_a_hand_off_brought_with_it_are_no_signal(play: Play) -> None:
    ready(play, "jo")
    play.turn(3)
    assert decisions(play) == []
    assert "/demo" in play.lead(JO)["Description"]


def test_sales_hears_once_in_24_hours_of_a_lead_and_an_asset(play: Play) -> None:
    ready(play, "jo")
    reads(play)
    reads(play)
    reads(play, hours=20)
    assert len(tasks(play)) == len(told(play)) == 1
    reads(play, "https://acme.example/webinar/ai")
    assert len(tasks(play)) == len(told(play)) == 2
    reads(play, hours=5)
    assert [one["asset"] for one in decisions(play)] == ["/pricing", "/webinar/ai", "/pricing"]
    assert len(tasks(play)) == len(told(play)) == 3


def test_early_content_is_no_signal(play: Play) -> None:
    ready(play, "jo")
    reads(play, "https://acme.example/newsletter")
    assert decisions(play) == []


def test_a_catalogue_entry_gives_the_signal_its_name_and_the_rep_their_words(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    entry = Content.model_validate(
        {
            "kind": "form",
            "asset": "/pricing*",
            "points": 15,
            "title": "Price list",
            "stage": "decision",
            "signal": {"rating": "hot", "ttl_days": 7},
            "brief": "Offer the starter bundle first.",
            "approved_by": Approvers(marketing="Dana", sales="Priya"),
        }
    )
    with at_work(agreed(acme, content=(entry,)), tmp_path) as play:
        ready(play, "jo")
        reads(play)
        (task,) = tasks(play)
        assert task["Subject"].startswith("Signal: Price list")
        assert "Say: Offer the starter bundle first." in task["Description"]


def test_the_brief_never_says_of_anybody_what_they_did_not_read(play: Play) -> None:
    ready(play, "jo")
    brief = play.lead("jo@buyer.example")["Description"]
    assert "Say: They asked for us." in brief
    assert "installation" not in brief
    reads(play)
    (task,) = tasks(play)
    assert "Say: They asked for us." in task["Description"]


def test_a_ready_lead_that_waits_is_told_to_the_line_and_makes_no_task(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    full = acme.teams.model_dump(mode="json")
    for team in full["teams"]:
        for rep in team["reps"]:
            rep["open_limit"] = 0
    files = replace(acme, teams=type(acme.teams).model_validate(full))
    with at_work(files, tmp_path) as play:
        ready(play, "jo")
        assert [one["to"] for one in decisions(play)] == ["line"]
        assert told(play) == ["Signal: /demo, Jo Kern, Buyer"]
        assert "to the team" in file_of(play)
        assert tasks(play) == []


def test_an_owner_whom_the_teams_do_not_know_has_the_task_and_the_line_the_message(
    play: Play,
) -> None:
    ready(play, "jo")
    play.box.sales.seed(User=[{"Name": "Zoe", "Email": "zoe@acme.example", "IsActive": True}])
    (zoe,) = [one["Id"] for one in play.sf("User") if one["Name"] == "Zoe"]
    play.box.sales.act("edit", object="Lead", id=play.lead(JO)["Id"], fields={"OwnerId": zoe})
    play.later(minutes=2)
    play.turn()
    reads(play)
    (task,) = tasks(play)
    assert task["OwnerId"] == zoe
    assert "to the team" in file_of(play)


def test_the_last_rep_hears_of_a_lead_in_nurture(play: Play) -> None:
    ready(play, "jo")
    owner = play.lead(JO)["OwnerId"]
    play.box.sales.act(
        "reject", id=play.lead(JO)["Id"], reason="Bad timing", reason_field="Rejection_Reason__c"
    )
    play.later(days=4)
    play.turn(2)
    reads(play)
    (task,) = tasks(play)
    assert task["OwnerId"] == owner
    assert "came back" in task["Description"]
    assert "bad timing" in task["Description"]


def test_a_known_bad_fit_takes_no_signal(acme: CompanyFiles, tmp_path: Path) -> None:
    rule = FitRule(field="country", op="eq", value="Atlantis", points=Decimal(100))
    group = FitGroup(min=Decimal(0), max=Decimal(100), rules=(rule,))
    with at_work(agreed(acme, fit=Fit(groups={"where": group})), tmp_path) as play:
        ready(play, "jo", country="Germany")
        ready(play, "al")
        play.later(hours=1)
        for name in ("jo", "al"):
            play.form(f"{name}@buyer.example", PRICES)
        play.later(minutes=5)
        play.turn()
        assert [one.split(",")[1].strip() for one in told(play)] == ["Al Kern"]


def test_a_rep_still_hears_of_somebody_who_opted_out_of_mailings(play: Play) -> None:
    ready(play, "jo")
    play.box.marketing.act("opt_out", email=JO)
    reads(play)
    (task,) = tasks(play)
    assert "Opted out of mailings." in task["Description"]


def test_the_brief_is_written_once_and_never_over_a_rep_s_own_note(play: Play) -> None:
    ready(play, "jo")
    first = play.lead(JO)["Description"]
    assert first.startswith("Jo Kern, Buyer")
    reads(play)
    assert play.lead(JO)["Description"] == first
    note = "Called on Monday, wants the starter bundle."
    play.box.sales.act("edit", object="Lead", id=play.lead(JO)["Id"], fields={"Description": note})
    play.box.sales.act(
        "reject", id=play.lead(JO)["Id"], reason="Needs nurture", reason_field="Rejection_Reason__c"
    )
    play.later(days=40)
    play.turn(2)
    reads(play, "https://acme.example/demo/again")
    again = play.lead(JO)
    assert again["Status"] == "Open - Not Contacted"
    assert again["Description"] == note


def test_a_second_hand_off_renews_our_own_brief(play: Play) -> None:
    ready(play, "jo")
    first = play.lead(JO)["Description"]
    play.later(minutes=5)
    play.box.sales.act(
        "reject", id=play.lead(JO)["Id"], reason="Needs nurture", reason_field="Rejection_Reason__c"
    )
    play.later(days=40)
    play.turn(2)
    reads(play, "https://acme.example/demo/again")
    again = play.lead(JO)
    assert again["Status"] == "Open - Not Contacted"
    assert again["Description"] != first
    assert "needs nurture" in again["Description"]


def test_a_plan_shows_what_would_be_told_and_tells_nobody(play: Play) -> None:
    ready(play, "jo")
    play.later(hours=1)
    play.form(JO, PRICES)
    play.later(minutes=5)
    for side in ("marketing", "sales"):
        pull(play.company, side, sleep=lambda _s: None)
    made = plan(play.company)
    systems = {one["system"] for one in made.writes}
    assert {"sales", "messages.file"} <= systems
    assert (tasks(play), told(play)) == ([], [])
    assert made.hash == plan(play.company).hash


# ---------------------------------------------------------------------- ways to people


def hook(answers: Any) -> Server:
    """A chat room that answers as told, the last answer for ever."""

    def script(_seen: Seen, number: int) -> Any:
        return answers[min(number, len(answers) - 1)]

    return Server(script)


def heard(server: Server) -> list[str]:
    return [json.loads(one.body)["text"] for one in server.seen]


OK = [http(200, "ok", "text/html")]


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
            (text,) = heard(server)
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
            age(play.company.ledger.path)
            turns(play, 2)
            first, second = heard(server)
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
                age(play.company.ledger.path, 4000)
                turns(play)
            assert len(server.seen) == 3  # the one that was turned away did not arrive
            assert len(set(heard(server))) == 1
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
            age(play.company.ledger.path)
            assert not turns(play).errors
            assert len(heard(server)) == 2


def test_a_way_without_its_setting_is_refused_at_the_start(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with (
        pytest.raises(ConfigError, match="CRMBRIDGE_ACME__MESSAGES__SMTP_HOST is not set"),
        at_work(channels(acme, "email"), tmp_path),
    ):
        pass


def test_a_mail_goes_to_the_owner_s_address(acme: CompanyFiles, tmp_path: Path) -> None:
    box = Box()
    served = Served(box, hostname="127.0.0.1", port=0)
    served.start()
    settings = {"HOST": "127.0.0.1", "PORT": str(served.port), "FROM": "crm@acme.example"}
    environ = {f"CRMBRIDGE_ACME__MESSAGES__SMTP_{name}": one for name, one in settings.items()}
    try:
        with at_work(channels(acme, "email"), tmp_path, **environ) as play:
            ready(play, "jo")
            reads(play)
            (user,) = [one for one in play.sf("User") if one["Id"] == play.lead(JO)["OwnerId"]]
    finally:
        served.stop()
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
            age(play.company.ledger.path, 4000)
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
    stream = io.StringIO()
    configure(level="DEBUG", stream=stream)
    try:
        with hook([[http(400, "no")], OK]) as server:
            environ = {HOOK: f"{server.url}/services/T/B/s3cr3t"}
            with at_work(channels(acme, "webhook", "file"), tmp_path, **environ) as play:
                ready(play, "jo", jobtitle="Head of IT")
                reads(play)
                assert tasks(play)
    finally:
        configure(level="WARNING", stream=io.StringIO())
    text = stream.getvalue()
    assert "messages webhook" in text
    for private in ("s3cr3t", "Kern", "jo@buyer", "Head of IT", "ann.becker"):
        assert private not in text
