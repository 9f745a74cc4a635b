"""Several records of one person in one system: when one goes, the others are asked about still."""

from __future__ import annotations

from itertools import combinations

import pytest

from tests.stages.play import Play
from tests.stages.rest import holds, ready, rebuilds_equal, rest

NAMES = ("jo", "al", "bo", "em")


def _address(name: str) -> str:
    return f"{name}@buyer.example"


def _one_person(play: Play, names: tuple[str, ...]) -> dict[str, str]:
    """Each is known to both systems, and sales converts all into one contact; their contacts."""
    ready(play, *names)
    rest(play)
    play.later(minutes=5)
    first, *more = (play.lead(_address(name))["Id"] for name in names)
    play.box.sales.act("convert", id=first, opportunity=False)
    (contact,) = play.sf("Contact")
    into = {"account": contact["AccountId"], "contact": contact["Id"], "opportunity": False}
    for lead in more:
        play.box.sales.act("convert", id=lead, **into)
    _on(play)
    ids = {name: play.person(_address(name))["id"] for name in names}
    assert _asked_about(play) == set(ids.values())
    return ids


def _on(play: Play, **more: float) -> None:
    for _ in range(2):
        play.later(**(more or {"minutes": 5}))
        rest(play)


def _asked_about(play: Play) -> set[str]:
    """The records of marketing that a person is asked about."""
    return {
        row.detail[name].split(":")[-1]
        for row in holds(play)
        if row.kind == "two_records"
        for name in ("record", "other")
    }


@pytest.mark.parametrize("gone", [some for n in (1, 2) for some in combinations(NAMES, n)])
def test_some_of_them_are_deleted(play: Play, gone: tuple[str, ...]) -> None:
    ids = _one_person(play, NAMES)
    for name in gone:
        play.box.marketing.act("archive", object="contacts", id=ids.pop(name))
    _on(play, days=1)
    assert _asked_about(play) == set(ids.values())
    assert rebuilds_equal(play)


@pytest.mark.parametrize(
    ("names", "gone"),
    [(names, gone) for n in (2, 4) for names in combinations(NAMES, n) for gone in names],
)
def test_one_is_merged_into_somebody_elses(play: Play, names: tuple[str, ...], gone: str) -> None:
    ids = _one_person(play, names)
    other = play.contact(_address("info"), lastname="Info")
    _on(play)
    play.box.marketing.act("merge", primary=other, other=ids.pop(gone))
    _on(play)
    survivor = play.person(_address("info"))["id"]  # HubSpot gives it a new one
    assert _asked_about(play) == {*ids.values(), survivor}
    assert rebuilds_equal(play)
    _on(play)
    assert _asked_about(play) == {*ids.values(), survivor}
