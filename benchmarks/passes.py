"""A pass over many leads: what it costs when little changes, side by side at several sizes.

A few hundred leads live through the loop against the emulators; their rows are then multiplied
in the ledger, so that a million leads take minutes. Every size has the same number of changes.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from benchmarks.bench import FORM, START, Bench, bench, files, people, say
from benchmarks.many import multiply
from crmbridge.flows.decide import decide
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.event import Content, Event, Kind
from crmbridge.model.payload import TouchSeen
from crmbridge.store import cursors, leads, totals
from crmbridge.testing.emulator import iso

TEMPLATE = 1000
"""Leads that are played; 3 in 100 ask for a demo, and sales has room for 1 in 100."""
CHANGES = 100


def play(made: Bench) -> None:
    asked = range(0, TEMPLATE, 33)
    made.box.marketing.seed(
        contacts=people(TEMPLATE),
        form_submissions=[
            {
                "formId": FORM,
                "submittedAt": iso(START),
                "values": [{"name": "email", "value": f"p{n}@buyer.example"}],
                "pageUrl": "https://acme.example/demo",
            }
            for n in asked
        ],
    )
    for _ in range(3):
        made.turn()
        made.later(minutes=5)


def cpu(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e3


def median(work: Callable[[], None], times: int = 9) -> float:
    return statistics.median(cpu(work) for _ in range(times))


def touched(made: Bench, ids: list[str], mark: str) -> None:
    """New touches of some leads, as a pull would note them."""
    with made.company.ledger.write("pull") as tx:
        scene = Scene.open(made.company, tx)
        for one in ids:
            ident = f"marketing:form_submissions:{mark}-{one}"
            told = TouchSeen(
                id=ident, kind="form", asset="/blog", channel="organic", value=0, identity=""
            )
            scene.work.emit(
                Event(
                    kind=Kind.OBSERVED,
                    at=scene.now,
                    recorded_at=scene.now,
                    key=ident,
                    lead=one,
                    source="marketing",
                    content=Content(told),
                )
            )
            scene.work.due(one, scene.now, "touch")
        scene.work.flush()


def clocks(made: Bench, ids: list[str]) -> None:
    with made.company.ledger.write("pull") as tx:
        cursors.mark(tx, ((one, made.company.now(), "clock") for one in ids))


def pause_all(made: Bench) -> None:
    """Make the next tick look at the whole line, as any change of a desk does."""
    with made.company.ledger.write("pull") as tx:
        cursors.put_meta(tx, "spigot", {})


def measure(size: int) -> dict[str, float]:
    with bench(files(open_limit=2)) as made:
        play(made)
        multiply(made.company.ledger, size // TEMPLATE)
        decide(made.company)
        with made.company.ledger.read() as tx:
            stages = totals.by_stage(tx)
            quiet_ids = [one for one in leads.in_stages(tx, ["engaged", "known"])][:: size // 1000]
            waiting = len(leads.waiting(tx))
        changed = quiet_ids[:CHANGES]
        found: dict[str, float] = {"leads": sum(stages.values()), "in line": waiting}
        found["nothing to do"] = median(lambda: _decide(made))
        found["1 lead changed"] = _after(made, lambda n: touched(made, changed[:1], f"one{n}"))
        found["100 leads changed"] = _after(made, lambda n: touched(made, changed, f"all{n}"))
        found["100 clocks ran out"] = _after(made, lambda n: clocks(made, changed))
        found["a desk changed"] = _after(made, lambda n: pause_all(made))
        return found


def _decide(made: Bench) -> None:
    with made.company.moment():
        decide(made.company)


def _after(made: Bench, change: Callable[[int], None], times: int = 5) -> float:
    spent = []
    for n in range(times):
        made.box.advance(timedelta(seconds=1))
        change(n)
        spent.append(cpu(lambda: _decide(made)))
    return statistics.median(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    options = parser.parse_args()
    say("ms CPU of one decide pass (median), but for the first two lines")
    side_by_side([measure(size) for size in options.sizes])


def side_by_side(columns: Sequence[Mapping[str, float]]) -> None:
    """Print a line a figure, with a column a size, and the last over the first."""
    for name in columns[0]:
        row = "".join(f"{column[name]:14,.1f}" for column in columns)
        ratio = columns[-1][name] / columns[0][name] if columns[0][name] else 0
        say(f"{name:24}{row}{ratio:10.1f} x")


if __name__ == "__main__":
    main()
