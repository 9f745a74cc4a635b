"""Work that stands still without a reason is told, since when, and its end is told once."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.daemon import operators, stuck
from crmbridge.daemon.desk import Desk
from crmbridge.daemon.pace import Pace
from crmbridge.flows.decide import decide
from crmbridge.flows.deliver import drain
from crmbridge.flows.operate.turn import arm
from crmbridge.flows.read.pull import pull
from crmbridge.store import alarms, cursors
from crmbridge.testing.interleave.engine import DrawnEngine, Household
from crmbridge.testing.interleave.house import House, house
from tests.stages.places import START
from tests.stages.play import Play, example

PATIENCE = 0.2
OLD = "UPDATE op SET created_at = created_at - 5000"


class Scene:
    """A company that owes a hand-off and sends nothing, and its daemon's desk."""

    def __init__(self, home: House, desk: Desk) -> None:
        self.home, self.desk = home, desk
        desk.pace = Pace(patience=PATIENCE)
        desk.tried = {"marketing", "sales"}
        play = Play(company=home.company, box=home.box)
        play.keen("grete@vogel.example")
        for side in ("marketing", "sales"):
            pull(home.company, side, sleep=lambda _: None)
        self.seen()

    def seen(self) -> None:
        self.desk.seen |= dict.fromkeys(("marketing", "sales"), time.monotonic())

    def sql(self, text: str) -> None:
        with self.home.ledger.write("test") as tx:
            tx.conn.exec_driver_sql(text)

    def watched(self) -> dict[str, str]:
        """Look twice, longer apart than the daemon's patience; what stands, by what it is about."""
        for _ in range(2):
            self.desk.watched = -math.inf
            stuck.watch(self.desk)
            time.sleep(PATIENCE * 1.2)  # what is tested is that time passes
        self.desk.watched = -math.inf
        stuck.watch(self.desk)
        operators.tell(self.desk)
        return {about: one["state"] for about, one in self.desk.alarms.items()}

    def told(self) -> list[str]:
        path = self.home.ledger.home / "messages.txt"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [one for one in lines if one.startswith("crmbridge acme: ")]

    def send(self) -> None:
        for side in ("marketing", "sales"):
            drain(self.home.company, side, sleep=lambda _: None)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with house(example(), tmp_path / "ledger.db", at=START) as home:
        arm(home.company)
        made = Household(home, DrawnEngine(seed=1))
        try:
            yield Scene(home, made.desk)
        finally:
            made.close()


def test_writes_that_nothing_holds_up_are_told_with_their_number_and_their_end_once(
    scene: Scene,
) -> None:
    decide(scene.home.company)
    scene.sql(OLD)
    scene.seen()
    assert scene.watched() == {"marketing": "stuck", "sales": "stuck"}
    alarm = scene.desk.alarms["sales"]
    assert alarm["message"] == "writes that could have gone, and did not: 1"
    with scene.home.ledger.read() as tx:
        assert alarms.alarms(tx)["sales"]["state"] == "stuck"
    assert len(scene.told()) == 2
    scene.send()
    decide(scene.home.company)
    scene.seen()
    assert scene.watched() == {}
    assert sorted(scene.told()[2:]) == [
        "crmbridge acme: marketing is well again",
        "crmbridge acme: sales is well again",
    ]


@pytest.mark.parametrize(
    "why",
    [
        "UPDATE op SET state = 'held'",
        "UPDATE op SET state = 'later', not_before = NOW + 3600",
        "UPDATE op SET state = 'unknown', not_before = NOW + 3600",
        "UPDATE op SET state = 'sending', sent_at = NOW + 3600",
        "UPDATE op SET state = 'done'",
    ],
)
def test_what_waits_for_a_reason_is_not_stuck(scene: Scene, why: str) -> None:
    decide(scene.home.company)
    scene.sql(OLD)
    scene.sql(why.replace("NOW", str(time.time())))
    scene.watched()
    assert "sales" not in {k for k, one in scene.desk.troubles.items() if one["state"] == "stuck"}
    assert scene.told() == []


def test_a_system_that_is_away_is_told_as_that_and_not_as_stuck(scene: Scene) -> None:
    decide(scene.home.company)
    scene.sql(OLD)
    for side in ("marketing", "sales"):
        scene.desk.ways[side, "out"].state = "away"
    assert scene.watched() == {}


def test_a_lead_that_is_due_and_not_decided_about_is_told(scene: Scene) -> None:
    assert scene.watched() == {"decide": "stuck"}
    assert (
        "leads that are due, and are not decided about: 1" in scene.desk.alarms["decide"]["message"]
    )
    decide(scene.home.company)
    scene.send()
    scene.seen()
    decide(scene.home.company)
    assert scene.watched() == {}
    assert scene.told() == [
        "crmbridge acme: decide is stuck",
        "crmbridge acme: decide is well again",
    ]


def test_looks_that_do_not_end_are_told_and_a_cursor_that_moves_is_none(scene: Scene) -> None:
    decide(scene.home.company)
    scene.send()
    decide(scene.home.company)
    files = scene.home.company.mapping
    for side in (files.marketing, files.sales):
        assert side.every > 0
    scene.desk.pace = Pace(patience=PATIENCE, idle=0.0)
    for number in range(3):
        with scene.home.ledger.write("test") as tx:
            at = cursors.all_cursors(tx)[0]
            moved = cursors.Cursor(
                **{name: getattr(at, name) for name in ("system", "obj", "name", "updated_at")},
                position=f"{at.position}{number}",
            )
            cursors.put_cursor(tx, moved)
        scene.seen()
        scene.desk.watched = -math.inf
        stuck.watch(scene.desk)
        time.sleep(PATIENCE * 0.6)  # shorter than the daemon's patience
    assert scene.desk.alarms == {}
    assert scene.watched() == {"marketing": "stuck", "sales": "stuck"}
    assert "no look at it has ended" in scene.desk.alarms["sales"]["message"]


def test_a_way_to_operators_that_is_down_is_tried_again_and_holds_up_no_other(
    scene: Scene, tmp_path: Path
) -> None:
    path = scene.home.ledger.home / "messages.txt"
    path.mkdir()
    scene.watched()
    assert scene.desk.word == {"file": {}}
    path.rmdir()
    scene.desk.ways["messages.file", "operators"].retry()
    operators.tell(scene.desk)
    assert scene.told() == ["crmbridge acme: decide is stuck"]
    operators.tell(scene.desk)
    assert len(scene.told()) == 1
    with scene.home.ledger.read() as tx:
        assert list(alarms.told(tx)["file"]) == ["decide"]
