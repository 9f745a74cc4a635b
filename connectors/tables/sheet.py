"""Writes rows into a CSV file: a new file beside it, whole, that then takes its place at once.

Lines that no row is about stay as they are, byte for byte. A lock file keeps two of us apart; who
replaces the file without asking for the lock is noticed, and the rows are for later.
"""

from __future__ import annotations

import csv
import fcntl
import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from crmbridge.errors import ConnectorError, Refused
from crmbridge.kit.words import done, later, refused, unknown
from crmbridge.model.record import Outcome, Row, Written

from .lines import Format, Sheet
from .options import LIMITS, TableSpec, kind_in_file
from .stamps import spelled
from .values import Odd, checked, read_value, text_of
from .words import ambiguous, gone

LOOK = 0.05
"""Seconds between two tries for the lock."""


class Busy(Exception):
    """Another of us writes the file for longer than we wait."""


class SheetWriter:
    """Writes rows of one file; `largest` is in bytes, `patience` how long a lock is waited for."""

    def __init__(
        self,
        path: Path,
        spec: TableSpec,
        *,
        largest: int,
        patience: float,
        now: Callable[[], datetime],
    ) -> None:
        self._path = path.resolve()  # a link stays one: what it leads to is replaced
        self._spec = spec
        self._largest = largest
        self._patience = patience
        self._now = now

    def write(self, rows: Sequence[Row]) -> list[Written]:
        """Write rows in batches, the file once a batch; behind one that fails all are for later."""
        results: list[Written] = []
        for at in range(0, len(rows), LIMITS.write_batch):
            chunk = rows[at : at + LIMITS.write_batch]
            try:
                with _locked(self._path, self._patience):
                    results += self._batch(chunk)
                continue
            except Refused as error:
                return [*results, *(refused(row, error.code, str(error)) for row in rows[at:])]
            except PermissionError:
                why = "the folder may not be written to by us: give the right"
                return [*results, *(refused(row, "FORBIDDEN", why) for row in rows[at:])]
            except (ConnectorError, Busy, OSError) as error:
                why = str(error) if isinstance(error, ConnectorError | Busy) else _said(error)
                return [*results, *(later(row, "DOWN", why) for row in rows[at:])]
        return results

    def _batch(self, rows: Sequence[Row]) -> list[Written]:
        with Sheet(self._path, self._spec, self._largest) as sheet:
            plan = _Plan(sheet, self._spec, rows, self._now())
            if not (plan.changes or plan.ours or plan.made):
                return plan.results()
            with _beside(self._path) as (file, place):
                plan.copy(file)
                if not (sheet.still() and sheet.is_at(self._path)):
                    why = "another program replaced the file meanwhile"
                    return [later(row, "REPLACED", why) for row in rows]
                _keep_rights(self._path, place)
                os.replace(place, self._path)
        return plan.results() if _settled(self._path.parent) else plan.doubted()


class _Plan:
    """What becomes of each line: found in one look at the file, done in a second one."""

    def __init__(self, sheet: Sheet, spec: TableSpec, rows: Sequence[Row], now: datetime) -> None:
        self._sheet = sheet
        self._spec = spec
        self._rows = rows
        self._now = now
        self._places = {name: at for at, name in enumerate(sheet.names) if name}
        self._kinds = {name: kind_in_file(spec, name) for name in self._places}
        self.changes: dict[str, dict[int, str]] = {}
        """By the id of a line, the cells that change in it."""
        self.ours: dict[str, dict[int, str]] = {}
        """The same by our key, of lines that are found by it."""
        self.made: dict[str, dict[int, str]] = {}
        """New lines by their ids."""
        self._found: list[Written] = []
        self._ids, self._keys, self._like = self._look()
        for row in rows:
            self._found.append(self._planned(row))

    def _look(self) -> tuple[dict[str, int], dict[str, list[str]], str]:
        """How often each wanted id comes, the ids of each wanted key, and a stamp of the file."""
        ids = {row.id: 0 for row in self._rows if row.id}
        keys: dict[str, list[str]] = {row.key: [] for row in self._rows if not row.id}
        stamp, like = self._spec.stamp, ""
        for cells in self._lines():
            ident, key = self._cell(cells, self._spec.key), self._cell(cells, self._spec.ours)
            if ident in ids and not self._is_deleted(cells):
                ids[ident] += 1
            if key and key in keys:
                keys[key].append(ident)
            like = max(like, self._cell(cells, stamp)) if stamp else ""
        return ids, keys, like

    def _lines(self) -> Iterator[list[str]]:
        rows = self._sheet.rows()
        next(rows)
        return (cells for _, cells, _ in rows if len(cells) == len(self._sheet.names))

    def _cell(self, cells: Sequence[str], name: str) -> str:
        place = self._places.get(name)
        return "" if place is None else cells[place].strip()

    def _is_deleted(self, cells: Sequence[str]) -> bool:
        try:
            said = self._cell(cells, self._spec.deleted)
            return bool(said) and read_value("bool", said, self._spec) is True
        except Odd:
            return False

    def _planned(self, row: Row) -> Written:
        spec = self._spec
        try:
            cells = self._cells(row)
        except Refused as error:
            return refused(row, error.code, str(error), error.field)
        if row.id:
            return self._by_id(row, row.id, cells, self._ids[row.id])
        if not spec.ours or spec.ours not in self._places:
            why = f"tables.{spec.obj} names no column for our key: add ours"
            return refused(row, "NO_KEY", why, spec.ours)
        known = self._keys[row.key]
        if len(known) > 1:
            return ambiguous(row, spec.ours)
        if known and known[0] in self.made:
            self.made[known[0]] |= cells
            return done(self._spec.obj, row, known[0])
        if known and known[0]:
            self.ours[row.key] = self.ours.get(row.key, {}) | cells
            return done(self._spec.obj, row, known[0])
        if known:
            why = f"the line with our key has nothing in the column {spec.key}"
            return refused(row, "NO_ID", why, spec.key)
        return self._created(row, cells)

    def _by_id(self, row: Row, ident: str, cells: dict[int, str], lines: int) -> Written:
        if lines != 1:
            return ambiguous(row, self._spec.key) if lines else gone(row, self._spec.key)
        self.changes[ident] = self.changes.get(ident, {}) | cells
        return done(self._spec.obj, row, ident)

    def _created(self, row: Row, cells: dict[int, str]) -> Written:
        spec = self._spec
        cells = cells | {self._places[spec.ours]: row.key}
        ident = cells.setdefault(self._places[spec.key], row.key)
        self.made[ident] = cells
        self._keys[row.key] = [ident]
        return done(self._spec.obj, row, ident, created=True)

    def _cells(self, row: Row) -> dict[int, str]:
        """The cells of a row by their place; raises `Refused` for one that does not fit."""
        spec, found = self._spec, {}
        for name, value in row.values.items():
            if name not in self._places:
                raise Refused(f"{spec.obj} has no column {name!r}", code="NO_COLUMN", field=name)
            try:
                said = text_of(checked(self._kinds[name], value, spec), spec)
                found[self._places[name]] = said.replace("\0", "")
                said.encode(self._sheet.format.encoding)
            except Odd as error:
                raise Refused(f"{name}: {error}", code="BAD_VALUE", field=name) from None
            except UnicodeEncodeError:
                raise Refused(
                    f"{name}: a letter that {self._sheet.format.encoding} has not",
                    code="BAD_VALUE",
                    field=name,
                ) from None
        if spec.stamp in self._places and spec.stamp not in row.values:
            like = self._like or "2000-01-01T00:00:00Z"
            said = str(spelled(self._now, like, spec, floor=False))
            found[self._places[spec.stamp]] = said
        return found

    def _change(self, cells: Sequence[str]) -> dict[int, str]:
        """What changes in a line."""
        ident, key = self._cell(cells, self._spec.key), self._cell(cells, self._spec.ours)
        return self.changes.get(ident, {}) | (self.ours.get(key, {}) if key else {})

    def copy(self, file: IO[bytes]) -> None:
        """Write the whole file anew, changed lines and new ones in it."""
        form, width = self._sheet.format, len(self._sheet.names)
        file.write(form.bom)
        raw = ""
        for number, (_, cells, raw) in enumerate(self._sheet.rows(blank=True)):
            change = self._change(cells) if number and len(cells) == width else {}
            if change:
                raw = _line([change.get(at, one) for at, one in enumerate(cells)], form)
            if not raw.endswith(("\n", "\r")):
                raw += form.newline
            file.write(raw.encode(form.encoding, "surrogateescape"))
        for made in self.made.values():
            line = _line([made.get(at, "") for at in range(width)], form)
            file.write(line.encode(form.encoding))
        file.flush()
        os.fsync(file.fileno())

    def results(self) -> list[Written]:
        """What became of each row."""
        return self._found

    def doubted(self) -> list[Written]:
        """The same where nobody knows whether the new file lasts."""
        return [
            unknown(row, "the new file may not be on the disk yet")
            if one.outcome is Outcome.DONE
            else one
            for row, one in zip(self._rows, self._found, strict=True)
        ]


def _line(cells: Sequence[str], form: Format) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=form.delimiter, lineterminator=form.newline).writerow(cells)
    return out.getvalue()


@contextmanager
def _locked(path: Path, patience: float) -> Iterator[None]:
    """Hold the lock of a file; raises `Busy` when another holds it for longer than we wait."""
    until = time.monotonic() + patience
    with path.with_name(f".{path.name}.lock").open("wb") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Busy("another process writes the file") from None
                time.sleep(LOOK)
        yield


@contextmanager
def _beside(path: Path) -> Iterator[tuple[IO[bytes], str]]:
    """Give a new file in the same folder, which is gone again where it took nobody's place.

    What one of us left who was killed goes too: who holds the lock is alone.
    """
    for left in path.parent.glob(f".{path.name}.*"):
        if not left.name.endswith(".lock"):
            left.unlink(missing_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            yield file, file.name
        finally:
            Path(file.name).unlink(missing_ok=True)


def _keep_rights(path: Path, place: str) -> None:
    old = path.stat()
    os.chmod(place, old.st_mode & 0o7777)


def _settled(folder: Path) -> bool:
    """Let the new name last, too; whether that went well."""
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError:
        return False
    return True


def _said(error: Exception) -> str:
    return f"the file cannot be written ({type(error).__name__})"
