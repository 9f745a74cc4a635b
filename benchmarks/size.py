"""What the ledger takes on disk: bytes a lead when seen, scored and handed off, by table."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from benchmarks.bench import FORM, START, Bench, bench, people, say
from crmbridge.testing.emulator import iso


def pages(made: Bench) -> Counter[str]:
    """Bytes of every table with its indexes, in a copy of the ledger without free pages."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy.db")
        source = closing(sqlite3.connect(made.company.ledger.path))
        with source as db, closing(sqlite3.connect(copy)) as to:
            db.backup(to)
            to.execute("PRAGMA journal_mode=DELETE")
            to.execute("VACUUM")
        with closing(sqlite3.connect(copy)) as db:
            owner = dict(db.execute("SELECT name, tbl_name FROM sqlite_master"))
            found: Counter[str] = Counter()
            for name, size in db.execute(
                "SELECT name, sum(payload + unused) FROM dbstat GROUP BY 1"
            ):
                found[owner.get(name, name)] += size
        found["file"] = copy.stat().st_size
    return found


def told(name: str, made: Bench, before: Counter[str], number: int) -> Counter[str]:
    now = pages(made)
    grown = {key: (now[key] - before[key]) / number for key in now}
    parts = ", ".join(
        f"{key} {size:.0f}"
        for key, size in sorted(grown.items(), key=lambda it: -it[1])
        if size >= 5 and key != "file"
    )
    say(f"{name}: {grown['file']:.0f} bytes a lead more ({parts})")
    return now


def measure(number: int) -> None:
    with bench() as made:
        empty = pages(made)
        made.box.marketing.seed(contacts=people(number))
        made.turn()
        seen = told("seen and scored, both written back", made, empty, number)
        made.box.marketing.seed(
            form_submissions=[
                {
                    "formId": FORM,
                    "submittedAt": iso(START),
                    "values": [{"name": "email", "value": f"p{n}@buyer.example"}],
                    "pageUrl": "https://acme.example/demo",
                }
                for n in range(number)
            ]
        )
        made.later(minutes=1)
        made.turn()
        made.later(minutes=1)
        made.turn()
        told("asked for a demo and handed off", made, seen, number)


def main() -> None:
    measure(200 if "--small" in sys.argv else 2_000)


if __name__ == "__main__":
    main()
