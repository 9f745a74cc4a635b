"""What it costs to look: status, the reports, `explain` of a lead in line, a plan with nothing due.

Side by side at several sizes of one made-up ledger (see `many`): the cost must not grow.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from benchmarks.bench import Bench, bench, files, say
from benchmarks.many import multiply
from benchmarks.passes import TEMPLATE, median, play, side_by_side
from crmbridge.flows.decide import decide
from crmbridge.flows.explain import explain
from crmbridge.flows.operate.plan import plan
from crmbridge.report.operate.status import status
from crmbridge.report.qualify import funnel
from crmbridge.report.recycle import reasons
from crmbridge.report.revenue import sources
from crmbridge.store import leads
from crmbridge.store.table import Tx


def measure(size: int) -> dict[str, float]:
    """Milliseconds of CPU by what was looked at, each the median of nine."""
    with bench(files(open_limit=2)) as made:
        play(made)
        multiply(made.company.ledger, size // TEMPLATE)
        for _ in range(2):
            with made.company.moment():
                decide(made.company)
        company = made.company
        with company.ledger.read() as tx:
            waiting = leads.waiting(tx)
            found: dict[str, float] = {"leads": size, "in line": len(waiting)}
        with company.moment():
            found["status"] = median(_told(lambda: status(company)))
            for report in (funnel, reasons, sources):
                found[f"report: {report.__name__}"] = _read(made, report)
            one = waiting[len(waiting) // 2].id
            found["explain, in line"] = _read(made, lambda tx: explain(company, tx, one))
            found["plan, nothing due"] = median(_told(lambda: plan(company)))
    return found


def _read(made: Bench, look: Callable[[Tx], object]) -> float:
    def once() -> None:
        with made.company.ledger.read() as tx:
            look(tx)

    return median(once)


def _told(look: Callable[[], object]) -> Callable[[], None]:
    def once() -> None:
        look()

    return once


def main() -> None:
    """Print the figures of each size, and the last over the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    say("ms CPU (median), but for the first two lines")
    side_by_side([measure(size) for size in parser.parse_args().sizes])


if __name__ == "__main__":
    main()
