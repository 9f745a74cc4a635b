"""Columns by what they hold: keys, what is always or may be filled, days, exact numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, literal, text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from crmbridge.store.types import Flag, Whole, Words

Make = Callable[..., Table]
"""How a table is made; `schema` gives the way that adds it to its MetaData."""


OF_FILE = "of_file"
"""What is said of an index that is made in a file alone."""


def key(name: str, type_: Any = Words) -> Column[Any]:
    """A column of the key."""
    return Column(name, type_, primary_key=True)


def keys(*names: str) -> tuple[Column[Any], ...]:
    """Columns of the key that are text."""
    return tuple(map(key, names))


def need(name: str, type_: Any = Words) -> Column[Any]:
    """A column that is always filled."""
    return Column(name, type_, nullable=False)


def may(name: str, type_: Any = Words) -> Column[Any]:
    """A column that may be empty."""
    return Column(name, type_, nullable=True)


class Exact(TypeDecorator[Decimal]):
    """A number with all its digits, stored as text."""

    impl = Words
    cache_ok = True

    def process_bind_param(
        self, value: Decimal | None, dialect: Dialect | None = None
    ) -> str | None:
        """Write the digits."""
        return None if value is None else str(value)

    def process_result_value(
        self, value: str | None, dialect: Dialect | None = None
    ) -> Decimal | None:
        """Read the number back."""
        return None if value is None else Decimal(value)


class Day(TypeDecorator[date]):
    """A day of the company's calendar, stored as text that sorts by time."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect | None = None) -> str | None:
        """Write the day."""
        return None if value is None else value.isoformat()

    def process_result_value(
        self, value: str | None, dialect: Dialect | None = None
    ) -> date | None:
        """Read the day back."""
        return None if value is None else date.fromisoformat(value)


def told(*names: str) -> tuple[Column[Any], ...]:
    """Columns of text: empty where nothing was told, and in rows from before there was one."""
    return tuple(Column(one, Words, server_default=text("''"), nullable=False) for one in names)


def counted(name: str) -> Column[Any]:
    """A column of whole numbers that is 0 where nothing was told."""
    return Column(name, Whole, server_default=text("0"), nullable=False)


def flag(name: str) -> Column[Any]:
    """A column that is no where nothing was told."""
    return Column(name, Flag, server_default=text("0"), nullable=False)


def is_yes(column: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a flag is set; as a number, for not every database has truth."""
    return column == literal(True, column.type)


def is_no(column: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a flag is not set."""
    return column == literal(False, column.type)
