"""Tables: reading 300,000 rows by stamp, by comparison and from a file, then again when quiet."""

from __future__ import annotations

import csv
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bench import say
from crmbridge.registry import connector

ROWS = 300_000
COLUMNS = ("id", "email", "name", "company", "country", "visits", "updated")
CHANGED = 100


def rows(number: int) -> Iterator[tuple[Any, ...]]:
    for n in range(number):
        yield (n, f"p{n}@buyer.example", f"Name {n}", f"Firm {n % 5000}", "Germany", n % 50, STAMP)


STAMP = "2026-01-01 00:00:00"
"""Of all rows: a nightly load gives them one."""


def database(path: Path, number: int) -> None:
    kinds = ["INTEGER PRIMARY KEY", *["TEXT"] * 4, "INTEGER", "DATETIME NOT NULL"]
    with closing(sqlite3.connect(path)) as db:
        columns = ", ".join(map(" ".join, zip(COLUMNS, kinds, strict=True)))
        db.execute(f"CREATE TABLE people ({columns})")
        db.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)", rows(number))
        db.execute("CREATE INDEX by_stamp ON people (updated, id)")
        db.commit()


def file(path: Path, number: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows(rows(number))


def change(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "UPDATE people SET name = name || '!', updated = '2026-01-02 00:00:00'"
            f" WHERE id % {ROWS // CHANGED} = 0"
        )
        db.commit()


def measured(what: str, tables: Any, since: str | None) -> str:
    began, given = time.process_time(), 0
    for page in tables.read("people", COLUMNS[1:6], since):
        given += len(page.records)
        since = page.cursor
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"  {what:22} {given:8} rows  {spent:6.2f} s CPU  {peak:5.0f} MB at most")
    return since or ""


def run(what: str, credentials: Mapping[str, str], table: Mapping[str, Any], path: Path) -> None:
    say(what)
    tables: Any = connector("tables")(credentials, {"tables": {"people": table}}, None)
    cursor = measured("all", tables, None)
    cursor = measured("quiet", tables, cursor)
    if path.suffix == ".db":
        change(path)
        measured(f"{CHANGED} changed", tables, cursor)
    tables.close()


def main() -> None:
    number = 3_000 if "--small" in sys.argv else ROWS
    with TemporaryDirectory() as home:
        base, export = Path(home) / "people.db", Path(home) / "people.csv"
        database(base, number)
        file(export, number)
        url = {"DATABASE_URL": f"sqlite:///{base}"}
        run("a table with a stamp, one for all", url, {"stamp": "updated"}, base)
        run("a table without", url, {}, base)
        time.sleep(2.1)  # a younger file is looked at again
        run("a CSV file", {"FOLDER": home}, {}, export)


if __name__ == "__main__":
    main()
