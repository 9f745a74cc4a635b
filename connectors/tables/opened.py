"""One table as it lies open: its columns, their types, and where rows come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    bindparam,
    select,
)
from sqlalchemy.types import NullType

from crmbridge.errors import Refused
from crmbridge.model.nearest import meant
from crmbridge.model.record import Field, Record

from .options import TableSpec
from .values import Odd, read_value
from .words import asked

YET = "~"
"""Behind the mark of a file that may change once more without a sign: it is looked at again."""
NO_ID = "(no id)"
"""Stands for the rows without an id among the records that cannot be read."""
LISTED = 20
"""Columns that an error names at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A table, view or file at one instant.

    `columns` are what can be selected, by name, `kinds` their types (`values.read_value`). `mark`
    says which state of a file this is, and is empty for a database. `bad` is the column that says
    why a line of a file cannot be read. `sure` says that the source itself lets no id come twice.
    `no_id` is why rows are passed over for want of an id, empty where none is.
    """

    engine: Engine
    table: FromClause
    spec: TableSpec
    columns: Mapping[str, ColumnElement[Any]]
    kinds: Mapping[str, str]
    fields: tuple[Field, ...]
    mark: str = ""
    bad: ColumnElement[Any] | None = None
    sure: bool = False
    no_id: str = ""
    stamped: bool = False
    """Whether the stamp's column is never empty."""
    naive: frozenset[str] = frozenset()
    """Columns of instants that keep no offset: theirs are of the option `zone`."""
    numbers: frozenset[str] = frozenset()
    """Columns of whole numbers, also those whose numbers are ids of other rows."""
    uuids: frozenset[str] = frozenset()
    """Columns of UUIDs as the database's own type."""
    lists: frozenset[str] = frozenset()
    """Columns that hold several values as such, and not as one text."""
    defaults: frozenset[str] = frozenset()
    """Columns that fill themselves in a new row."""

    def __repr__(self) -> str:
        return f"Opened({self.spec.obj}, {len(self.columns)} columns)"

    @property
    def key(self) -> ColumnElement[Any]:
        """The column with the id."""
        return self.columns[self.spec.key]

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """Give a connection for a short read; errors leave as ours."""
        with asked(self.spec.obj), self.engine.connect() as connection:
            yield connection

    def fetch(self, query: Select[Any]) -> Sequence[Sequence[Any]]:
        """Return all rows of a bounded query."""
        with self.asking() as connection:
            return connection.execute(query).fetchall()


class Source(Protocol):
    """A database or a folder: what tables it has, and each of them open."""

    def id(self) -> str:
        """Return what the source is called, by one cheap look. Raises `Unavailable`."""
        ...

    def open(self, spec: TableSpec, *, anew: bool = False) -> Opened:
        """Return a table as it is now; `anew` looks at its columns again."""
        ...

    def close(self) -> None:
        """Close connections and let go of files."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is selected of a table to make records of: the wanted columns that it has."""

    opened: Opened
    names: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def query(self) -> Select[Any]:
        """Select the id, the wanted columns, those that say more of a row, and why it is bad."""
        opened = self.opened
        chosen = [opened.key, *(opened.columns[name] for name in (*self.names, *self.extra))]
        if opened.bad is not None:
            chosen.append(opened.bad)
        return select(*chosen).select_from(opened.table)

    def stamp(self, row: Sequence[Any]) -> Any:
        """What the stamp's column holds."""
        return row[1 + len(self.names) + self.extra.index(self.opened.spec.stamp)]

    def record(self, row: Sequence[Any]) -> tuple[Record, str]:
        """Make a record of a row; also why some of it cannot be read, empty where all can."""
        opened, spec = self.opened, self.opened.spec
        found, why = {}, []
        every = (*self.names, *self.extra)
        for at, name in enumerate(every, start=1):
            try:
                found[name] = read_value(opened.kinds[name], row[at], spec)
            except Odd as error:
                why.append(f"column {name}: {error}")
        if opened.bad is not None and row[-1]:
            found, why = {}, [str(row[-1])]
        stamp = found.get(spec.stamp)
        record = Record(
            obj=spec.obj,
            id=ident_of(row[0]),
            values={name: found[name] for name in self.names if name in found},
            changed_at=stamp if opened.kinds.get(spec.stamp) == "datetime" else None,  # type: ignore[arg-type]
            deleted=found.get(spec.deleted) is True,
        )
        return record, "; ".join(why)


def shape(opened: Opened, fields: Sequence[str]) -> Shape:
    """Return what to select; fields that the table has not are left out, never guessed at."""
    names = tuple(name for name in dict.fromkeys(fields) if name in opened.columns)
    extra = tuple(one for one in (opened.spec.stamp, opened.spec.deleted) if one)
    return Shape(opened=opened, names=names, extra=extra)


def must_have(spec: TableSpec, columns: Sequence[str]) -> None:
    """Raise `Refused` for a column of the options that the table has not."""
    named = {"key": spec.key, "stamp": spec.stamp, "deleted": spec.deleted}
    for option, name in [*named.items(), *((f"types.{one}", one) for one in spec.kinds)]:
        if name and name not in columns:
            same = [one for one in columns if one.casefold() == name.casefold()]
            some = ", ".join(columns[:LISTED]) + (", …" if len(columns) > LISTED else "")
            hint = f"write it as {same[0]!r}" if same else meant(name, columns, f"it has {some}")
            raise Refused(
                f"{spec.obj} has no column {name!r}, which tables.{spec.obj}.{option} names; "
                f"{hint}",
                code="NO_COLUMN",
                field=name,
            )


def ident_of(raw: Any) -> str:
    """An id as text; the empty text for nothing.

    Raises `Refused` for a column whose values are no ids, such as bytes.
    """
    if raw is None:
        return ""
    if isinstance(raw, Decimal) and raw == raw.to_integral_value():
        return str(int(raw))
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, bool) or not isinstance(raw, str | int | UUID | Decimal):
        raise Refused(
            "the column with the id holds neither texts nor whole numbers: name another as key",
            code="BAD_KEY",
        )
    return str(raw)


def bound(value: Any) -> BindParameter[Any]:
    """A value to be compared with a column, without a type of SQLAlchemy's on it.

    It would put a cast around it, and a text that was made a VARCHAR is no UUID any more.
    """
    return bindparam(None, value, type_=NullType(), unique=True)


def bound_all(values: Sequence[Any]) -> BindParameter[Any]:
    """The same of several values, for `in_`."""
    return bindparam(None, list(values), type_=NullType(), unique=True, expanding=True)


def raw_ident(opened: Opened, ident: str) -> Any:
    """An id as the column has it; `None` for one that the column cannot have."""
    if opened.spec.key in opened.uuids:
        try:
            return UUID(ident)
        except ValueError:
            return None
    if opened.kinds[opened.spec.key] in ("int", "decimal"):
        return int(ident) if ident.lstrip("-").isdigit() and len(ident) < 40 else None
    return ident
