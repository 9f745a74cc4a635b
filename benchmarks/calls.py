"""Calls: creating 8,000 leads, a quiet turn, and 100 changes among 10,000 and 100,000 records."""

from __future__ import annotations

import sys

from benchmarks.bench import FORM, START, Bench, bench, people, say
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
        made.forget()
        made.turn()
        calls = made.calls()
        writes = sum(
            n
            for route, n in calls["salesforce"].items()
            if "composite/sobjects" in route and route.startswith(("PATCH", "POST"))
        )
        say(f"creating {number} leads: {len(made.box.sales.state('Lead'))} in Salesforce")
        say(f"  write calls on Lead: {writes} (minimum {-(-number // 200)})")
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
