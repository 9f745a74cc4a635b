"""The reason for which a lead waits is true of its team as it is, wherever it is told."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.flows.explain.room import room_told
from crmbridge.flows.routing.what_if import capacity
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.report.explain.routing import room
from crmbridge.report.routing import lead_row
from tests.routing.stage import lined
from tests.routing.test_flow_line import as_kept

SAID = "it is below what the team lets through now"


@pytest.mark.parametrize(
    ("reps", "bar", "fill", "passes"),
    [
        ([{"id": "ann", "open_limit": 9}], [{"below": 1, "min_rating": "hot"}], "0", "hot"),
        ([{"id": "ann", "open_limit": 9}], [{"below": 1, "grades": ["B1"]}], "0", "B1"),
        ([{"id": "ann", "open_limit": 0}], [{"below": "1/2", "min_rating": "cold"}], "1", ""),
        (
            [{"id": "ann", "open_limit": 9, "on": False}],
            [{"below": 1, "min_rating": "cold"}],
            "1",
            "",
        ),
    ],
)
def test_who_is_below_the_bar_is_not_told_that_the_team_is_full(
    reps: list[dict[str, Any]], bar: list[dict[str, Any]], fill: str, passes: str
) -> None:
    with lined(reps, bar=bar) as line:
        line.arrive(1)
        as_kept(line.company)
        line.tick()
        with line.company.ledger.read() as tx:
            whole = capacity(line.company, tx)
            scene = Scene.open(line.company, tx)
            told = room_told(scene, view(scene, "lead0001"), [], "")
            explained = list(room({"capacity": told, "org": None}))
        (row,) = whole["line"]
        assert (row["reason"], whole["teams"][0]["fill"]) == ("below_bar", fill)
        assert passes in whole["teams"][0]["passes"]
        assert lead_row(row)[-1] == SAID
        assert explained[0].endswith(f": {SAID}")
