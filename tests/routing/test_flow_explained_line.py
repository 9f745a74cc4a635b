"""What `explain` says of a lead in line is what `capacity show` says, without reading the line."""

from __future__ import annotations

from crmbridge.flows.explain.room import room_told
from crmbridge.flows.routing.what_if import capacity
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from tests.routing.stage import Line, lined
from tests.routing.test_flow_line import as_kept, statements

TEAM = (("team_name", "name"), *((one, one) for one in ("fill", "passes", "per_day")))
FULL = [{"id": "ann", "open_limit": 0}, {"id": "bob", "open_limit": 1, "per_day": 1}]


def told(line_: Line, lead: str) -> dict[str, object]:
    with line_.company.ledger.read() as tx:
        scene = Scene.open(line_.company, tx)
        found = room_told(scene, view(scene, lead), [], "")["line"]
    assert isinstance(found, dict)
    return found


def test_a_lead_in_line_hears_of_its_team_what_capacity_tells() -> None:
    with lined(FULL) as line_:
        line_.arrive(4)
        as_kept(line_.company)
        line_.tick()
        with line_.company.ledger.read() as tx:
            whole = capacity(line_.company, tx)
        assert len(whole["line"]) == 3
        teams = {one["team"]: one for one in whole["teams"]}
        for row in whole["line"]:
            line = told(line_, row["lead"])
            team = teams[row["team"]]
            assert line["team"] == row["team"] != ""
            assert line["given_today"] == team["today"]
            assert [line[mine] for mine, its in TEAM] == [team[its] for _, its in TEAM]
            assert [one["rep"] for one in line["reps"]] == ["ann", "bob"]


def test_to_explain_one_lead_takes_as_many_statements_however_many_wait() -> None:
    with lined(FULL) as line_:
        line_.arrive(3)
        as_kept(line_.company)
        line_.tick()
        with statements(line_.company) as few:
            told(line_, "lead0003")
        line_.arrive(40)
        as_kept(line_.company)
        with statements(line_.company) as many:
            told(line_, "lead0003")
        assert len(many) == len(few)
        assert not [one for one in many if "FROM queue" in one or "JOIN queue" in one]
