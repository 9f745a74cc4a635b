"""Links in what the rep and the marketing system get, and what comes of them in the report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.content.rate import asked, rate
from crmbridge.links import Links
from crmbridge.mapping.tables.fields import FieldMap
from tests.content.stage import KEY, given
from tests.signals.stage import reads, tasks
from tests.stages.kept import is_rebuilt
from tests.stages.places import JO
from tests.stages.play import Play, at_work
from tests.stages.rest import messages, ready, rebuilds_equal, retouch, turns

BOOK, SPEC = "https://acme.example/vbook/1", "https://acme.example/spec/line"
FIELD = "crmbridge_rating_link"
BASE = "https://crm.example"


def with_word(files: CompanyFiles) -> CompanyFiles:
    """The same company, whose contacts in marketing have a field for the link."""
    mapping = files.mapping
    line = FieldMap.model_validate({"field": FIELD, "way": "out"})
    person = mapping.marketing.lead
    person = person.model_copy(update={"fields": {**person.fields, "rating_link": line}})
    side = mapping.marketing.model_copy(update={"lead": person})
    return replace(files, mapping=mapping.model_copy(update={"marketing": side}))


@contextmanager
def linked(files: CompanyFiles, folder: Path) -> Iterator[Play]:
    with at_work(files, folder) as play:
        play.company.links = Links(BASE, "acme", KEY)
        yield play


@pytest.fixture
def play(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    with linked(with_word(acme), tmp_path) as made:
        yield made


def token(text: str) -> str:
    (found,) = re.findall(rf"{BASE}/rate/(\S+)", text)
    return str(found)


def read(play: Play, page: str) -> None:
    play.form(JO, page)
    play.later(minutes=5)
    turns(play, 3)


def field(play: Play) -> Any:
    return play.person(JO).get(FIELD)


def test_a_rep_is_asked_in_the_brief_of_a_signal_and_of_a_hand_off(play: Play) -> None:
    ready(play, "jo")
    reads(play, SPEC)
    (task,) = tasks(play)
    link = token(task["Description"])
    *_, asks, own = task["Description"].splitlines()
    assert asks == f"Rate it: {BASE}/rate/{link}"
    assert own.startswith(f"Your leads: {BASE}/rep/")
    assert link in messages(play)
    assert len(task["Description"]) <= 1500
    told = asked(play.company, link)
    assert (told.side, told.title) == ("sales", "Specification sheet with integration plan")
    assert rate(play.company, link, 2, "Buyers stop at page 3.").answered is False
    assert rate(play.company, link, 5).answered is True
    (row,) = given(play.company)
    assert (row.side, row.stars) == ("sales", 2)
    assert row.rater in {one.id for one in play.company.teams.reps}
    assert JO not in link
    assert is_rebuilt(play.company)
    assert rebuilds_equal(play)
    assert play.turn().writes == 0


def test_a_contact_has_the_link_of_what_they_read_and_it_stays(play: Play) -> None:
    play.contact(JO, firstname="Jo")
    read(play, BOOK)
    first = field(play)
    assert first.startswith(f"{BASE}/rate/")
    assert len(first) <= 255
    assert asked(play.company, token(first)).side == "prospect"
    play.later(days=2)
    read(play, BOOK)
    assert field(play) == first
    read(play, SPEC)
    assert field(play) != first
    assert play.turn().writes == 0
    rate(play.company, token(first), 5)
    play.later(minutes=1)
    rate(play.company, token(field(play)), 1)
    assert [one.stars for one in given(play.company)] == [1, 5]
    turns(play, 2)
    assert play.turn().writes == 0
    assert is_rebuilt(play.company)


def test_who_opted_out_is_not_asked(play: Play) -> None:
    play.contact(JO, firstname="Jo")
    read(play, BOOK)
    assert field(play)
    retouch(play, JO, hs_email_optout="true")
    play.later(minutes=5)
    turns(play, 3)
    assert not field(play)


def test_without_an_address_nobody_is_asked(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_work(with_word(acme), tmp_path) as play:
        assert play.company.links is None
        ready(play, "jo")
        reads(play, SPEC)
        assert "Rate it" not in messages(play)
        assert not field(play)
