"""A lead that is merged into another while a write of it is on its way: nothing falls apart."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crmbridge.flows.decide import decide
from crmbridge.flows.deliver.settle import settlement
from crmbridge.flows.read.pull import pull
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import Stage
from crmbridge.model.record import Outcome, Written
from crmbridge.store import leads, outbox
from crmbridge.store.outbox import Op, State
from crmbridge.store.schema import op as table
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import look, ready, rebuilds_equal, rest, retouch


def _op(play: Play, lead: str, system: str) -> Op:
    with play.company.ledger.read() as tx:
        found = tx.conn.execute(
            select(table.c.id).where(table.c.lead == lead, table.c.state == State.INTENT)
        ).scalars()
        return next(one for one in outbox.get(tx, found).values() if one.system == system)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("to", ["", "another"])
@pytest.mark.parametrize("system", ["sales", "marketing"])
def test_what_a_write_came_to_is_the_survivors(
    play: Play, outcome: Outcome, to: str, system: str
) -> None:
    ready(play, "jo", "al")
    rest(play)
    play.later(minutes=5)
    ids = {email: play.person(email)["crmbridge_id"] for email in (JO, AL)}
    row = {email: play.lead(email)["Id"] for email in (JO, AL)}
    if system == "sales":
        retouch(play, JO, country="DE")
    else:
        play.box.sales.act("reject", id=row[JO])
    look(play)
    sent = _op(play, ids[JO], system)  # it is on its way
    play.box.sales.act("merge", winner=row[AL], losers=[row[JO]])
    play.later(minutes=1)
    pull(play.company, "sales", sleep=lambda _s: None)
    with play.company.ledger.write("drain") as tx:
        moved = (sent.obj, row[AL]) if to and system == "sales" else None
        written = Written(op=sent.id, outcome=outcome, id=sent.remote_id, moved_to=moved)
        settlement(Scene.open(play.company, tx), sent, written, 60.0)
        scene = Scene.open(play.company, tx)
        scene.work.flush()
    assert rebuilds_equal(play)
    with play.company.ledger.read() as tx:
        scene = Scene.open(play.company, tx)
        tombs = [one for one in ids.values() if scene.work.lifecycle(one).stage is Stage.MERGED]
        assert tombs == [ids[JO]]
        assert leads.refs_of(tx, tombs) == {}
    decide(play.company)
    assert rebuilds_equal(play)
