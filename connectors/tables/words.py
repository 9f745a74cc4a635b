"""What a database's errors mean here, in words that repeat neither values nor the address."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc

from crmbridge.errors import (
    AuthFailed,
    ConnectorError,
    RefusalCause,
    Refused,
    Throttled,
    Unavailable,
)
from crmbridge.kit import words
from crmbridge.model.record import Row, Written

FULL_WAIT = 30.0
"""Seconds before a database without a free connection is asked again; a choice of ours."""
_AUTH = frozenset({"1045", "1698", "18456"})
"""MySQL and SQL Server: access denied. SQLSTATE has class 28."""
_AUTH_WORDS = ("authentication failed", "access denied for user", "login failed for user")
_DENIED = frozenset({"42501", "1044", "1142", "1143", "1227"})
_MISSING = frozenset({"42P01", "42703", "3F000", "1049", "1054", "1146"})
_FULL = frozenset({"53300", "1040", "1203"})
CAUSES = {
    **dict.fromkeys(("FORBIDDEN", *_DENIED), RefusalCause.RIGHTS),
    **dict.fromkeys(("NO_TABLE", "NO_KEY", "3F000", "42P01"), RefusalCause.UNABLE),
    **dict.fromkeys(("NO_COLUMN", "42703", "1054"), RefusalCause.NO_FIELD),
    **dict.fromkeys(("23505", "1062"), RefusalCause.DUPLICATE),
}
"""What our codes and the servers' mean: SQLSTATE, and the numbers of MySQL."""
_LATE = frozenset({"57014", "3024", "1969"})
"""A statement that the server broke off for its time: PostgreSQL, MySQL, MariaDB."""


def code_of(error: exc.SQLAlchemyError) -> str:
    """The driver's own code: a SQLSTATE, a server's number, or empty where it gives none."""
    orig = getattr(error, "orig", None)
    for name in ("sqlstate", "pgcode"):
        if found := getattr(orig, name, None):
            return str(found)
    args = getattr(orig, "args", ())
    return str(args[0]) if args and isinstance(args[0], int) else ""


def _said(error: exc.SQLAlchemyError) -> str:
    """SQLite's message, which is to be matched and never repeated."""
    orig = getattr(error, "orig", None)
    return str(orig) if isinstance(orig, sqlite3.Error) else ""


def _shut_out(error: exc.SQLAlchemyError, code: str) -> bool:
    """Whether the credential is refused; a refused connection has often no code, only words."""
    if code.startswith("28") or code in _AUTH:
        return True
    said = str(getattr(error, "orig", "")).lower()
    return not code and any(words in said for words in _AUTH_WORDS)


def told(error: exc.SQLAlchemyError, what: str) -> ConnectorError:
    """The error of ours for one of the driver's; `what` is the table."""
    code, said = code_of(error), _said(error)
    name = f"{type(error).__name__}{f' {code}' if code else ''}"
    if _shut_out(error, code):
        return AuthFailed(
            f"the database does not let us in ({name}): check user and password in DATABASE_URL"
        )
    if code in _DENIED or "readonly" in said or "not authorized" in said:
        return Refused(
            f"{what}: the database gives our user no right to it ({name}): grant it",
            code=code or "FORBIDDEN",
        )
    if code in _MISSING or said.startswith(("no such table", "no such column")):
        return Refused(
            f"{what}: the database has no such table or column any more ({name}): correct the "
            "options, or give it back",
            code=code or "NO_TABLE",
        )
    if code in _FULL:
        return Throttled(
            f"the database has no connection free for us ({name})", retry_after=FULL_WAIT
        )
    late = code in _LATE or "interrupted" in said or "locked" in said
    return Unavailable(
        f"{what}: the database could not answer ({name}); it is asked again", late=late
    )


@contextmanager
def asked(what: str) -> Iterator[None]:
    """Turn the errors of SQLAlchemy and its driver into ours."""
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise told(error, what) from None


def column_at_fault(error: exc.SQLAlchemyError) -> str:
    """The column that a refused row failed by, where the driver names it; else empty."""
    diag: Any = getattr(getattr(error, "orig", None), "diag", None)
    if name := getattr(diag, "column_name", None):
        return str(name)
    said = _said(error)
    kind, _, place = said.partition(": ")
    if kind in ("UNIQUE constraint failed", "NOT NULL constraint failed"):
        return place.split(",")[0].rpartition(".")[2].strip()
    return ""


def gone(row: Row, key: str) -> Written:
    """The result of a row whose record is there no more."""
    return words.gone(row, "NO_ROW", f"no row has this id in {key}")


def ambiguous(row: Row, column: str) -> Written:
    """The result of a row that several records answer to."""
    return words.ambiguous(row, "SEVERAL_ROWS", f"several rows have the same value in {column}")
