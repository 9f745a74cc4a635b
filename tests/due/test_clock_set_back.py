"""A machine's clock runs ahead for a while and is set right: nobody waits for the jump."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crmbridge.flows.decide import decide
from crmbridge.flows.read.pull import CHANGES, DELETED, pull
from crmbridge.flows.read.reconcile import RECONCILE
from crmbridge.store import cursors
from tests.stages.ahead import Ahead
from tests.stages.play import Play


@pytest.mark.parametrize("days", [0, 1, 3, 400])
@pytest.mark.parametrize("decided", [True, False])
def test_who_came_while_the_clock_ran_ahead_reaches_sales_when_it_is_set_right(
    play: Play, days: int, decided: bool
) -> None:
    right = play.company.clock
    play.company.clock = Ahead(right, timedelta(days=days))
    for side in ("sales", "marketing"):
        pull(play.company, side)
    decide(play.company)
    play.keen("grete@vogel.example")
    with play.company.moment():
        pull(play.company, "marketing")
        if decided:
            decide(play.company)
    play.company.clock = right
    play.later(minutes=5)
    play.turn(2)
    assert play.lead("grete@vogel.example")["LastName"] == "Vogel"
    # reps and deletions were looked for again, not in so many days
    with play.company.ledger.read() as tx:
        rows = cursors.all_cursors(tx)
    assert {"owners", "User"} <= {one.obj for one in rows}
    assert {one.name for one in rows} == {CHANGES, DELETED, RECONCILE}
    assert all(one.updated_at <= right.now() for one in rows)
