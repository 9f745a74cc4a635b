"""Tables, views and stamps of a database as they really are, and what its connection may do."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.tables import Tables
from connectors.tables.opened import NO_ID
from crmbridge.errors import ConfigError, CursorGone, NotSupported, Refused, Unavailable
from crmbridge.model.record import Page, Record, Row
from tests.tables.faulty import RULES

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


class Base:
    """A SQLite file, its connector, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "base.db"
        self.db = sqlite3.connect(self.path, isolation_level=None)
        self.now = NOW

    def run(self, *statements: str) -> None:
        for one in statements:
            self.db.execute(one)

    @contextmanager
    def tables(
        self, obj: str = "people", page: int = 10, driver: str = "", **table: Any
    ) -> Iterator[Tables]:
        options = table.pop("options", {})
        connector = Tables(
            {"DATABASE_URL": f"sqlite{driver}:///{self.path}"},
            {"tables": {obj: table}, "page_size": page, "key_field": "our_id", **options},
            now=lambda: self.now,
        )
        try:
            yield connector
        finally:
            connector.close()

    def pages(self, *fields: str, since: str | None = None, **table: Any) -> list[Page]:
        obj = table.get("obj", "people")
        with self.tables(**table) as connector:
            return list(connector.read(obj, fields, since))

    def records(self, *fields: str, **table: Any) -> dict[str, Record]:
        return {one.id: one for page in self.pages(*fields, **table) for one in page.records}


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Base]:
    made = Base(tmp_path)
    yield made
    made.db.close()


def ids(pages: list[Page]) -> list[str]:
    return [one.id for page in pages for one in page.records]


# columns and their values


def test_columns_are_typed_by_the_databases_own_schema(base: Base) -> None:
    base.run(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, amount"
        " DECIMAL(12, 2), able BOOLEAN, day DATE, at DATETIME, raw BLOB, our_id TEXT UNIQUE)",
        "INSERT INTO people VALUES (1, 'Ann', 12.5, 1, '2026-02-28', '2026-03-01 10:00:00.5',"
        " x'00', NULL), (2, '', NULL, 0, NULL, NULL, NULL, 'k')",
    )
    with base.tables() as connector:
        told = {one.name: one for one in connector.describe("people")}
    assert {name: one.type for name, one in told.items()} == {
        "id": "number",
        "name": "text",
        "amount": "number",
        "able": "bool",
        "day": "date",
        "at": "datetime",
        "our_id": "text",
    }
    assert (told["name"].length, told["name"].required) == (40, True)
    assert (told["amount"].digits, told["amount"].scale) == (10, 2)
    assert [name for name, one in told.items() if one.unique] == ["id", "our_id"]
    assert not any(one.writable for one in told.values())
    found = base.records("name", "amount", "able", "day", "at", "raw", "our_id")
    assert found["1"].values == {
        "name": "Ann",
        "amount": Decimal("12.5"),
        "able": True,
        "day": date(2026, 2, 28),
        "at": datetime(2026, 3, 1, 10, 0, 0, 500_000, tzinfo=UTC),
        "our_id": None,
    }
    assert found["2"].values["name"] == ""
    assert found["2"].values["amount"] is None


def test_times_without_a_zone_are_of_the_zone_that_the_options_name(base: Base) -> None:
    base.run(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, at DATETIME)",
        "INSERT INTO people VALUES (1, '2026-07-01 10:00:00')",
    )
    (record,) = base.records("at", options={"zone": "Europe/Berlin"}).values()
    assert record.values["at"] == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_names_are_compared_as_the_database_has_them(base: Base) -> None:
    base.run(
        'CREATE TABLE people (id INTEGER PRIMARY KEY, "E Mail" TEXT, Name TEXT)',
        "INSERT INTO people VALUES (1, 'a@b.example', 'Ann')",
    )
    assert base.records("E Mail", "name")["1"].values == {"E Mail": "a@b.example"}
    with pytest.raises(Refused, match=r"no column 'ID', .*tables\.people\.key.*write it as 'id'"):
        base.records("Name", key="ID")
    with pytest.raises(Refused, match=r"tables\.people\.stamp names; it has id, E Mail, Name"):
        base.records("Name", stamp="zzz")


def test_a_table_under_another_name_and_in_a_schema(base: Base) -> None:
    base.run(
        "CREATE TABLE crm_people (id INTEGER PRIMARY KEY)", "INSERT INTO crm_people VALUES (4)"
    )
    assert set(base.records(table="main.crm_people")) == {"4"}
    with pytest.raises(Refused, match=r"no table or view 'main\.nobody'"):
        base.records(table="main.nobody")


def test_a_view_is_read_and_an_id_that_it_gives_twice_is_told(base: Base) -> None:
    base.run(
        "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)",
        "CREATE TABLE mail (person INTEGER, address TEXT)",
        "INSERT INTO person VALUES (1, 'Ann'), (2, 'Bea'), (3, 'Cy')",
        "INSERT INTO mail VALUES (1, 'a@x.example'), (2, 'b@x.example'), (2, 'b@y.example')",
        "CREATE VIEW people AS SELECT person.id AS id, upper(name) AS name, address,"
        " '2026-11-01 10:00:00' AS at FROM person LEFT JOIN mail ON person = person.id",
    )
    for stamp in ({}, {"stamp": "at"}):
        (page,) = base.pages("name", "address", **stamp)
        assert page.odd == {"2": "several rows have this id in the column id"}
        assert {one.id: one.values["name"] for one in page.records} == {
            "1": "ANN",
            "2": "BEA",
            "3": "CY",
        }


def test_rows_without_an_id_are_told(base: Base) -> None:
    base.run(
        "CREATE TABLE people (id TEXT, at DATETIME)",
        "INSERT INTO people VALUES ('a', '2026-01-01'), (NULL, '2026-01-01'), (NULL, NULL)",
    )
    for stamp in ({}, {"stamp": "at"}):
        (page,) = base.pages("at", **stamp)[-1:]
        assert page.odd[NO_ID] == "2 rows have nothing in the column id"
    base.run("DELETE FROM people WHERE id IS NULL")
    assert base.pages("at")[-1].well == (NO_ID,)


def test_a_value_that_is_not_of_its_column_is_told(base: Base) -> None:
    base.run(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, visits INTEGER, name TEXT)",
        "INSERT INTO people VALUES (1, 'a dozen', 'Ann'), (3, 4, 'Cy')",
        "INSERT INTO people VALUES (2, 3, CAST(x'eb' AS TEXT))",
    )
    (page,) = base.pages("visits", "name")
    assert page.odd == {
        "1": "column visits: no number",
        "2": "column name: bytes that are no text in the encoding of the source",
    }
    assert [dict(one.values) for one in page.records] == [
        {"name": "Ann"},
        {"visits": 3},
        {"visits": 4, "name": "Cy"},
    ]


def test_a_row_that_is_marked_as_deleted_is_gone_and_says_what_it_held(base: Base) -> None:
    base.run(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, gone INTEGER, our_id TEXT)",
        "INSERT INTO people VALUES (1, 'Ann', 0, 'k'), (2, 'Bea', 1, 'l'), (3, 'Cy', NULL, 'm')",
    )
    found = base.records("name", deleted="gone")
    assert [one.deleted for one in found.values()] == [False, True, False]
    assert found["2"].values["name"] == "Bea"
    with base.tables(deleted="gone", options={"write": True}) as connector:
        assert [one.id for one in connector.find("people", "id", ["1", "2"], ["name"])] == ["1"]
        (told,) = connector.write("people", [Row(op="o", key="l", id="2", values={"name": "B"})])
    assert told.outcome == "gone"


# following by a stamp


def stamped(base: Base, kind: str = "DATETIME") -> None:
    base.run(f"CREATE TABLE people (id INTEGER PRIMARY KEY, at {kind}, name TEXT, our_id TEXT)")


def test_a_row_that_shows_up_within_the_lag_behind_its_stamp_is_not_lost(base: Base) -> None:
    stamped(base)
    base.run("INSERT INTO people (id, at) VALUES (1, '2026-11-02 08:59:50')")
    cursor = base.pages("name", stamp="at")[-1].cursor
    base.run("INSERT INTO people (id, at) VALUES (2, '2026-11-02 08:56:00')")
    base.now += timedelta(seconds=30)
    late = base.pages("name", since=cursor, stamp="at")
    assert set(ids(late)) == {"1", "2"}
    base.now += timedelta(seconds=600)
    quiet = base.pages("name", since=late[-1].cursor, stamp="at")
    assert set(ids(quiet)) == {"1", "2"}  # when it was read last, more could still come in
    base.now += timedelta(seconds=600)
    assert ids(base.pages("name", since=quiet[-1].cursor, stamp="at")) == []


def test_the_lag_is_as_long_as_the_nightly_load_is_late(base: Base) -> None:
    stamped(base)
    base.run("INSERT INTO people (id, at) VALUES (1, '2026-11-02 08:00:00')")
    night = {"stamp": "at", "lag_seconds": 172_800}
    cursor = base.pages("name", **night)[-1].cursor
    base.run("INSERT INTO people (id, at) VALUES (2, '2026-11-01 10:00:00')")
    assert set(ids(base.pages("name", since=cursor, **night))) == {"1", "2"}


def test_a_load_of_one_stamp_costs_next_to_nothing_once_it_is_settled(base: Base) -> None:
    stamped(base)
    rows = ", ".join(f"({n}, '2026-11-01 03:00:00')" for n in range(500))
    base.run(f"INSERT INTO people (id, at) VALUES {rows}")
    RULES.use(())
    first = base.pages("name", stamp="at", driver="+faulty")
    assert sorted(map(int, ids(first))) == list(range(500))
    before = RULES.statements
    assert ids(base.pages("name", since=first[-1].cursor, stamp="at", driver="+faulty")) == []
    assert RULES.statements - before == 3  # without a stamp, with the last one, behind it


def test_rows_without_a_stamp_are_read_each_time(base: Base) -> None:
    stamped(base)
    rows = ", ".join(f"({n}, NULL)" for n in range(25))
    base.run(f"INSERT INTO people (id, at) VALUES {rows}, (99, '2026-11-01 03:00:00')")
    first = base.pages("name", stamp="at")
    assert sorted(map(int, ids(first))) == [*range(25), 99]
    assert [page.more for page in first] == [True] * (len(first) - 1) + [False]
    again = base.pages("name", since=first[-1].cursor, stamp="at")
    assert len(ids(again)) == 25
    middle = base.pages("name", since=first[1].cursor, stamp="at")
    assert sorted(map(int, ids(middle))) == [*range(20, 25), 99]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("TEXT", "2026-11-02T08:59:10Z", "2026-11-02T08:58:10.5Z"),
        ("TEXT", "2026-11-02T09:59:10+01:00", "2026-11-02T09:58:10+01:00"),
        ("TEXT", "2026-11-02 08:59:10.123", "2026-11-02 08:58:10.1"),
        ("INTEGER", 1_793_609_950, 1_793_609_890),
        ("INTEGER", 1_793_609_950_000, 1_793_609_890_000),
        ("DATE", "2026-11-02", "2026-11-02"),
    ],
)
def test_a_stamp_is_followed_however_it_is_spelled(
    base: Base, kind: str, old: str | int, new: str | int
) -> None:
    stamped(base, kind)
    base.db.execute("INSERT INTO people (id, at) VALUES (1, ?)", (old,))
    cursor = base.pages("name", stamp="at")[-1].cursor
    base.db.execute("INSERT INTO people (id, at) VALUES (2, ?)", (new,))
    base.now += timedelta(seconds=60)
    assert set(ids(base.pages("name", since=cursor, stamp="at"))) == {"1", "2"}


def test_an_hour_that_comes_twice_loses_nobody(base: Base) -> None:
    stamped(base)
    base.now = datetime(2026, 10, 25, 1, 5, tzinfo=UTC)  # 02:05 in Berlin, the second time
    base.run("INSERT INTO people (id, at) VALUES (1, '2026-10-25 02:58:00')")
    berlin = {"stamp": "at", "options": {"zone": "Europe/Berlin"}}
    cursor = base.pages("name", **berlin)[-1].cursor
    base.run("INSERT INTO people (id, at) VALUES (2, '2026-10-25 02:06:00')")
    base.now += timedelta(minutes=6)
    assert set(ids(base.pages("name", since=cursor, **berlin))) == {"1", "2"}


def test_a_stamp_that_is_no_time_is_refused(base: Base) -> None:
    base.run("CREATE TABLE people (id INTEGER PRIMARY KEY, at DECIMAL(9, 2))")
    with pytest.raises(Refused, match="is no column of times"):
        base.pages("at", stamp="at")


def test_a_cursor_of_another_way_of_reading_leads_nowhere(base: Base) -> None:
    stamped(base)
    base.run("ALTER TABLE people ADD COLUMN other DATETIME")
    base.run("INSERT INTO people (id, at) VALUES (1, '2026-11-02 08:00:00')")
    compared = base.pages("name")[-1].cursor
    by_stamp = base.pages("name", stamp="at")[-1].cursor
    for cursor in (compared, "2026-11-02T09:00:00Z", '{"v":1,"kind":"keyset:at:id"}', "[]", "7"):
        with pytest.raises(CursorGone) as told:
            base.pages("name", since=cursor, stamp="at")
        assert told.value.obj == "people"
    for options in ({"stamp": "other"}, {}):
        with pytest.raises(CursorGone):
            base.pages("name", since=by_stamp, **options)
    with base.tables() as connector:
        for read in (connector.read_deleted, connector.stamps):
            with pytest.raises(CursorGone):
                list(read("people", compared))


def test_a_column_that_vanishes_is_left_out_from_then_on(base: Base) -> None:
    stamped(base)
    base.run("INSERT INTO people (id, at, name) VALUES (1, '2026-11-02 08:00:00', 'Ann')")
    with base.tables(stamp="at") as connector:
        assert next(connector.read("people", ["name"], None)).records[0].values == {"name": "Ann"}
        base.run("ALTER TABLE people DROP COLUMN name")
        assert next(connector.read("people", ["name"], None)).records[0].values == {}
        base.run("DROP TABLE people")
        with pytest.raises(Refused, match="no table or view 'people'"):
            next(connector.read("people", ["name"], None))


# what a connection may do


def test_nothing_is_written_unless_the_options_say_so(base: Base) -> None:
    stamped(base)
    with base.tables() as connector, pytest.raises(NotSupported, match="write = true"):
        connector.write("people", [Row(op="o", key="k", values={"name": "Ann"})])


def test_a_statement_that_lasts_too_long_is_broken_off(base: Base) -> None:
    base.run(
        "CREATE VIEW people AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)"
        " SELECT max(id) AS id FROM n"
    )
    began = time.monotonic()
    with pytest.raises(Unavailable) as told:
        base.pages("id", options={"limits": {"timeout": 1}})
    assert told.value.late
    assert time.monotonic() - began < 20


def test_a_base_that_another_program_locks_is_asked_again_later(base: Base) -> None:
    stamped(base)
    base.run("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable):
        base.pages("name", options={"limits": {"timeout": 1}})


def test_a_file_that_is_not_there_is_not_made(base: Base, tmp_path: Path) -> None:
    base.path = tmp_path / "other.db"
    with base.tables() as connector:
        for act in (connector.check, lambda: connector.describe("people")):
            with pytest.raises(Unavailable, match="its disk is mounted"):
                act()
    assert not base.path.exists()


@pytest.mark.parametrize(
    ("credentials", "said"),
    [
        ({}, r"DATABASE_URL .* or FOLDER"),
        ({"DATABASE_URL": "sqlite:////a", "FOLDER": "/a"}, "and not both"),
        ({"DATABASE_URL": "postgres:s3cret@h/x"}, "is no address of a database"),
        ({"DATABASE_URL": "nosuchkind://u:s3cret@h/x"}, "is no address of a database"),
        ({"DATABASE_URL": "sqlite://"}, "names no file"),
        ({"DATABASE_URL": "mysql+mysqldb://u:s3cret@h/x"}, "needs the package 'MySQLdb'"),
        ({"FOLDER": "exports"}, "the whole path of the folder"),
    ],
)
def test_credentials_that_are_wrong_are_told_without_their_password(
    credentials: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as told:
        Tables(credentials, {"tables": {"people": {}}})
    assert "s3cret" not in f"{told.value} {told.value!r}"


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "no tables are named"),
        ({"tables": {"people": {}}, "wirte": True}, "no option 'wirte'; did you mean 'write'"),
        ({"tables": {"people": {"stmp": "at"}}}, "did you mean 'stamp'"),
        ({"tables": {"form:1": {}}}, "no ':'"),
        ({"tables": {"people": {"table": "a", "file": "b"}}}, "both given"),
        ({"tables": {"people": {"file": "../x.csv"}}}, "a file inside the folder"),
        ({"tables": {"people": {"types": {"a": "money"}}}}, r"types\.a: write one of text, int"),
        ({"tables": {"people": {"delimiter": "::"}}}, "one sign"),
        ({"tables": {"people": {"encoding": "utf-9"}}}, "no encoding 'utf-9'"),
        ({"tables": {"people": {"encoding": "base64"}}}, "no encoding 'base64'"),
        ({"tables": {"people": {"decimal": "'"}}}, r"write '\.' or ','"),
        ({"tables": {"people": {"dates": "german"}}}, "one of iso, day_first"),
        ({"tables": {"people": {"lag_seconds": -1}}}, "a whole number, 0 to"),
        ({"tables": {"people": {}}, "page_size": 5}, "a whole number, 10 to 10000"),
        ({"tables": {"people": {}}, "zone": "Mars/Base"}, "no time zone 'Mars/Base'"),
        ({"tables": {"people": {}}, "write": "yes"}, "write true or false"),
        ({"tables": {"people": {}}, "limits": {"daily": 1}}, "`timeout` or `file_mb`"),
    ],
)
def test_options_that_are_wrong_are_told(config: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Tables.check_config(config)


def test_an_object_that_no_option_names_is_told_with_the_nearest(base: Base) -> None:
    with base.tables() as connector, pytest.raises(Refused, match="did you mean 'people'"):
        connector.describe("peple")


def test_people_are_found_whatever_the_case_of_their_address(base: Base) -> None:
    stamped(base)
    base.run(
        "INSERT INTO people (id, name, our_id) VALUES (1, 'Ann@B.example', 'K'), (2, 'x', 'k')"
    )
    with base.tables() as connector:
        assert [one.id for one in connector.find("people", "name", ["aNN@b.example"], ["id"])] == [
            "1"
        ]
        assert [one.id for one in connector.find("people", "our_id", ["k"], ["name"])] == ["2"]
        assert connector.find("people", "id", ["x", "", "1.5"], ["name"]) == []
        with pytest.raises(Refused, match="no column 'zip' to look up"):
            connector.find("people", "zip", ["1"], ["name"])


def test_a_column_with_ids_of_another_table_is_told_by_its_foreign_key_or_the_options(
    base: Base,
) -> None:
    base.run(
        "CREATE TABLE crm_people (id INTEGER PRIMARY KEY, our_id TEXT)",
        "CREATE TABLE visits (id INTEGER PRIMARY KEY, who INTEGER REFERENCES crm_people (id),"
        " host INTEGER, our_id TEXT)",
        "INSERT INTO visits VALUES (1, 17, 4, 'k')",
    )
    both = {
        "tables": {
            "people": {"table": "crm_people"},
            "visits": {"types": {"host": "ref"}},
        },
        "write": True,
        "key_field": "our_id",
    }
    connector = Tables({"DATABASE_URL": f"sqlite:///{base.path}"}, both)
    told = {one.name: (one.type, one.refers) for one in connector.describe("visits")}
    assert told["who"] == ("ref", ("people",))
    assert told["host"] == ("ref", ())
    (record,) = next(connector.read("visits", ["who", "host"], None)).records
    assert record.values == {"who": "17", "host": "4"}
    rows = [Row(op="a", key="k", values={"who": "18", "host": None})]
    rows.append(Row(op="b", key="k", values={"who": "nobody"}))
    done, refused = connector.write("visits", rows)
    assert (done.outcome, refused.field) == ("done", "who")
    assert base.db.execute("SELECT who, host, typeof(who) FROM visits").fetchall() == [
        (18, None, "integer")
    ]
    connector.close()
