"""Which database a ledger's URL names."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from crmbridge.errors import LedgerError
from crmbridge.store.dialect.port import Database
from crmbridge.store.dialect.sqlite import SqliteFile, file_of

WAYS = "sqlite:////absolute/path/ledger.db or postgresql://user@host/name"


def parse_url(url: str) -> URL:
    """Read a ledger's URL; raises `LedgerError` for one that this version cannot open.

    What is wrong is said without the URL, which may hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerError(f"CRMBRIDGE_LEDGER is not a URL: write {WAYS}") from None
    if parsed.drivername == "sqlite":
        file_of(parsed)
    elif parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        raise LedgerError(
            f"this version keeps ledgers in SQLite and PostgreSQL, not in {parsed.drivername}: "
            f"write {WAYS}"
        )
    elif "@" in f"{parsed.host}{parsed.database}":
        # what is told of a place would have the end of the password
        raise LedgerError(
            "CRMBRIDGE_LEDGER has an @ too many: write one that belongs to a name or a password as "
            "%40, or leave the password out"
        )
    elif not parsed.database:
        raise LedgerError("CRMBRIDGE_LEDGER names no database: write postgresql://user@host/name")
    return parsed


def database(url: str) -> Database:
    """Return the database of a URL; nothing is opened yet. Raises `LedgerError` as `parse_url`."""
    parsed = parse_url(url)
    if parsed.drivername == "sqlite":
        return SqliteFile(parsed)
    # its dialect and its driver load slowly, and most ledgers are files
    from crmbridge.store.dialect.postgres import PostgresDatabase

    return PostgresDatabase(parsed)
