"""Calls: handing 8,000 leads off, a quiet turn, and 100 changes among 10,000 and 100,000 records.

A hand-off makes a lead in Salesforce and writes back to HubSpot; what each takes is told in calls
per 1,000 rows.
"""

from __future__ import annotations

import sys

from benchmarks.bench import FORM, START, Bench, bench, people, say
from crmbridge.flows.decide import decide
from crmbridge.flows.deliver import drain
from crmbridge.flows.read.pull import pull
from crmbridge.testing.emulator import iso


def create(number: int) -> None:
    with bench() as made:
        made.box.marketing.seed(
            contacts=people(number),
            form_submissions=[
                {
                    "formId": FORM,
                    "submittedAt": iso(START),
                    "values": [{"name": "email", "value": f"p{n}@buyer.example"}],
                    "pageUrl": "https://acme.example/demo",
                }
                for n in range(number)
            ],
        )
        pull(made.company, "marketing")
        decide(made.company, whole=True)
        say(f"{number} leads, all of which ask for a demo and are handed off")
        write(made, "sales", "salesforce", "Salesforce creates")
        say(f"  {len(made.box.sales.state('Lead'))} leads are in Salesforce")
        write(made, "marketing", "hubspot", "HubSpot write-backs")


def write(made: Bench, side: str, vendor: str, what: str) -> None:
    """Deliver what one system is owed; what that took in calls, look-ups and read-backs too."""
    made.forget()
    done = drain(made.company, side).done
    calls = sum(made.calls()[vendor].values())
    say(f"{what}: {1000 * calls / done:.1f} calls per 1,000 ({calls} for {done})")
    table(made)


def table(made: Bench) -> None:
    for vendor, counts in made.calls().items():
        for route, number in sorted(counts.items()):
            say(f"  {vendor:10} {number:6}  {route}")


def quiet_and_changes(number: int) -> None:
    with bench() as made:
        made.box.marketing.seed(contacts=people(number))
        made.turn()
        made.later(minutes=30)
        made.turn()
        made.later(minutes=10)
        made.forget()
        made.turn()
        quiet = {vendor: sum(counts.values()) for vendor, counts in made.calls().items()}
        say(f"{number} records, nothing to do: {quiet}")
        ids = [row["id"] for row in made.box.marketing.state("contacts")[: number : number // 100]]
        for ident in ids[:100]:
            made.box.marketing.act("edit", object="contacts", id=ident, properties={"city": "Ulm"})
        made.later(minutes=10)
        made.forget()
        made.turn()
        busy = {vendor: sum(counts.values()) for vendor, counts in made.calls().items()}
        say(f"{number} records, 100 changed: {busy}")


def main() -> None:
    small = "--small" in sys.argv
    create(800 if small else 8000)
    for number in (1_000, 2_000) if small else (10_000, 100_000):
        quiet_and_changes(number)


if __name__ == "__main__":
    main()
