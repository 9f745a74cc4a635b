"""Deliveries to both systems find that the writer stopped: it is noted once, whoever is first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

from crmbridge.daemon import writer
from crmbridge.flows.decide import decide
from crmbridge.flows.deliver import drain
from crmbridge.flows.operate.turn import arm
from crmbridge.flows.read.pull import pull
from crmbridge.testing.interleave.engine import DrawnEngine, Household
from crmbridge.testing.interleave.house import house
from tests.limits.stage import limited
from tests.stages.logged import logged
from tests.stages.places import START
from tests.stages.play import Play, example

THREADS = 8


def test_a_stop_that_several_threads_find_at_once_is_noted_once(tmp_path: Path) -> None:
    with house(limited(example(), creates=(1, 9)), tmp_path / "ledger.db", at=START) as home:
        company = home.company
        arm(company)
        play = Play(company=company, box=home.box)
        for name in ("jo", "al"):
            play.keen(f"{name}@vogel.example")
        for side in ("marketing", "sales"):
            pull(company, side, sleep=lambda _: None)
        decide(company)
        assert [one.kind for one in drain(company, "sales", sleep=lambda _: None).over] == [
            "creates"
        ]
        made = Household(home, DrawnEngine(seed=1))
        try:
            with logged() as stream:
                _at_once(lambda: writer.note(made.desk, company))
            assert stream.getvalue().count('"event": "writer stopped"') == 1
            assert writer.stopped(made.desk)
        finally:
            made.close()


def _at_once(step: Callable[[], None]) -> None:
    gate = Barrier(THREADS)

    def run() -> None:
        gate.wait()
        step()

    threads = [Thread(target=run) for _ in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
