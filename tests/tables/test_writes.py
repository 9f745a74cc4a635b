"""What is written into tables: by id or by our key, typed, whole or not at all, and never away."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.tables import Tables
from crmbridge.model.record import Outcome, Row, Value, Written
from tests.stages.places import ROOT

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def row(key: str = "", ident: str = "", **values: Value) -> Row:
    return Row(op=f"op-{key}{ident}", key=key, id=ident, values=values)


def csv_tables(folder: Path, now: Callable[[], datetime] = lambda: NOW, **table: Any) -> Tables:
    options = {"write": True, "key_field": "our_id", "limits": {"timeout": 1}}
    return Tables({"FOLDER": str(folder)}, {"tables": {"people": table}, **options}, now=now)


def sql_tables(path: Path, **table: Any) -> Tables:
    options = {"write": True, "key_field": "our_id", "limits": {"timeout": 1}}
    return Tables(
        {"DATABASE_URL": f"sqlite:///{path}"},
        {"tables": {"people": table}, **options},
        now=lambda: NOW,
    )


def outcomes(told: list[Written]) -> list[str]:
    return [one.outcome.value for one in told]


# files


def test_lines_that_no_row_is_about_stay_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    before = '\ufeffid;name;note;our_id\r\n1;"Ann";"two\r\nlines";\r\n\r\n2;Bea;;b\r\n3;Zoë;"x;y";c'
    path.write_bytes(before.encode())
    path.chmod(0o640)
    connector = csv_tables(tmp_path)
    told = connector.write(
        "people",
        [row("b", name="Béa"), row("new", name='Q "x"; y\nz', note=None), row(ident="9", name="?")],
    )
    assert outcomes(told) == ["done", "done", "gone"]
    assert [(one.id, one.created) for one in told[:2]] == [("2", False), ("new", True)]
    assert path.read_bytes().decode() == (
        '\ufeffid;name;note;our_id\r\n1;"Ann";"two\r\nlines";\r\n\r\n2;Béa;;b\r\n3;Zoë;"x;y";c\r\n'
        'new;"Q ""x""; y\nz";;new\r\n'
    )
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == [".people.csv.lock", "people.csv"]


def test_values_are_written_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,our_id,amount,able,day,at,many,text,stamp\n")
    types = {"amount": "decimal", "able": "bool", "day": "date", "at": "datetime", "many": "multi"}
    table = {"types": types, "decimal": ",", "dates": "day_first", "stamp": "stamp"}
    connector = csv_tables(tmp_path, **table)
    values: dict[str, Value] = {
        "amount": Decimal("1234.50"),
        "able": False,
        "day": date(2026, 12, 31),
        "at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
        "many": ("a", "b"),
        "text": "=1+1",
    }
    (told,) = connector.write("people", [row("k", **values)])
    assert told.outcome is Outcome.DONE
    assert path.read_text().splitlines()[1] == (
        'k,k,"1234,5",false,31.12.2026,2026-03-01T23:30:00+00:00,a;b,=1+1,2026-11-02T09:00:00Z'
    )
    (record,) = connector.find("people", "our_id", ["k"], list(values))
    assert record.values == values
    assert record.changed_at == NOW


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"zip": "1"}, "NO_COLUMN", "zip"),
        ({"visits": "many"}, "BAD_VALUE", "visits"),
        ({"name": "Ω"}, "BAD_VALUE", "name"),
    ],
)
def test_a_row_that_the_file_cannot_hold_is_refused_and_nothing_is_written(
    tmp_path: Path, values: dict[str, Value], code: str, field: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("id,our_id,name,visits\n1,a,Zoë,\n".encode("latin-1"))
    before = path.stat()
    connector = csv_tables(tmp_path, encoding="latin-1", types={"visits": "int"})
    (told,) = connector.write("people", [row("a", **values)])
    assert (told.outcome, told.code, told.field) == (Outcome.REFUSED, code, field)
    assert path.stat().st_ino == before.st_ino


def test_a_key_or_an_id_that_comes_twice_is_for_a_person(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,our_id,name\n1,a,x\n2,a,x\n3,,x\n3,,x\n,b,x\n")
    connector = csv_tables(tmp_path)
    told = connector.write(
        "people", [row("a", name="y"), row(ident="3", name="y"), row("b", name="y")]
    )
    assert [(one.outcome.value, one.code) for one in told] == [
        ("ambiguous", "SEVERAL_ROWS"),
        ("ambiguous", "SEVERAL_ROWS"),
        ("refused", "NO_ID"),
    ]


def test_a_row_that_is_marked_as_deleted_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,our_id,name,gone\n1,a,x,yes\n2,b,x,\n")
    connector = csv_tables(tmp_path, deleted="gone")
    told = connector.write("people", [row(ident="1", name="y"), row(ident="2", name="y")])
    assert outcomes(told) == ["gone", "done"]


def test_two_writers_wait_for_each_other_and_neither_loses_a_row(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,our_id,name\n")
    told: list[Written] = []

    def write(name: str) -> None:
        connector = csv_tables(tmp_path)
        for number in range(10):
            told.extend(connector.write("people", [row(f"{name}{number}", name=name)]))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(outcomes(told)) == {"done"}
    assert len(path.read_text().splitlines()) == 31


def test_a_lock_that_another_holds_too_long_puts_the_rows_off(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,our_id,name\n1,a,x\n")
    with (tmp_path / ".people.csv.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = csv_tables(tmp_path).write("people", [row("a", name="y")])
    assert outcomes(told) == ["later"]
    assert path.read_text() == "id,our_id,name\n1,a,x\n"


def test_a_file_that_another_program_replaces_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,our_id,name\n1,a,x\n")

    def now() -> datetime:
        """The clock is asked once the file is open."""
        other = tmp_path / "other"
        other.write_text("id,our_id,name\n1,a,theirs\n")
        other.rename(path)
        return NOW

    (told,) = csv_tables(tmp_path, now).write("people", [row("a", name="ours")])
    assert (told.outcome, told.code) == (Outcome.LATER, "REPLACED")
    assert path.read_text() == "id,our_id,name\n1,a,theirs\n"
    assert not list(tmp_path.glob(".people.csv.?*[!k]"))


# databases


@pytest.fixture
def base(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(tmp_path / "base.db", isolation_level=None)
    yield db
    db.close()


def made(base: sqlite3.Connection, columns: str) -> Path:
    base.execute(f"CREATE TABLE people ({columns})")
    return Path(base.execute("PRAGMA database_list").fetchone()[2])


def rows(base: sqlite3.Connection) -> list[tuple[Any, ...]]:
    return list(base.execute("SELECT * FROM people ORDER BY 1"))


def test_our_key_may_be_the_id_of_the_table(base: sqlite3.Connection) -> None:
    path = made(base, "our_id TEXT PRIMARY KEY, name TEXT")
    connector = sql_tables(path, key="our_id")
    told = connector.write("people", [row("k", name="Ann"), row("k", name="Bea")])
    assert [(one.id, one.created) for one in told] == [("k", True), ("k", False)]
    assert rows(base) == [("k", "Bea")]
    connector.close()


def test_a_table_whose_ids_are_texts_gets_our_key_as_one(base: sqlite3.Connection) -> None:
    path = made(base, "id TEXT PRIMARY KEY, our_id TEXT UNIQUE, name TEXT")
    connector = sql_tables(path)
    (told,) = connector.write("people", [row("k", name="Ann")])
    assert (told.id, rows(base)) == ("k", [("k", "k", "Ann")])
    connector.close()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "2026-11-02 09:00:00.000000"),
        ("2026-10-01T08:00:00Z", "2026-11-02T09:00:00Z"),
        ("2026-10-01T10:00:00.125+01:00", "2026-11-02T10:00:00.000+01:00"),
        ("2026-10-01", "2026-11-02"),
        (1_790_000_000, 1_793_610_000),
    ],
)
def test_a_write_sets_the_stamp_as_the_column_spells_it(
    base: sqlite3.Connection, before: Any, after: Any
) -> None:
    kind = "INTEGER" if isinstance(before, int) else "TEXT"
    path = made(base, f"id INTEGER PRIMARY KEY, our_id TEXT UNIQUE, name TEXT, at {kind}")
    base.execute("INSERT INTO people VALUES (1, 'a', 'x', ?)", (before,))
    connector = sql_tables(path, stamp="at")
    connector.write("people", [row("a", name="y")])
    assert rows(base) == [(1, "a", "y", after)]
    connector.close()


def test_a_row_that_breaks_a_rule_of_the_table_is_refused_alone(base: sqlite3.Connection) -> None:
    path = made(
        base,
        "id INTEGER PRIMARY KEY, our_id TEXT UNIQUE, name VARCHAR(5) NOT NULL, mail TEXT UNIQUE,"
        " age INTEGER CHECK (age > 17)",
    )
    base.execute("INSERT INTO people VALUES (1, 'a', 'Ann', 'ann@b.example', 30)")
    connector = sql_tables(path)
    told = connector.write(
        "people",
        [
            row("b", name=None),
            row("c", name="Cy", mail="ann@b.example"),
            row("d", name="Dee", age=12),
            row("e", name="Eleven"),
            row("f", name="Fay", zip="1"),
            row("g", name="Gus", age=40),
        ],
    )
    assert outcomes(told) == ["refused"] * 5 + ["done"]
    assert [one.field for one in told[:5]] == ["name", "mail", "", "name", "zip"]
    assert "ann@b.example" not in repr(told)
    assert [one[2] for one in rows(base)] == ["Ann", "Gus"]
    connector.close()


def test_a_table_without_a_column_for_our_key_takes_updates_alone(base: sqlite3.Connection) -> None:
    path = made(base, "id INTEGER PRIMARY KEY, name TEXT")
    base.execute("INSERT INTO people VALUES (1, 'x')")
    connector = sql_tables(path)
    told = connector.write("people", [row(ident="1", name="y"), row("k", name="z")])
    assert [(one.outcome.value, one.code) for one in told] == [("done", ""), ("refused", "NO_KEY")]
    connector.close()


def test_rows_of_which_one_is_wanted_and_two_are_there_are_for_a_person(
    base: sqlite3.Connection,
) -> None:
    path = made(base, "id INTEGER, our_id TEXT, name TEXT")
    base.execute(
        "INSERT INTO people VALUES (1, 'a', 'x'), (2, 'a', 'x'), (3, 'b', 'x'), (3, 'c', 'x')"
    )
    connector = sql_tables(path)
    told = connector.write("people", [row("a", name="y"), row(ident="3", name="y")])
    assert outcomes(told) == ["ambiguous", "ambiguous"]
    assert {one[2] for one in rows(base)} == {"x"}
    connector.close()


def test_a_base_that_is_locked_puts_the_rows_off(base: sqlite3.Connection) -> None:
    path = made(base, "id INTEGER PRIMARY KEY, our_id TEXT UNIQUE, name TEXT")
    base.execute("BEGIN IMMEDIATE")
    connector = sql_tables(path)
    told = connector.write("people", [row("a", name="y")] * 3)
    assert outcomes(told) == ["later"] * 3
    base.execute("ROLLBACK")
    assert rows(base) == []
    connector.close()


# killed in the middle

CHILD = """
import sys
from pathlib import Path
from tests.tables.test_writes import csv_tables, row
connector = csv_tables(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    connector.write("people", [row("k", note=str(number)), row(ident="500", note=str(number))])
"""


def test_a_writer_that_is_killed_leaves_a_whole_file_and_the_next_clears_up(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    lines = "".join(f"{n},o{n},{'x' * 200}\n" for n in range(2_000))
    path.write_text(f"id,our_id,note\n{lines}")
    for number in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.05 + number * 0.017)
        child.kill()
        child.wait()
        child.stdout.close()
        rows = path.read_text().splitlines()
        assert len(rows) in (2_001, 2_002)
        assert all(len(one.split(",")) == 3 for one in rows)
        if len(rows) == 2_002:
            assert (
                rows[-1].split(",")[2] == rows[501].split(",")[2]
            )  # both rows of a batch, or none
    (told,) = csv_tables(tmp_path).write("people", [row("k", note="end")])
    assert told.outcome is Outcome.DONE
    assert {one.name for one in tmp_path.iterdir()} == {"people.csv", ".people.csv.lock"}


def test_a_file_behind_a_link_is_replaced_where_it_lies(tmp_path: Path) -> None:
    real, folder = tmp_path / "real.csv", tmp_path / "folder"
    real.write_text("id,our_id,note\n")
    folder.mkdir()
    (folder / "people.csv").symlink_to(real)
    csv_tables(folder).write("people", [row("k", note="x")])
    assert (folder / "people.csv").is_symlink()
    assert real.read_text() == "id,our_id,note\nk,k,x\n"
