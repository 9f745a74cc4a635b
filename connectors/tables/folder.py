"""A folder of CSV files: each is copied into a private table of its own, a line at a time.

The copy lies in a temporary file of SQLite's that has no name and vanishes with the process. So a
file of any size is read in the order of its ids, looked up by index, and stays as it was while
pages of it are taken in, whoever replaces it meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import weakref
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnClause, ColumnElement, Engine, StaticPool, column, create_engine, table

from crmbridge.errors import ConfigError, Unavailable
from crmbridge.model.record import Field

from .lines import Sheet, mark_of
from .opened import YET, Opened, must_have
from .options import Options, TableSpec, kind_in_file

BATCH = 1_000
"""Lines that are copied at once."""
_FIELD = {"int": "number", "decimal": "number"}


class Folder:
    """The files of one folder. Raises `ConfigError` for a place that is no absolute path."""

    def __init__(self, place: str, options: Options) -> None:
        self._options = options
        self._place = Path(place)
        if not self._place.is_absolute():
            raise ConfigError("FOLDER: write the whole path of the folder, from / on")
        self._known: dict[str, Opened] = {}

    def __repr__(self) -> str:
        return "Folder()"

    def id(self) -> str:
        """Return a hash of the folder's path; raises `Unavailable` while it is not there."""
        if not self._place.is_dir():
            raise Unavailable("the folder of FOLDER is not there: check it, and that it is mounted")
        return f"folder-{hashlib.sha256(str(self._place.resolve()).encode()).hexdigest()[:12]}"

    def path(self, spec: TableSpec) -> Path:
        """Where a table's file lies."""
        return self._place / (spec.name or f"{spec.obj}.csv")

    def open(self, spec: TableSpec, *, anew: bool = False) -> Opened:
        """Return a copy of a file as it is now; the one that there is, where nothing changed."""
        known, path = self._known.get(spec.obj), self.path(spec)
        if known is not None and known.mark == _mark_at(path):
            return known  # one that was young is never that
        with Sheet(path, spec, self._options.largest) as sheet:
            found = self._copied(sheet, spec)
            if not sheet.still():
                raise Unavailable(
                    f"{path.name} was written to while it was read; it is read again. Who makes it "
                    "should write another file and rename it"
                )
        # a reader that is still in the middle of the copy before keeps it until it ends
        self._known[spec.obj] = found
        return found

    def _copied(self, sheet: Sheet, spec: TableSpec) -> Opened:
        names = [one for one in sheet.names if one]
        must_have(spec, names)
        places = {name: sheet.names.index(name) for name in names}
        connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        cells = [f"c{at}" for at in range(len(sheet.names))]
        connection.execute(f"CREATE TABLE copy (bad TEXT, {', '.join(cells)})")
        no_id = _fill(connection, sheet, places[spec.key])
        for name in {spec.key, *([spec.ours] if spec.ours in places else [])}:
            connection.execute(f"CREATE INDEX by_{places[name]} ON copy (c{places[name]})")
        columns: dict[str, ColumnElement[Any]] = {
            name: column(f"c{at}") for name, at in places.items()
        }
        bad: ColumnClause[Any] = column("bad")
        return Opened(
            engine=_engine(connection),
            table=table("copy", bad, *map(column, cells)),
            spec=spec,
            columns=columns,
            kinds={name: kind_in_file(spec, name) for name in names},
            fields=tuple(self._field(name, spec) for name in names),
            mark=sheet.mark + YET * sheet.young,
            bad=bad,
            no_id=no_id,
        )

    def _field(self, name: str, spec: TableSpec) -> Field:
        """Ids and our key are unique: what we write we write under a lock, and by them."""
        kind = kind_in_file(spec, name)
        return Field(
            name=name,
            type=_FIELD.get(kind, kind),
            writable=self._options.write,
            unique=name in (spec.key, spec.ours),
        )

    def close(self) -> None:
        """Let go of all copies."""
        for one in self._known.values():
            one.engine.dispose()
        self._known.clear()


def _engine(connection: sqlite3.Connection) -> Engine:
    engine = create_engine(
        "sqlite://", creator=lambda: connection, poolclass=StaticPool, hide_parameters=True
    )
    weakref.finalize(engine, connection.close)
    return engine


def _mark_at(path: Path) -> str:
    try:
        return mark_of(os.stat(path))
    except OSError:
        return ""


def _fill(connection: sqlite3.Connection, sheet: Sheet, key: int) -> str:
    """Copy all lines; return why some are left out for want of an id, empty for none."""
    width, lost, first = len(sheet.names), 0, 0

    def rows() -> Iterator[list[Any]]:
        nonlocal lost, first
        for line, cells, _ in islice(sheet.rows(), 1, None):
            ident = cells[key].strip() if key < len(cells) else ""
            if not ident:
                lost, first = lost + 1, first or line
                continue
            yield _row(line, cells, width, key, ident)

    marks = ", ".join("?" * (width + 1))
    source = rows()
    connection.execute("BEGIN")
    while batch := list(islice(source, BATCH)):
        connection.executemany(f"INSERT INTO copy VALUES ({marks})", batch)  # noqa: S608
    connection.execute("COMMIT")
    if not lost:
        return ""
    return f"{lost} rows have nothing in the column {sheet.names[key]}, the first on line {first}"


def _row(line: int, cells: list[str], width: int, key: int, ident: str) -> list[Any]:
    """A line as it is copied; of one that is not as long as the header the id alone is believed."""
    if len(cells) != width:
        why = f"line {line} has {len(cells)} cells and the header {width}"
        return [why, *(_cell(ident) if at == key else None for at in range(width))]
    return [None, *(_cell(ident if at == key else one) for at, one in enumerate(cells))]


def _cell(text: str) -> str | bytes | None:
    """An empty cell is nothing. Bytes that are no text are kept apart: SQLite's texts are UTF-8."""
    if not text:
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
    return text
