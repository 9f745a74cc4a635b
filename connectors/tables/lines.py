"""Reads the lines of a CSV file as they were written: encoding, delimiter, quotes and bytes."""

from __future__ import annotations

import codecs
import csv
import io
import os
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crmbridge.errors import Refused, Unavailable

from .options import TableSpec

DELIMITERS = ",;\t|"
"""What is tried where no delimiter is named: the one that the first line has most of."""
COLUMNS = 1_000
"""Columns of a file at most: beyond is no table, or the wrong delimiter."""
YOUNG = 2.0
"""Seconds; the clocks of file systems tick at least that often."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a file is written; `bom` are the bytes before its first letter."""

    encoding: str
    bom: bytes
    delimiter: str
    newline: str


class Sheet:
    """One open CSV file: the state that it had when it was opened, however it is replaced since.

    Raises `Refused` for a file that is not there or has no header, `Unavailable` for one that
    somebody writes to right now.
    """

    def __init__(self, path: Path, spec: TableSpec, largest: int) -> None:
        self._spec = spec
        self._path = path
        self._file = self._opened(largest)
        try:
            stat = os.fstat(self._file.fileno())
            self.mark, self.young = mark_of(stat), young(stat)
            self.format, self.names = self._header()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Sheet:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _opened(self, largest: int) -> BinaryIO:
        name = self._path.name
        if not self._path.parent.is_dir():
            raise Unavailable(
                f"the folder of {name} is not there: check FOLDER, and that its disk is mounted"
            )
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            raise Refused(
                f"FOLDER has no file {name}: put it there, or correct tables.{self._spec.obj}.file",
                code="NO_TABLE",
            ) from None
        except PermissionError:
            raise Refused(
                f"{name} may not be read by us: give the right", code="FORBIDDEN"
            ) from None
        except OSError as error:
            raise Unavailable(f"{name} cannot be opened ({type(error).__name__})") from None
        if (size := os.fstat(file.fileno()).st_size) > largest:
            file.close()
            raise Refused(
                f"{name} has {size >> 20} MB and {largest >> 20} are taken: raise limits.file_mb",
                code="TOO_LARGE",
            )
        return file

    def _header(self) -> tuple[Format, tuple[str, ...]]:
        start = self._file.read(4)
        bom, encoding = next(
            ((mark, name) for mark, name in _BOMS if start.startswith(mark)),
            (b"", self._spec.encoding),
        )
        form = Format(encoding=encoding, bom=bom, delimiter=",", newline="\n")
        lines = self._lines(form)
        first = next(lines, "")
        lines.close()
        if not first.strip():
            raise Unavailable(
                f"{self._path.name} is empty: its first line has to name the columns. It may be in "
                "the middle of being written"
            )
        form = Format(
            encoding=encoding,
            bom=bom,
            delimiter=self._spec.delimiter or _delimiter(first),
            newline="\r\n" if first.endswith("\r\n") else "\n",
        )
        names = tuple(one.strip() for one in next(self.rows(form))[1])
        self._must_be_names(names)
        return form, names

    def _must_be_names(self, names: Sequence[str]) -> None:
        twice = sorted({one for one in names if one and names.count(one) > 1})
        if twice or len(names) > COLUMNS:
            what = (
                f"names the column {twice[0]!r} twice" if twice else f"has over {COLUMNS} columns"
            )
            raise Refused(f"the first line of {self._path.name} {what}: correct it", code="BAD_CSV")

    def _lines(self, form: Format) -> Generator[str, None, None]:
        self._file.seek(len(form.bom))
        try:
            text = io.TextIOWrapper(
                self._file, encoding=form.encoding, errors="surrogateescape", newline=""
            )
        except LookupError:  # options know only encodings that there are
            raise Refused(f"no encoding {form.encoding!r}", code="BAD_CSV") from None
        try:
            while line := text.readline():  # `yield from` would close the file, too
                yield line
        except UnicodeError:
            raise Refused(
                f"{self._path.name} is not written in {form.encoding}: name its encoding in "
                f"tables.{self._spec.obj}.encoding",
                code="BAD_CSV",
            ) from None
        finally:
            if not self._file.closed:
                text.detach()

    def rows(
        self, form: Format | None = None, *, blank: bool = False
    ) -> Iterator[tuple[int, list[str], str]]:
        """Yield each line of the table, the header first: its number, cells, and text as it is.

        A line may hold line ends between quotes; its number is that of its first one. Blank lines,
        which have no cells, come only where they are wanted. Raises `Refused` where quotes cannot
        be followed, because what comes behind may be shifted, and `Unavailable` where the file ends
        inside a quote.
        """
        form = form or self.format
        kept: list[str] = []

        def remembered() -> Iterator[str]:
            for line in self._lines(form):
                kept.append(line)
                yield line

        reader = csv.reader(remembered(), delimiter=form.delimiter, strict=True)
        while True:
            start = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise self._broken(start, str(error)) from None
            if cells is None:
                return
            raw = "".join(kept)
            kept.clear()
            if cells or blank:
                yield start, cells, raw

    def _broken(self, line: int, said: str) -> Exception:
        name = self._path.name
        if said.startswith("unexpected end"):
            return Unavailable(
                f"{name} ends inside a quoted text that begins on line {line}: it may be in the "
                "middle of being written; it is read again"
            )
        return Refused(
            f"{name} cannot be followed from line {line} on ({_why(said)}): put the quotes there "
            "right; nothing of the file is taken meanwhile",
            code="BAD_CSV",
        )

    def still(self) -> bool:
        """Whether the open file has not been written to since it was opened."""
        return mark_of(os.fstat(self._file.fileno())) == self.mark

    def is_at(self, path: Path) -> bool:
        """Whether the file at a path is this one, as it was."""
        try:
            return mark_of(path.stat()) == self.mark
        except OSError:
            return False


def mark_of(stat: os.stat_result) -> str:
    """What tells one state of a file from another: which file it is, its size, and its time."""
    return f"{stat.st_ino:x}.{stat.st_size:x}.{stat.st_mtime_ns:x}"


def young(stat: os.stat_result) -> bool:
    """Whether a file was written so lately that a second write may not show in its time."""
    return time.time() - stat.st_mtime < YOUNG


def _why(said: str) -> str:
    return (
        "a cell of more than 131,072 letters"
        if "larger than field limit" in said
        else ("a quote inside a text that is not doubled")
    )


def _delimiter(first: str) -> str:
    """The sign that the first line has most of, outside quotes."""
    plain = "".join(first.split('"')[::2])
    best = max(DELIMITERS, key=plain.count)
    return best if plain.count(best) else ","
