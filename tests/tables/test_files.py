"""CSV files as people and programs really write them, and what is said of what cannot be read."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.tables import Tables
from connectors.tables.folder import Folder
from connectors.tables.lines import Sheet
from connectors.tables.opened import NO_ID, Opened
from connectors.tables.options import TableSpec, parse_options
from crmbridge.errors import ConnectorError, Refused, Unavailable
from crmbridge.model.record import Page, Record, Value

FIELDS = ("email", "name", "visits", "seen_at")


@contextmanager
def tables(folder: Path, page: int = 10, **table: Any) -> Iterator[Tables]:
    connector = Tables({"FOLDER": str(folder)}, {"tables": {"people": table}, "page_size": page})
    try:
        yield connector
    finally:
        connector.close()


def put(folder: Path, text: str | bytes, name: str = "people.csv", *, old: bool = True) -> Path:
    """A file as a program writes it that writes another one and renames it, a minute ago."""
    new = folder / "new"
    new.write_bytes(text if isinstance(text, bytes) else text.encode())
    if old:
        os.utime(new, (time.time() - 60, time.time() - 60))
    return new.rename(folder / name)


def pages(folder: Path, since: str | None = None, **table: Any) -> list[Page]:
    with tables(folder, **table) as connector:
        return list(connector.read("people", FIELDS, since))


def records(folder: Path, **table: Any) -> dict[str, Record]:
    return {one.id: one for page in pages(folder, **table) for one in page.records}


def held(folder: Path, **table: Any) -> dict[str, str]:
    return {name: why for page in pages(folder, **table) for name, why in page.odd.items()}


def values(folder: Path, **table: Any) -> dict[str, Value]:
    (record,) = records(folder, **table).values()
    return dict(record.values)


def failure(folder: Path, kind: type[ConnectorError], **table: Any) -> str:
    with pytest.raises(kind) as told:
        pages(folder, **table)
    return str(told.value)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        ("id,name\n1,Zoë\n".encode(), "utf-8"),
        ("\ufeffid,name\n1,Zoë\n".encode(), "utf-8"),
        ("id,name\r\n1,Zoë\r\n".encode("cp1252"), "cp1252"),
        ("\ufeffid\tname\n1\tZoë\n".encode("utf-16-le"), "utf-8"),
        ("\ufeffid;name\n1;Zoë\n".encode("utf-16-be"), "utf-16"),
        ("id|name\r1|Zoë".encode("latin-1"), "latin-1"),
    ],
    ids=["utf-8", "its mark", "cp1252", "utf-16 and tabs", "utf-16, semicolons", "bars"],
)
def test_a_file_is_read_whatever_its_encoding_its_mark_and_its_delimiter(
    tmp_path: Path, raw: bytes, encoding: str
) -> None:
    put(tmp_path, raw)
    assert values(tmp_path, encoding=encoding) == {"name": "Zoë"}


def test_line_ends_commas_and_quotes_between_quotes_are_text(tmp_path: Path) -> None:
    put(tmp_path, 'id,name,email\n1,"He said ""no"",\nand\r\nleft","a@b.example"\n2,Li,\n')
    found = records(tmp_path)
    assert found["1"].values == {"email": "a@b.example", "name": 'He said "no",\nand\r\nleft'}
    assert found["2"].values == {"email": None, "name": "Li"}


def test_cells_are_text_unless_the_options_say_more(tmp_path: Path) -> None:
    put(tmp_path, "id,name,visits,seen_at\n007,0049 30,12,2026-03-01T10:00:00+01:00\n")
    assert values(tmp_path) == {
        "name": "0049 30",
        "visits": "12",
        "seen_at": "2026-03-01T10:00:00+01:00",
    }
    types = {"visits": "int", "seen_at": "datetime"}
    seen = datetime(2026, 3, 1, 9, tzinfo=UTC)
    found = records(tmp_path, types=types)["007"].values
    assert found == {"name": "0049 30", "visits": 12, "seen_at": seen}


def test_numbers_and_days_in_the_form_of_a_country(tmp_path: Path) -> None:
    put(tmp_path, "id;visits;seen_at\n1;1234,50;31.12.2026\n")
    types = {"visits": "decimal", "seen_at": "date"}
    found = values(tmp_path, types=types, decimal=",", dates="day_first")
    assert found == {"visits": Decimal("1234.5"), "seen_at": date(2026, 12, 31)}
    put(tmp_path, 'id,visits,seen_at\n1,"1,234.50",12/31/2026\n')
    assert "column visits" in held(tmp_path, types=types, dates="month_first")["1"]


def test_a_cell_that_is_not_of_its_type_is_told_and_the_other_rows_go_on(tmp_path: Path) -> None:
    put(tmp_path, "id,name,visits\n1,Ann,12\n2,Bea,a dozen\n3,Cy,1_000\n4,Dee,\n")
    types = {"visits": "int"}
    assert held(tmp_path, types=types) == {
        "2": "column visits: no number",
        "3": "column visits: no number",
    }
    found = records(tmp_path, types=types)
    assert found["1"].values["visits"] == 12
    assert "visits" not in found["2"].values
    assert found["4"].values["visits"] is None


def test_a_row_whose_id_comes_twice_is_told_and_none_of_the_two_is_picked(tmp_path: Path) -> None:
    put(tmp_path, "id,name\n1,Ann\n2,Bea\n1,Cy\n")
    assert held(tmp_path) == {"1": "several rows have this id in the column id"}
    put(tmp_path, "id,name\n" + "".join(f"7,N{n}\n" for n in range(50)) + "8,Last\n")
    assert list(held(tmp_path)) == ["7"]
    assert set(records(tmp_path)) == {"7", "8"}


def test_rows_without_an_id_are_counted_until_they_have_one(tmp_path: Path) -> None:
    put(tmp_path, "id,name\n1,Ann\n,Bea\n  ,Cy\n")
    assert held(tmp_path) == {
        NO_ID: "2 rows have nothing in the column id, the first on line 3",
    }
    put(tmp_path, "id,name\n1,Ann\n2,Bea\n3,Cy\n")
    assert pages(tmp_path)[-1].well == (NO_ID,)


def test_a_line_that_is_not_as_long_as_the_first_is_told_and_nothing_of_it_taken(
    tmp_path: Path,
) -> None:
    put(tmp_path, "id,name,email\n1,Kern, Jo,jo@b.example\n2,Li,li@b.example\n3,Mo\n\n")
    assert held(tmp_path) == {
        "1": "line 2 has 4 cells and the header 3",
        "3": "line 4 has 2 cells and the header 3",
    }
    found = records(tmp_path)
    assert found["1"].values == {}
    assert found["2"].values == {"email": "li@b.example", "name": "Li"}


def test_bytes_that_are_no_text_are_told_of_their_row(tmp_path: Path) -> None:
    put(tmp_path, b"id,name\n1,Zo\xeb\n2,Li\n")
    assert held(tmp_path) == {"1": "column name: no text"}
    assert records(tmp_path)["2"].values == {"name": "Li"}


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", Unavailable, "its first line has to name the columns"),
        ("name,email\nAnn,a@b.example\n", Refused, "has no column 'id', which tables.people.key"),
        ("ID,email\n1,a@b.example\n", Refused, "write it as 'ID'"),
        ("id,email,email\n1,a,b\n", Refused, "names the column 'email' twice"),
        ('id,name\n1,"cut in the mid', Unavailable, "begins on line 2"),
        ('id,name\n1,"a"b\n2,Li\n', Refused, "cannot be followed from line 2 on"),
        (f'id,name\n1,"{"x" * 140_000}"\n', Refused, "a cell of more than 131,072 letters"),
    ],
    ids=["empty", "no key", "case", "twice", "torn", "quotes", "huge cell"],
)
def test_a_file_that_cannot_be_read_as_a_whole_says_where_and_what_to_do(
    tmp_path: Path, text: str, kind: type[ConnectorError], said: str
) -> None:
    put(tmp_path, text)
    assert said in failure(tmp_path, kind)


def test_a_file_and_a_folder_that_are_not_there(tmp_path: Path) -> None:
    assert "FOLDER has no file people.csv" in failure(tmp_path, Refused)
    assert "its disk is mounted" in failure(tmp_path / "away", Unavailable)
    put(tmp_path, "id\n1\n", "export.csv")
    assert set(records(tmp_path, file="export.csv")) == {"1"}


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "id,name\n" + "".join(f"{n},{'x' * 1000}\n" for n in range(1100)))
    config = {"tables": {"people": {}}, "limits": {"file_mb": 1}}
    connector = Tables({"FOLDER": str(tmp_path)}, config)
    with pytest.raises(Refused, match=r"raise limits\.file_mb"):
        connector.describe("people")


def test_pages_go_on_with_the_file_that_they_began_with_whoever_replaces_it(
    tmp_path: Path,
) -> None:
    put(tmp_path, "id,name\n" + "".join(f"{n:03},Old\n" for n in range(25)))
    with tables(tmp_path) as connector:
        reading = connector.read("people", FIELDS, None)
        first = next(reading)
        put(tmp_path, "id,name\n" + "".join(f"{n:03},New\n" for n in range(30)))
        connector.find("people", "id", ["001"], FIELDS)
        rest = list(reading)
        after = list(connector.read("people", FIELDS, rest[-1].cursor))
    old = [one for page in [first, *rest] for one in page.records]
    assert [one.values["name"] for one in old] == ["Old"] * 25
    new = [one for page in after for one in page.records]
    assert {one.id for one in new} == {f"{n:03}" for n in range(30)}
    assert {one.values["name"] for one in new} == {"New"}


class Disturbed(Folder):
    """A folder in which somebody appends to a file as soon as it is opened."""

    def _copied(self, sheet: Sheet, spec: TableSpec) -> Opened:
        with self.path(spec).open("a", encoding="utf-8") as file:
            file.write("2,Bea\n")
        return super()._copied(sheet, spec)


def test_a_file_that_is_written_to_while_it_is_read_is_left_for_the_next_look(
    tmp_path: Path,
) -> None:
    put(tmp_path, "id,name\n1,Ann\n")
    options = parse_options({"tables": {"people": {}}})
    with pytest.raises(Unavailable, match="written to while it was read"):
        Disturbed(str(tmp_path), options).open(options.tables["people"])


def test_a_second_write_in_the_same_tick_of_the_clock_is_seen(tmp_path: Path) -> None:
    path = put(tmp_path, "id,name\n1,Ann\n", old=False)
    at = path.stat()
    with tables(tmp_path) as connector:
        cursor = list(connector.read("people", FIELDS, None))[-1].cursor
        path.write_text("id,name\n1,Bea\n")
        os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
        (page,) = connector.read("people", FIELDS, cursor)
    assert page.records[0].values["name"] == "Bea"


def test_a_changed_row_is_given_with_few_others_and_an_unchanged_file_with_none(
    tmp_path: Path,
) -> None:
    lines = [f"{n},Name {n}\n" for n in range(5_000)]
    put(tmp_path, "id,name\n" + "".join(lines))
    with tables(tmp_path, page=1_000) as connector:
        first = list(connector.read("people", FIELDS, None))
        (quiet,) = connector.read("people", FIELDS, first[-1].cursor)
        lines[77] = "77,Other\n"
        put(tmp_path, "id,name\n" + "".join(lines))
        changed = list(connector.read("people", FIELDS, quiet.cursor))
    assert sum(len(page.records) for page in first) == 5_000
    assert max(len(page.cursor) for page in first) < 17_000
    assert quiet.records == ()
    found = {one.id: one for page in changed for one in page.records}
    assert found["77"].values["name"] == "Other"
    assert len(found) < 20


def test_what_is_gone_is_told_by_difference_but_not_when_much_is(tmp_path: Path) -> None:
    put(tmp_path, "id\n" + "".join(f"{n}\n" for n in range(50)))
    with tables(tmp_path) as connector:
        (start,) = connector.read_deleted("people", None)
        put(tmp_path, "id\n" + "".join(f"{n}\n" for n in range(50) if n not in (7, 9)))
        (two,) = connector.read_deleted("people", start.cursor)
        put(tmp_path, "id\n1\n2\n")
        (much,) = connector.read_deleted("people", two.cursor)
        (after,) = connector.read_deleted("people", much.cursor)
    assert [(one.id, one.deleted) for one in two.records] == [("7", True), ("9", True)]
    assert much.records == after.records == ()


def test_the_list_of_ids_stays_in_bounds(tmp_path: Path) -> None:
    put(tmp_path, "id\n" + "".join(f"{n:08}\n" for n in range(20_001)))
    with tables(tmp_path) as connector:
        (page,) = connector.read_deleted("people", None)
        put(tmp_path, "id\n" + "".join(f"{n:08}\n" for n in range(20_000)))
        (fewer,) = connector.read_deleted("people", page.cursor)
    assert page.records == fewer.records == ()
    assert len(page.cursor) < 100
    assert len(fewer.cursor) < 200_000
