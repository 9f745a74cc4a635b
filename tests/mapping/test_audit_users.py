"""Reps who are found by the id of their user: what the sales system says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmbridge.flows.operate.survey import survey
from tests.stages.owners import ANN, BOB, company
from tests.stages.play import Play, begun

HERS = "005000000000077AAA"
BY_ID = ANN | {"user": HERS}


def _said(play: Play) -> list[str]:
    found = survey(play.company, "sales")
    return [f"{one.where}.{one.line}: {one.what}" for one in found if "teams.toml" in one.where]


def test_a_user_who_is_there_is_no_finding(tmp_path: Path) -> None:
    with begun(company(BY_ID), tmp_path) as play:
        assert _said(play) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"IsActive": False}, "this user is inactive"),
        ({"UserType": "CsnOnly"}, "this user is of a kind that cannot own leads"),
    ],
)
def test_a_user_who_cannot_own_leads_is_told(
    tmp_path: Path, values: dict[str, Any], said: str
) -> None:
    with begun(company(BY_ID), tmp_path) as play:
        play.box.sales.act("edit", object="User", id=HERS, fields=values)
        assert _said(play) == [f"teams.toml reps.ann.user: {said}"]


def test_an_id_that_no_user_has_is_told(tmp_path: Path) -> None:
    files = company(BY_ID)
    with begun(files, tmp_path) as play:
        play.company.teams = company(BY_ID | {"user": "005000000000078AAA"}).teams
        assert _said(play) == ["teams.toml reps.ann.user: no user has this id"]


def test_one_user_as_two_reps_is_told(tmp_path: Path) -> None:
    theirs = BY_ID | {"email": "ann.other@acme.example"}
    with begun(company(theirs, BOB), tmp_path) as play:
        play.box.sales.act("edit", object="User", id=HERS, fields={"Email": "twin@acme.example"})
        twin = BOB | {"email": "twin@acme.example"}
        play.company.teams = company(theirs, twin).teams
        (said,) = _said(play)
        assert said.startswith("teams.toml reps.bob.email: the user with this address is rep 'ann'")
