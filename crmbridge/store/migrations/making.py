"""The words of a migration: columns, tables and indexes as all of its steps make them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

Column = sa.Column[Any]
BIG: Any = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A whole number of up to 64 bits."""
TEXT: Any = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by its bytes."""
MICROS: Any = BIG
"""Microseconds since 1970."""
SECONDS: Any = sa.Double().with_variant(sa.REAL(), "sqlite")


def key(name: str, type_: Any = TEXT) -> Column:
    """A column of the key."""
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def seq() -> Column:
    """A number that the database gives."""
    return sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True)


def need(name: str, type_: Any = TEXT) -> Column:
    """A column that is always filled."""
    return sa.Column(name, type_, nullable=False)


def may(name: str, type_: Any = TEXT) -> Column:
    """A column that may be empty."""
    return sa.Column(name, type_, nullable=True)


def told(name: str) -> Column:
    """A column of text that is empty in the rows that are there."""
    return sa.Column(name, TEXT, server_default=sa.text("''"), nullable=False)


def table(name: str, *items: Any, **options: Any) -> None:
    """Make a table that takes no value of another type."""
    op.create_table(name, *items, sqlite_strict=True, **options)


def index(name: str, of: str, columns: list[str], where: str = "", *, unique: bool = False) -> None:
    """Make an index of a table, of those rows only that fulfil `where`."""
    condition = sa.text(where) if where else None
    op.create_index(
        name, of, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )
