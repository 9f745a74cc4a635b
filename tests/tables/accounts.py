"""A SQLite database and a folder of CSV files, for the contract and for the tests of tables."""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from connectors.tables import Tables
from crmbridge.model.record import Value
from crmbridge.testing.contract import Account, Fault, Trouble
from crmbridge.testing.contract.account import HARD, SENTINELS
from tests.tables.faulty import CODES, RULES

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
TYPES = {
    "visits": "int",
    "score": "decimal",
    "caller": "bool",
    "next_at": "date",
    "seen_at": "datetime",
    "topics": "multi",
}
TYPED: Mapping[str, Value] = {
    "title": "Head of O'Brien \\ Co, “Ü”;\nEU",
    "visits": 7,
    "score": Decimal("12.5"),
    "caller": True,
    "next_at": date(2026, 12, 24),
    "seen_at": datetime(2026, 11, 1, 8, 30, 15, 250_000, tzinfo=UTC),
    "topics": ("a", "c"),
}
COLUMNS = ("id", "crmbridge_id", "first_name", "email", *TYPED)
SCHEMA = """
CREATE TABLE people (
  id INTEGER PRIMARY KEY, crmbridge_id VARCHAR(64) UNIQUE, first_name VARCHAR(100), email TEXT,
  title VARCHAR(200), visits INTEGER, score NUMERIC(12, 4), caller BOOLEAN, next_at DATE,
  seen_at DATETIME, topics TEXT, updated_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
)
"""


class TableAccount(Account):
    """What both have in common."""

    obj = "people"
    fields: ClassVar[tuple[str, ...]] = ("first_name", "email", "title", "visits")
    name_field = "first_name"
    email_field = "email"
    many = 180
    typed = TYPED
    bad: ClassVar[Mapping[str, Value]] = {"visits": f"many {SENTINELS[0]}"}
    tells_last = False
    hard: ClassVar[Mapping[str, Sequence[str]]] = {"first_name": HARD}
    costs: ClassVar[Mapping[str, int]] = {}
    table: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, folder: Path) -> None:
        self.home = folder / f"{SENTINELS[2]}"
        self.home.mkdir()
        self.now = NOW
        self._number = 0

    def connect(self, *, patience: float | None = None, **options: Any) -> Tables:
        limits = {} if patience is None else {"limits": {"timeout": max(1, int(patience))}}
        table = {"key": "id", "types": TYPES, **self.table, **options.pop("table", {})}
        config = {"write": True, "page_size": 50, "key_field": "crmbridge_id", **limits, **options}
        return Tables(
            self.credentials(), {"tables": {"people": table}, **config}, now=lambda: self.now
        )

    def build(self, credentials: Mapping[str, str]) -> Tables:
        return Tables(credentials, {"tables": {"people": {}}})

    def settle(self) -> None:
        self.now += timedelta(seconds=400)

    def merge(self, winner: str, loser: str) -> str:
        raise LookupError("a table knows no merges")

    def people(self, count: int) -> list[dict[str, Any]]:
        first = self._number + 1
        self._number += count
        return [
            {
                "id": number,
                "first_name": f"{SENTINELS[0]} {number}",
                "email": f"p{number}.{SENTINELS[1]}@example.com",
            }
            for number in range(first, first + count)
        ]


class DatabaseAccount(TableAccount):
    """A SQLite file behind a driver that fails when told."""

    table: ClassVar[Mapping[str, Any]] = {"stamp": "updated_at", "types": {"topics": "multi"}}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        RULES.use(())
        self.path = self.home / "people.db"
        self.db = sqlite3.connect(self.path, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute(SCHEMA)

    def close(self) -> None:
        RULES.use(())
        self.db.close()

    def credentials(self) -> Mapping[str, str]:
        return {"DATABASE_URL": f"sqlite+faulty:///{self.path}"}

    def stamp(self) -> str:
        return self.now.strftime("%Y-%m-%d %H:%M:%S")

    def seed(self, count: int) -> list[str]:
        made = self.people(count)
        rows = [(one["id"], one["first_name"], one["email"], self.stamp()) for one in made]
        self.db.executemany(
            "INSERT INTO people (id, first_name, email, updated_at) VALUES (?, ?, ?, ?)", rows
        )
        return [str(one["id"]) for one in made]

    def edit(self, record: str, name: str) -> None:
        self.db.execute(
            "UPDATE people SET first_name = ?, updated_at = ? WHERE id = ?",
            (name, self.stamp(), int(record)),
        )

    def delete(self, record: str) -> None:
        self.db.execute("DELETE FROM people WHERE id = ?", (int(record),))

    def suffers(self, fault: Fault) -> bool:
        return fault.trouble in CODES and fault.retry_after is None

    def fault(self, rules: Sequence[Fault]) -> None:
        RULES.use(rules)

    def truth(self) -> Mapping[str, Mapping[str, object]]:
        return {str(row["id"]): dict(row) for row in self.db.execute("SELECT * FROM people")}

    def calls(self) -> int:
        return RULES.statements


class UnstampedAccount(DatabaseAccount):
    """The same without a column that says when a row changed."""

    table: ClassVar[Mapping[str, Any]] = {"types": {"topics": "multi"}}
    lags = False

    def fault(self, rules: Sequence[Fault]) -> None:
        """The look at all rows takes four queries, and a page is given when the next has begun."""
        middle = [one for one in rules if one.on == "read" and one.skip]
        RULES.use([replace(one, skip=one.skip + 5) if one in middle else one for one in rules])


class FolderAccount(TableAccount):
    """A folder with one file, which everybody writes anew and renames."""

    lags = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = self.home / "people.csv"
        self._put([])

    def close(self) -> None:
        self.fault(())

    def credentials(self) -> Mapping[str, str]:
        return {"FOLDER": str(self.home)}

    def _put(self, rows: Sequence[Mapping[str, Any]]) -> None:
        new = self.path.with_suffix(".new")
        with new.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        new.rename(self.path)

    def rows(self) -> list[dict[str, Any]]:
        with self.path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def seed(self, count: int) -> list[str]:
        made = self.people(count)
        self._put([*self.rows(), *made])
        return [str(one["id"]) for one in made]

    def edit(self, record: str, name: str) -> None:
        self._put(
            [one | {"first_name": name} if one["id"] == record else one for one in self.rows()]
        )

    def delete(self, record: str) -> None:
        self._put([one for one in self.rows() if one["id"] != record])

    def suffers(self, fault: Fault) -> bool:
        able = {Trouble.NOT_FOUND, Trouble.UNAVAILABLE, Trouble.TRUNCATED}
        if os.geteuid():
            able.add(Trouble.FORBIDDEN)
        return fault.trouble in able and not fault.after and not fault.skip

    def fault(self, rules: Sequence[Fault]) -> None:
        away, kept = self.home.with_suffix(".away"), self.path.with_suffix(".kept")
        if away.exists():
            away.rename(self.home)
        if kept.exists():
            kept.rename(self.path)
        self.path.chmod(0o644)
        for trouble in {one.trouble for one in rules}:
            if trouble is Trouble.UNAVAILABLE:
                self.home.rename(away)
            elif trouble is Trouble.FORBIDDEN:
                self.path.chmod(0)
            else:
                self.path.rename(kept)
            if trouble is Trouble.TRUNCATED:
                whole = kept.read_text(encoding="utf-8")
                self.path.write_text(f'{whole}99,,"cut in the mid', encoding="utf-8")

    def truth(self) -> Mapping[str, Mapping[str, object]]:
        return {one["id"]: one for one in self.rows()}

    def calls(self) -> int:
        """What was done in the folder, as far as it can be seen: each file's state, in one sum."""
        states = [one.stat() for one in self.home.iterdir()]
        return len(states) + sum(one.st_ino + one.st_mtime_ns for one in states)
