"""Held work calls the people and teams of sales by name, where teams.toml has one."""

from __future__ import annotations

from crmbridge.store import held
from tests.stages.line import Line
from tests.web.site import caller, happening, served


def test_a_piece_names_reps_and_teams_as_people_call_them(bare: Line) -> None:
    with happening(bare) as world:
        ids = {"rep": "ann", "teams": ["dach", "gone"], "reps": ["bob"]}
        with world.company.ledger.write("test") as tx:
            held.put(tx, "hand_on_waits", advice="Look.", detail=ids, at=world.clock.now())
        with world.company.ledger.read() as tx:
            (row,) = held.find(tx)
    with served(bare) as url, caller(url) as somebody:
        said = somebody.text(f"/c/acme/attention/{row.id}")
    assert "Ann Becker" in said
    assert "Bob Lindner" in said
    assert "Germany, Austria, Switzerland, gone" in said
