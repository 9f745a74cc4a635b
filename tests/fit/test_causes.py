"""A piece of held work of more leads than it can name."""

from __future__ import annotations

from crmbridge.flows.fit.advice import REFUSED
from crmbridge.flows.fit.causes import MOST, Cause, Causes
from crmbridge.flows.held.answers import shown
from crmbridge.flows.scene.scene import Scene
from crmbridge.store import anew
from tests.fit.stage import causes
from tests.stages.play import Play

CAUSE = Cause(kind=REFUSED, system="sales", obj="Lead", field="Title", code="NO", message="no")
MANY = MOST + 100


def test_more_leads_than_are_named_are_counted_and_all_looked_at_in_the_end(play: Play) -> None:
    with play.company.ledger.write("test") as tx:
        scene = Scene.open(play.company, tx)
        for n in range(MANY):
            Causes.of(scene).join(CAUSE, f"{n:032x}")
            Causes.of(scene).join(CAUSE, f"{0:032x}")
        scene.work.flush()
    (one,) = causes(play)
    assert (one.count, len(one.detail["leads"])) == (MANY, MOST)
    assert f"{MANY} leads" in one.advice
    assert len(shown(one)["detail"]["leads"]) == 30
    with play.company.ledger.write("test") as tx:
        scene = Scene.open(play.company, tx)
        for n in range(MOST):
            (row,) = Causes.of(scene).open()
            assert row.count == MANY - n
            Causes.of(scene).leave(row, f"{n:032x}")
        scene.work.flush()
        assert anew.under_way(tx)["why"] == "held work ended"
    assert causes(play) == []
