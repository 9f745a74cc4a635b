"""Ledgers in PostgreSQL: its engines, its locks, and how its tables are made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.ddl import ExecutableDDLElement

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.store.columns import OF_FILE
from crmbridge.store.dialect import postgres_errors
from crmbridge.store.dialect.port import BUSY_SECONDS, QUOTA_BUSY_SECONDS

try:
    import psycopg
    from psycopg.adapt import Loader
except ImportError:
    raise LedgerError(
        "a ledger in PostgreSQL needs its driver, which is not installed: pip install "
        "'crmbridge[postgres]'"
    ) from None

OLDEST = 14
"""The oldest version of the server: none before it is mended any more."""

CONNECT_SECONDS = 10
"""How long a server may take to answer the first call."""

READERS = 8
"""Connections that read and are kept; a few more are opened while many read at once."""


class PostgresDatabase:
    """A database that has ledgers; it fulfils `port.Database`.

    Whatever a transaction needs is said inside of it, and nothing to the session: so a pooler may
    give each transaction another connection.
    """

    shared = True

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self.url = self._url.render_as_string(hide_password=False)
        self.place = _place(url)

    def path(self) -> Path:
        """Raise `LedgerError`: it is no file."""
        raise LedgerError(
            f"the ledger {self.place} is in PostgreSQL and no file: copy it with pg_dump and put "
            "it back with pg_restore, or bring it into a file with `crmbridge ledger move`"
        )

    def home(self, company: str) -> Path | None:
        """None: what lies beside has a folder of its own."""
        return None

    def check_place(self) -> None:
        """Nothing: the server looks after its place."""

    def exists(self) -> bool:
        """Always: a database that is not there cannot be told from one that cannot be reached."""
        return True

    def make(self) -> None:
        """Nothing: who runs the server makes the database."""

    def writer(self, company: str) -> Engine:
        """The engine of writers: one at a time of each company."""
        # of one process one thread writes at a time
        engine = _engine(self._url, pool=1, more=1)
        _begins(engine, _key("ledger", company), BUSY_SECONDS)
        return engine

    def reader(self) -> Engine:
        """The engine of readers."""
        engine = _engine(self._url, pool=READERS, more=24)

        @event.listens_for(engine, "connect")
        def _connect(raw: Any, _record: Any) -> None:
            raw.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            raw.read_only = True

        return engine

    def quotas(self, company: str) -> QuotaRows:
        """Rows of the same database, under a lock of their own."""
        engine = _engine(self._url, pool=1, more=1)
        _begins(engine, _key("quotas", company), QUOTA_BUSY_SECONDS, durable=False)
        return QuotaRows(engine, self.place)

    def watch(self) -> Nobody:
        """What tells of a database that was removed: its own errors do."""
        return Nobody()

    def only_maker(self, conn: Connection) -> None:
        """Wait for whoever makes or changes the tables, of whatever company."""
        conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_key('tables', '')})")

    def tables(self, metadata: MetaData) -> Iterator[ExecutableDDLElement]:
        """Yield the statements that make the tables and their indexes."""
        made = MetaData()
        for table in metadata.sorted_tables:
            copy = table.to_metadata(made)
            _by_company(copy)
            yield CreateTable(copy)
            # a row of an index takes 2,704 bytes, and whoever reads much has more to his name
            apart = {one.name for one in table.indexes if one.info.get(OF_FILE)}
            for index in sorted(copy.indexes, key=lambda one: str(one.name)):
                if index.name in apart:
                    continue
                # the same rows as in SQLite; said here, because this dialect loads slowly
                index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"][
                    "where"
                ]
                yield CreateIndex(index)

    def go_on(self, conn: Connection, table: Table) -> None:
        """Set the sequence behind the highest number of any company."""
        (column,) = table.primary_key
        highest = select(func.max(column)).scalar_subquery()
        name = func.pg_get_serial_sequence(table.name, column.name)
        conn.execute(select(func.setval(name, highest)).where(highest > 0))

    def damage(self, conn: Connection, *, quick: bool = False) -> list[str]:
        """Nothing: the server has tools of its own (data checksums, pg_amcheck)."""
        return []

    def give_back(self, engine: Engine) -> None:
        """Nothing: autovacuum does."""

    def translate(self, error: DBAPIError) -> LedgerError:
        """Turn the driver's error into ours, without any of the row's values."""
        return postgres_errors.translate(error, self.place)


class Nobody:
    """What watches a ledger that is no file; it fulfils `port.Watch`."""

    def remember(self) -> None:
        """Nothing to remember."""

    def fault(self) -> str:
        """Nothing: each statement tells by itself."""
        return ""

    def check(self) -> None:
        """Nothing to check."""


class QuotaRows:
    """The quotas of a company in rows beside its ledger; it fulfils `port.Quotas`.

    They have a lock of their own, so that a count waits for no decision, and are committed without
    waiting for the disk.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self._place = place

    def renew(self, error: DBAPIError) -> bool:
        """Nothing that is another one's is made anew."""
        return False

    def is_busy(self, error: DBAPIError) -> bool:
        """Whether another process counted for too long."""
        return isinstance(postgres_errors.translate(error, self._place), LedgerBusy)

    def translate(self, error: DBAPIError | OSError) -> LedgerError:
        """Turn an error into ours."""
        if isinstance(error, DBAPIError):
            return postgres_errors.translate(error, self._place)
        return LedgerError(f"the quotas in {self._place} cannot be used ({type(error).__name__})")


def _place(url: URL) -> str:
    """A server and a database, without who asks and by which password."""
    host = url.host or _asked(url, "host") or _asked(url, "hostaddr")
    if not host:
        # libpq goes where its own settings lead
        service = _asked(url, "service") or os.environ.get("PGSERVICE")
        own = os.environ.get("PGHOST") or os.environ.get("PGHOSTADDR")
        host = f"(service {service})" if service else own or "localhost"
    port = url.port or _asked(url, "port") or os.environ.get("PGPORT")
    return f"postgresql://{host}{f':{port}' if port else ''}/{url.database}"


def _asked(url: URL, name: str) -> str:
    """What stands behind the `?` for a name; several hosts are told one by one."""
    found = url.query.get(name, "")
    return found if isinstance(found, str) else ",".join(found)


def _engine(url: URL, *, pool: int, more: int) -> Engine:
    own: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": "crmbridge"}
    engine = create_engine(
        url,
        # parameters by their place, as `bulk` and `look_up` give them
        paramstyle="format",
        # parameters may be personal data, so errors must not show them
        hide_parameters=True,
        use_native_hstore=False,
        pool_pre_ping=True,
        pool_size=pool,
        max_overflow=more,
        connect_args={name: told for name, told in own.items() if name not in url.query},
    )

    @event.listens_for(engine, "connect")
    def _connect(raw: Any, _record: Any) -> None:
        if why := too_old(raw.info.server_version):
            raise LedgerError(f"the ledger {_place(url)} cannot be used: {why}")
        raw.adapters.register_loader("numeric", _Sum)
        if _is_pooled(raw):
            # what one connection prepared, the next does not know
            raw.prepare_threshold = None

    return engine


def too_old(version: int) -> str:
    """Say why a server is too old, its version as libpq tells it (150004); empty if it is not."""
    if version >= OLDEST * 10_000:
        return ""
    return f"its server has version {version // 10_000}: {OLDEST} is the oldest that is supported"


def _is_pooled(raw: Any) -> bool:
    """Whether a pooler stands between: it gives another process's number than the server itself."""
    raw.autocommit = True
    told = raw.execute("SELECT pg_backend_pid()").fetchone()[0]
    raw.autocommit = False
    return bool(told != raw.info.backend_pid)


class _Sum(Loader):
    """Sums of whole numbers, which the server gives as numbers of any size, are whole numbers."""

    def load(self, data: Any) -> int | float:
        """Read a number; one with a fraction is a mean."""
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


def _begins(engine: Engine, key: int, seconds: float, *, durable: bool = True) -> None:
    """Have every transaction take a lock when it begins, which ends with it."""
    told = [f"SET LOCAL lock_timeout = {int(seconds * 1000)}"]
    told += [] if durable else ["SET LOCAL synchronous_commit = off"]
    told += [f"SELECT pg_advisory_xact_lock({key})"]
    statement = "; ".join(told)

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        # one call; with parameters, be they none, the server takes one statement alone
        conn.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _key(what: str, company: str) -> int:
    """The number of a lock; locks are the database's, whatever the schema."""
    digest = blake2b(f"crmbridge {what} {company}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _by_company(table: Table) -> None:
    """Make a key that has no company begin with it: companies number their rows for themselves."""
    own = list(table.primary_key)
    if "company" not in table.c or table.c.company in own:
        return
    for column in own:
        column.primary_key = False
        if column.identity is None:
            column.autoincrement = False
    table.append_constraint(PrimaryKeyConstraint(table.c.company, *own))
