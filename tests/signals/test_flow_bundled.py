"""News that is in no hurry: one message a person and hour, and nothing lost, twice or too late."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.agreement.alerts import Alerts
from crmbridge.agreement.sla.clocks import FirstTouch, Sla
from crmbridge.agreement.versions.signed import fingerprint
from crmbridge.files import CompanyFiles
from crmbridge.flows.decide import decide
from crmbridge.store import outbox
from crmbridge.store.crash import watched
from tests.signals.stage import agreed, decisions, reads, tasks, told
from tests.sla.stage import call, office
from tests.stages.play import Play, at_work
from tests.stages.rest import messages, ready, rebuilds_equal, turns
from tests.stages.rest import told as entries

SITE = "https://acme.example"
SPEC, PAPER = f"{SITE}/spec/b", f"{SITE}/pricing"


def interested(play: Play, *names: str) -> None:
    """People who read enough to go to sales, and did not ask for it."""
    for name in names:
        email = f"{name}@buyer.example"
        told = {"firstname": name.title(), "lastname": "Kern", "company": "Buyer"}
        play.contact(email, jobtitle="Head of IT", **told)
        play.form(email, f"{SITE}/spec/a")
        play.form(email, f"{SITE}/vbook/a")
    play.turn(2)


@contextmanager
def calm(acme: CompanyFiles, path: Path) -> Iterator[Play]:
    """A company whose leads ask for nobody, and of whose ratings none is urgent."""
    files = agreed(acme, hand_raise=(), alerts=Alerts(urgent=()))
    with at_work(files, path) as play:
        interested(play, "jo")
        assert told(play) == []
        yield play


def hour(play: Play, clock: int, minute: int = 0, day: int = 2) -> None:
    play.box.set_time(datetime(2026, 3, day, clock, minute, tzinfo=UTC))
    turns(play, 2)


def waits(play: Play) -> int:
    with play.company.ledger.read() as tx:
        return outbox.pending(tx, "messages.file.bundle")


def read(play: Play, page: str, email: str = "jo@buyer.example") -> None:
    reads(play, page, email, minutes=5)


def test_what_one_person_is_owed_of_an_hour_is_one_message_with_a_line_each(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with calm(acme, tmp_path) as play:
        hour(play, 10, 5)
        read(play, SPEC)
        read(play, PAPER)
        assert (len(decisions(play)), waits(play), told(play)) == (2, 2, [])
        assert len(tasks(play)) == 2  # the CRM has a task for each, at once
        hour(play, 10, 59)
        assert told(play) == []
        hour(play, 11)
        assert told(play) == ["2 things of the last hour: clocks, signals, leads that came back"]
        lines = [line.strip() for line in messages(play).splitlines()]
        numbered = [line for line in lines if line.startswith(("1. ", "2. "))]
        assert [line[:11] for line in numbered] == ["1. Signal: ", "2. Signal: "]
        assert all("Jo Kern" in line and "(lead " in line for line in numbered)
        assert waits(play) == 0
        hour(play, 12)
        turns(play, 2)
        assert len(told(play)) == 1
        assert rebuilds_equal(play)


def test_one_alone_is_told_in_its_own_words(acme: CompanyFiles, tmp_path: Path) -> None:
    with calm(acme, tmp_path) as play:
        hour(play, 10, 5)
        read(play, PAPER)
        hour(play, 11)
        (subject,) = told(play)
        assert subject.startswith("Signal: /pricing, Jo Kern")
        assert "Why now:" in messages(play)


def test_what_comes_in_the_next_hour_is_the_next_message(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with calm(acme, tmp_path) as play:
        hour(play, 10, 40)
        read(play, SPEC)
        hour(play, 11, 10)
        read(play, PAPER)
        assert len(told(play)) == 1
        hour(play, 12)
        assert [one[:8] for one in told(play)] == ["Signal: ", "Signal: "]


def test_a_lead_that_asks_for_us_is_told_at_once_by_the_same_way(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_work(agreed(acme, alerts=Alerts(urgent=())), tmp_path) as play:
        ready(play, "jo")
        reads(play, PAPER)
        assert [one[:8] for one in told(play)] == ["Signal: "]
        assert waits(play) == 0


def test_ratings_that_are_urgent_by_the_agreement_go_at_once(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    files = agreed(acme, hand_raise=(), alerts=Alerts(urgent=("hot", "warm", "cold")))
    with at_work(files, tmp_path) as play:
        interested(play, "jo")
        read(play, SPEC)
        assert len(told(play)) == 1


@pytest.mark.parametrize("point", ["decide:before", "decide:after"])
def test_a_crash_as_the_hour_is_told_loses_and_doubles_nothing(
    acme: CompanyFiles, tmp_path: Path, point: str
) -> None:
    class Crash(Exception):
        pass

    def crash(name: str) -> None:
        if name == point:
            raise Crash

    with calm(acme, tmp_path) as play:
        hour(play, 10, 5)
        read(play, SPEC)
        read(play, PAPER)
        play.box.set_time(datetime(2026, 3, 2, 11, tzinfo=UTC))
        with pytest.raises(Crash), watched(crash):
            decide(play.company)
        turns(play, 3)
        assert told(play) == ["2 things of the last hour: clocks, signals, leads that came back"]


def test_two_people_have_a_message_each(acme: CompanyFiles, tmp_path: Path) -> None:
    with calm(acme, tmp_path) as play:
        interested(play, "al", "bo", "cy")
        hour(play, 10, 5)
        for name in ("jo", "al", "bo", "cy"):
            play.form(f"{name}@buyer.example", SPEC)
        play.later(minutes=5)
        turns(play, 2)
        number = waits(play)
        assert number == len(decisions(play)) > 1
        hour(play, 11)
        text = messages(play)
        heads = [line for line in text.splitlines() if "  to " in line]
        assert len(heads) == len(set(one.split("  to ")[1].split("  [")[0] for one in heads))
        said: list[Any] = [line for line in text.splitlines() if "Signal: " in line]
        assert len(said) == number


def test_a_clock_that_was_stopped_within_the_hour_is_not_told(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    clocks = Sla(first_touch=FirstTouch.model_validate({"warm": "0.5", "hot": "0.5"}))
    files = agreed(acme, hand_raise=(), alerts=Alerts(urgent=()), sla=clocks)
    start = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    with at_work(replace(files, teams=office()), tmp_path, at=start) as play:
        interested(play, "jo")
        hour(play, 9, 30)
        assert len(entries(play, "sla_soon")) == waits(play) == 1
        call(play)
        hour(play, 9, 34)
        hour(play, 10)
        assert (waits(play), told(play)) == (0, [])
        assert "it was over before the hour was" in str(entries(play, "dropped"))
        assert rebuilds_equal(play)


def test_a_rating_that_there_is_none_of_is_refused_and_a_file_without_the_table_keeps_its_hash(
    acme: CompanyFiles,
) -> None:
    with pytest.raises(ValidationError, match="'cold', 'warm' or 'hot'"):
        Alerts.model_validate({"urgent": ["hott"]})
    first = acme.versions.all[0]
    named = first.model_copy(update={"alerts": Alerts()})
    assert "alerts" not in first.model_fields_set
    assert fingerprint(named) != fingerprint(first)
