"""Reps whom the teams file learns of: what they have open counts for them, and is theirs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crmbridge.flows.operate.turn import arm
from crmbridge.flows.reps.presence import open_work
from crmbridge.flows.scene.scene import Scene
from crmbridge.store import anew
from tests.stages.play import Play, begun, example
from tests.stages.rest import rebuilds_equal, rest


def open_of(play: Play, rep: str) -> int:
    with play.company.ledger.read() as tx:
        return open_work(Scene.open(play.company, tx)).get(rep, 0)


def test_the_open_leads_of_a_rep_who_comes_into_the_teams_file_are_theirs(tmp_path: Path) -> None:
    files = example()
    with begun(files, tmp_path) as play:
        whole = play.company.teams
        user = next(one for one in play.sf("User") if one["Email"].startswith("ann."))
        for n in range(3):
            lead = {"LastName": "Kern", "Company": f"C{n}", "Email": f"p{n}@c{n}.example"}
            play.box.sales.seed(Lead=[lead | {"OwnerId": user["Id"]}])
        without = [team.model_copy(update={"reps": team.reps[1:]}) for team in whole.teams[:1]]
        play.company = replace(
            play.company, teams=whole.model_copy(update={"teams": (*without, *whole.teams[1:])})
        )
        rest(play)
        arm(play.company)
        rest(play)
        assert (open_of(play, "ann"), open_of(play, f"sales:{user['Id']}")) == (0, 3)
        play.company = replace(play.company, teams=whole)
        rest(play)
        assert (open_of(play, "ann"), open_of(play, f"sales:{user['Id']}")) == (3, 0)
        with play.company.ledger.read() as tx:
            assert not anew.under_way(tx)
        assert rebuilds_equal(play)
