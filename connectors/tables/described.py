"""What a database says of a table: columns and types, what is unique, and what leads where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnClause, Engine, column, exc, inspect, table, types
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.engine.reflection import Inspector

from crmbridge.errors import Refused
from crmbridge.model.record import Field

from .opened import Opened, must_have
from .options import Options, TableSpec

_KINDS: tuple[tuple[type[types.TypeEngine[Any]], str], ...] = (
    (types.Boolean, "bool"),
    (types.Integer, "int"),
    (types.Numeric, "decimal"),
    (types.DateTime, "datetime"),
    (types.Date, "date"),
    (types.Enum, "enum"),
    (types.ARRAY, "multi"),
    (types.String, "text"),
    (types.Uuid, "text"),
    (types.NullType, ""),
)
_FIELD = {"int": "number", "decimal": "number", "": "text"}

UNTOLD = (exc.NoSuchTableError, RuntimeError)
"""What SQLAlchemy raises of a view, or of a database whose catalogue has no such thing."""


def described(engine: Engine, spec: TableSpec, options: Options) -> Opened:
    """Ask the catalogue about a table; a name with a point is one of a schema: `sales.leads`.

    Raises `Refused` for a table, or a column of the options, that is not there.
    """
    schema, _, name = (spec.name or spec.obj).rpartition(".")
    found = _Catalogue(inspect(engine), name, schema or None, options)
    told = found.columns(spec)
    by_name = {one["name"]: one for one in told}
    must_have(spec, list(by_name))
    kinds = {one: kind for one, row in by_name.items() if (kind := _kind(row)) is not None}
    numbers = frozenset(one for one, kind in kinds.items() if kind == "int")
    leads, unique = found.leads(), found.unique()
    kinds |= dict.fromkeys(set(leads) & set(kinds) - {spec.key}, "ref")
    kinds |= _meant(spec, kinds)
    named: dict[str, ColumnClause[Any]] = {one: column(one) for one in kinds}
    return Opened(
        engine=engine,
        table=table(name, *named.values(), schema=schema or None),
        spec=spec,
        columns=named,
        kinds=kinds,
        fields=tuple(
            _field(
                by_name[one],
                kind,
                writable=options.write,
                unique=one in unique,
                refers=leads.get(one, ()),
            )
            for one, kind in kinds.items()
        ),
        sure=spec.key in unique,
        stamped=bool(spec.stamp) and not by_name[spec.stamp]["nullable"],
        naive=frozenset(one for one, row in by_name.items() if _is_naive(row["type"])),
        numbers=numbers,
        uuids=frozenset(one for one, row in by_name.items() if isinstance(row["type"], types.Uuid)),
        lists=frozenset(
            one for one, row in by_name.items() if isinstance(row["type"], types.ARRAY)
        ),
        defaults=frozenset(one for one, row in by_name.items() if _fills_itself(row)),
    )


class _Catalogue:
    """One table's place in the catalogue; what a database does not tell is left out."""

    def __init__(
        self, inspector: Inspector, name: str, schema: str | None, options: Options
    ) -> None:
        self._inspector = inspector
        self._name = name
        self._schema = schema
        self._tables = options.tables

    def columns(self, spec: TableSpec) -> Sequence[ReflectedColumn]:
        """All columns, in order."""
        try:
            return self._inspector.get_columns(self._name, self._schema)
        except exc.NoSuchTableError:
            raise Refused(
                f"the database has no table or view {spec.name or spec.obj!r} that our user sees: "
                f"correct tables.{spec.obj}.table, or grant the right to read it",
                code="NO_TABLE",
            ) from None

    def leads(self) -> dict[str, tuple[str, ...]]:
        """The columns with ids of other tables, each with the objects that these are here."""
        found: dict[str, tuple[str, ...]] = {}
        with suppress(*UNTOLD):
            for one in self._inspector.get_foreign_keys(self._name, self._schema):
                far, near = one["referred_table"], one["constrained_columns"]
                objects = [
                    obj
                    for obj, spec in self._tables.items()
                    if (spec.name or obj).rpartition(".")[2] == far
                ]
                keys = {self._tables[obj].key for obj in objects}
                if len(near) == 1 and keys <= set(one["referred_columns"]):
                    found[near[0]] = tuple(objects)
        return found

    def unique(self) -> frozenset[str]:
        """The columns of which the database lets no value come twice."""
        place, found = (self._name, self._schema), list[Sequence[str | None]]()
        # SQLAlchemy finds what stands in a column's own line of SQLite only by its index
        every: dict[str, Any] = {}
        if self._inspector.dialect.name == "sqlite":
            every = {"include_auto_indexes": True}
        with suppress(*UNTOLD):
            found.append(self._inspector.get_pk_constraint(*place)["constrained_columns"])
        with suppress(*UNTOLD):
            found += [one["column_names"] for one in self._inspector.get_unique_constraints(*place)]
        with suppress(*UNTOLD):
            found += [
                one["column_names"]
                for one in self._inspector.get_indexes(*place, **every)
                if one["unique"]
                and not any(option.endswith("_where") for option in one.get("dialect_options", {}))
            ]
        return frozenset(str(one[0]) for one in found if one and len(one) == 1)


def _field(
    one: ReflectedColumn, kind: str, *, writable: bool, unique: bool, refers: tuple[str, ...]
) -> Field:
    kind_of = one["type"]
    digits, scale = getattr(kind_of, "precision", None), getattr(kind_of, "scale", None)
    exact = kind == "decimal" and isinstance(digits, int) and isinstance(scale, int)
    return Field(
        name=one["name"],
        type=_FIELD.get(kind, kind),
        label=one.get("comment") or "",
        required=not one["nullable"] and not _fills_itself(one),
        writable=writable and not one.get("computed"),
        unique=unique,
        length=_length(kind_of) if kind == "text" else 0,
        choices=tuple(kind_of.enums) if isinstance(kind_of, types.Enum) else (),
        refers=refers,
        digits=max(0, int(digits) - int(scale)) if exact else 0,  # type: ignore[arg-type]
        scale=int(scale) if exact else 0 if kind == "int" else None,  # type: ignore[arg-type]
    )


def _meant(spec: TableSpec, kinds: Mapping[str, str]) -> Mapping[str, str]:
    """The types that the options say, and those of columns that have a meaning.

    SQLite has no type for times, and many a table keeps them, or a yes or no, as text or number.
    """
    loose = ("text", "int", "")
    meaning = {spec.stamp: "datetime", spec.deleted: "bool"}
    own = {name: kind for name, kind in meaning.items() if kinds.get(name) in loose}
    return {**own, **spec.kinds}


def _kind(one: ReflectedColumn) -> str | None:
    """A column's type, `None` for one that has no value of ours, such as bytes or an interval."""
    return next((kind for cls, kind in _KINDS if isinstance(one["type"], cls)), None)


def _length(kind: object) -> int:
    length = getattr(kind, "length", None)
    return length if isinstance(length, int) and length > 0 else 0


def _is_naive(kind: object) -> bool:
    """Whether a column of instants keeps no offset; SQL Server names one that does."""
    return (
        isinstance(kind, types.DateTime)
        and not kind.timezone
        and type(kind).__name__ != "DATETIMEOFFSET"
    )


def _fills_itself(one: ReflectedColumn) -> bool:
    """Whether a new row gets a value there by itself: a default, an identity, a row number."""
    if one.get("default") or one.get("identity") or one.get("computed"):
        return True
    return bool(one.get("primary_key")) and isinstance(one["type"], types.Integer)
