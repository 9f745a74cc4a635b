"""A worker is killed while people come on tracks and leave them; nobody is enrolled twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import load
from crmbridge.testing.sandbox import Sandbox, sandbox, unhurried
from tests.nurture.stage import PAPER, WEBINAR, written_in
from tests.stages.compare import rebuilt, vendors
from tests.stages.places import AL, FORM, JO, START
from tests.stages.process import Worker

POINTS = (
    ("decide:before#1", "send:before#1", "sent#1"),
    ("decide:after#1", "sent#2", "settle:before#1"),
    ("settle:after#1", "pull:after#1", "send:after#1"),
)
"""Where the worker dies in each of the three chapters."""


def asks(box: Sandbox, email: str, page: str) -> None:
    box.marketing.act(verb="submit_form", formId=FORM, email=email, pageUrl=page)


def come(box: Sandbox) -> None:
    for email in (JO, AL):
        box.marketing.seed(contacts=[{"properties": {"email": email, "company": "Buyer"}}])
        asks(box, email, PAPER)


def move(box: Sandbox) -> None:
    asks(box, JO, WEBINAR)
    box.marketing.act("opt_out", email=AL)


def wait(box: Sandbox) -> None:
    """Nothing happens: the interest of Jo is over by itself."""


def tell(folder: Path, config: Path, deaths: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Play the three chapters from a fresh start; what both vendors hold then."""
    files = load(config, "acme")
    with sandbox(unhurried(files.mapping), files.teams, at=START) as box:
        worker = Worker(box, folder / "ledger.db", CRMBRIDGE_CONFIG=str(config))
        try:
            worker.settle()
            worker.tell("arm")
            for number, (days, chapter) in enumerate(((0, come), (1, move), (62, wait))):
                box.advance(timedelta(days=days))
                chapter(box)
                if deaths:
                    worker.tell(f"crash {deaths[number]}")
                worker.settle()
                assert worker.deaths == (number + 1 if deaths else 0)
            assert worker.tell("turn")["writes"] == 0
        finally:
            worker.stop()
        return vendors(box)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("companies")
    written_in(made)
    return made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, config: Path) -> dict[str, list[Any]]:
    return tell(tmp_path_factory.mktemp("calm"), config)


def test_the_chapters_move_people(undisturbed: dict[str, list[Any]]) -> None:
    people = {dict(row[0])["email"]: (dict(row[0]), row[1]) for row in undisturbed["contacts"]}
    assert people[JO][0]["crmbridge_track"] == "learning"
    assert people[JO][1]
    assert not people[AL][0].get("crmbridge_track")
    assert not people[AL][1]


@pytest.mark.parametrize("deaths", POINTS)
def test_a_killed_worker_leaves_people_on_the_tracks_where_they_would_be(
    deaths: Sequence[str], undisturbed: dict[str, list[Any]], config: Path, tmp_path: Path
) -> None:
    assert tell(tmp_path, config, deaths) == undisturbed
    before, after = rebuilt(tmp_path / "ledger.db")
    assert before == after
