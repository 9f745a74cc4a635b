"""A SQL database behind a SQLAlchemy URL: connections that are bounded, and tables as described."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Engine,
    create_engine,
    event,
    exc,
    make_url,
    text,
)
from sqlalchemy.engine.url import URL

from crmbridge.errors import ConfigError, Unavailable
from crmbridge.log import get_logger

from .described import described
from .opened import Opened
from .options import Options, TableSpec
from .words import asked

log = get_logger("crmbridge.tables")
STEPS = 20_000
"""SQLite's own steps between two looks at the clock: some milliseconds."""
FRESH = 3_600.0
"""Seconds for which a table's description is good."""
_LOADS = ("psycopg", "psycopg2", "pymysql", "mysqldb")
"""Drivers that take `connect_timeout` in seconds."""


class Database:
    """The tables of one database. Raises `ConfigError` for a URL that none can be made of."""

    def __init__(self, url: str, options: Options) -> None:
        self._options = options
        self._url = _parsed(url)
        self._reader: Engine | None = None
        self._writer: Engine | None = None
        self._known: dict[str, tuple[float, Opened]] = {}
        self.reader()  # a driver that is missing is told at the start

    def __repr__(self) -> str:
        return f"Database({self._url.get_backend_name()})"

    @property
    def dialect(self) -> str:
        """The kind of database, such as `sqlite` or `postgresql`."""
        return self._url.get_backend_name()

    def reader(self) -> Engine:
        """The engine that can only read, where the database knows such a thing."""
        if self._reader is None:
            self._reader = _engine(self._url, self._options.limits.timeout, write=False)
        return self._reader

    def writer(self) -> Engine:
        """The engine that may write."""
        if self._writer is None:
            self._writer = _engine(self._url, self._options.limits.timeout, write=True)
        return self._writer

    def id(self) -> str:
        """Return the kind of database, and a hash of where it is; the user and password apart."""
        self._must_be_there()
        with asked("the database"), self.reader().connect() as connection:
            connection.execute(text("SELECT 1"))
        place = f"{self._url.host or ''}:{self._url.port or ''}/{self._url.database or ''}"
        return f"{self.dialect}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"

    def _must_be_there(self) -> None:
        """SQLite would make a file that is not there."""
        if self.dialect != "sqlite" or (self._url.database or "").startswith("file:"):
            return
        if not Path(self._url.database or "").is_file():
            raise Unavailable(
                "the SQLite file of DATABASE_URL is not there: check the path, and that its disk "
                "is mounted"
            )

    def open(self, spec: TableSpec, *, anew: bool = False) -> Opened:
        """Return a table or view as the database describes it, within the hour."""
        at, known = self._known.get(spec.obj, (0.0, None))
        now = time.monotonic()
        if known is not None and not anew and now - at < FRESH:
            return known
        self._must_be_there()
        with asked(spec.obj):
            found = described(self.reader(), spec, self._options)
        self._known[spec.obj] = (now, found)
        return found

    def close(self) -> None:
        """Close all connections."""
        for one in (self._reader, self._writer):
            if one is not None:
                one.dispose()


def _parsed(url: str) -> URL:
    """Read a URL; no error of SQLAlchemy's leaves, because it repeats the password."""
    try:
        found = make_url(url)
        found.get_dialect()
    except (exc.ArgumentError, exc.NoSuchModuleError, ValueError):
        raise ConfigError(
            "DATABASE_URL is no address of a database: write kind+driver://user:password@host/name,"
            " such as postgresql+psycopg://… or sqlite:////data/people.db"
        ) from None
    if found.get_backend_name() == "sqlite" and found.database in (None, "", ":memory:"):
        raise ConfigError("DATABASE_URL names no file: write sqlite:////data/people.db")
    return found


def _engine(url: URL, timeout: float, *, write: bool) -> Engine:
    args: dict[str, Any] = {}
    if url.get_driver_name() in _LOADS and "connect_timeout" not in url.query:
        args["connect_timeout"] = max(2, int(timeout))
    try:
        engine = create_engine(
            url, hide_parameters=True, pool_pre_ping=True, pool_recycle=1_800, connect_args=args
        )
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"DATABASE_URL needs the package {error.name!r}: install it beside crmbridge, or name "
            "another driver in the URL"
        ) from None
    except (exc.ArgumentError, TypeError, ValueError):
        raise ConfigError("DATABASE_URL has an option that its driver does not know") from None
    bound(engine, timeout, write=write)
    return engine


def bound(engine: Engine, timeout: float, *, write: bool) -> None:
    """Let no statement last longer than `timeout`, and no connection write unless told.

    What a kind of database does not know is left out: then nothing but SELECT is sent.
    """
    kind = engine.dialect.name
    if kind == "sqlite":
        _bound_sqlite(engine, timeout, write=write)
        return
    millis = int(timeout * 1_000)
    settings = {
        "postgresql": [f"SET statement_timeout = {millis}", f"SET lock_timeout = {millis}"],
        "mysql": [f"SET SESSION max_execution_time = {millis}"],  # one of MySQL's own alone
        "mariadb": [f"SET SESSION max_statement_time = {timeout}"],
    }.get(kind, [])
    if not write:
        settings += {
            "postgresql": ["SET default_transaction_read_only = on"],
            "mysql": ["SET SESSION TRANSACTION READ ONLY"],
            "mariadb": ["SET SESSION TRANSACTION READ ONLY"],
        }.get(kind, [])

    def settle(connection: Any, _record: Any) -> None:
        for statement in settings:
            cursor = connection.cursor()
            try:
                cursor.execute(statement)
                connection.commit()
            except engine.dialect.loaded_dbapi.Error as error:
                connection.rollback()
                log.warning("not bounded", setting=statement, error=type(error).__name__)
            finally:
                cursor.close()

    event.listen(engine, "connect", settle)


def _bound_sqlite(engine: Engine, timeout: float, *, write: bool) -> None:
    """SQLite has no server to watch a statement: it asks us whether to go on."""
    until = [0.0]

    def settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own transactions know no savepoints
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        connection.execute(f"PRAGMA busy_timeout = {int(timeout * 1_000)}")
        connection.execute(f"PRAGMA query_only = {'OFF' if write else 'ON'}")
        connection.set_progress_handler(lambda: time.monotonic() > until[0], STEPS)

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    def start(*_: Any) -> None:
        until[0] = time.monotonic() + timeout

    event.listen(engine, "connect", settle)
    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", start)
