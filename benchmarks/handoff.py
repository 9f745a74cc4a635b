"""What a lead costs that asks for sales: decided, delivered, decided again; CPU in units.

A unit is the parsing of one vendor record of 1.1 kB, timed beside the work, so that figures travel
from one machine to another.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from benchmarks.bench import FORM, Bench, bench, filled, people, say
from crmbridge.flows.decide import decide
from crmbridge.flows.deliver import drain
from crmbridge.flows.read.pull import pull
from crmbridge.testing.emulator import iso

RECORD = json.dumps(filled(1)[0] | {"note": "x" * 200})
"""1.1 kB, as a vendor tells a contact."""


def unit() -> float:
    """Seconds of CPU for parsing one record."""
    before = time.process_time()
    for _ in range(2000):
        json.loads(RECORD)
    return (time.process_time() - before) / 2000


def ask(made: Bench, number: int, page: str) -> None:
    made.box.marketing.seed(
        form_submissions=[
            {
                "formId": FORM,
                "submittedAt": iso(made.company.now()),
                "values": [{"name": "email", "value": f"p{n}@buyer.example"}],
                "pageUrl": f"https://acme.example/{page}",
            }
            for n in range(number)
        ]
    )


def step(made: Bench, name: str, number: int, work: Callable[[], object]) -> None:
    one = min(unit() for _ in range(3))
    # the emulators are threads of this process: what they spend is the vendors'
    before = time.thread_time()
    with made.company.moment():
        work()
    spent = time.thread_time() - before
    say(f"  {name:32} {spent / number / one:6.0f} units a lead")


def measure(number: int) -> None:
    with bench() as made:
        company = made.company
        made.box.marketing.seed(contacts=people(number))
        made.turn()
        made.later(minutes=1)
        ask(made, number, "demo")
        say(f"{number} leads, all of which ask for a demo and are handed off")
        step(made, "pull their forms", number, lambda: pull(company, "marketing"))
        step(made, "decide", number, lambda: decide(company, whole=True))
        step(made, "deliver to sales (created)", number, lambda: drain(company, "sales"))
        step(made, "deliver to marketing (updated)", number, lambda: drain(company, "marketing"))
        step(made, "decide after the acknowledgement", number, lambda: decide(company, whole=True))
        # an hour later the first clock of each is due soon, a minute after that it is over; of both
        # reps are told, and once more nobody is told of anything
        for name, wait in (("due soon", 60), ("overdue", 1), ("at rest", 1)):
            made.turn()
            made.later(minutes=wait)
            ask(made, number, "guide")
            pull(company, "marketing")
            again = f"decide after a touch, {name}"
            step(made, again, number, lambda: decide(company, whole=True))


def main() -> None:
    measure(100 if "--small" in sys.argv else 500)


if __name__ == "__main__":
    main()
