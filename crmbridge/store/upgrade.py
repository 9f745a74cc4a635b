"""Bringing a ledger's tables to the version of this code, and refusing newer ones."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select

from crmbridge.errors import LedgerError
from crmbridge.store.dialect import Database
from crmbridge.store.schema import REVISION, event, lead, metadata
from crmbridge.store.table import Tx

Progress = Callable[[str, int, int], None]
"""Told of a table, the rows that are done, and the rows in all."""

MIGRATIONS = "crmbridge.store:migrations"

_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False, primary_key=True),
)


def revision(conn: Connection) -> str:
    """Return the ledger's revision, empty for a new file."""
    if not inspect(conn).has_table(_version.name):
        return ""
    return conn.execute(select(_version.c.version_num)).scalar_one_or_none() or ""


def is_current(conn: Connection) -> bool:
    """Return whether the ledger has the revision that this code is written for."""
    return revision(conn) == REVISION


def is_old(conn: Connection) -> bool:
    """Return whether the ledger has tables of an earlier revision than this code's."""
    return revision(conn) not in ("", REVISION)


def must_be_ours(conn: Connection, database: Database) -> None:
    """Raise `LedgerError` where a server has somebody else's tables, and none of a ledger.

    They may have revisions, too.
    """
    looked = inspect(conn)
    if not database.shared or not looked.get_table_names():
        return
    if not (revision(conn) and looked.has_table(event.name)):
        raise LedgerError(
            f"the ledger {database.place} cannot be made: there are other tables. Give it a "
            "database, or a schema, of its own"
        )


def upgrade(conn: Connection, database: Database, progress: Progress | None = None) -> bool:
    """Bring the tables up to date in the open transaction; return whether rows were carried over.

    Raises:
        LedgerError: the file was written by a newer crmbridge, or is no ledger.
    """
    present = revision(conn)
    if present == REVISION:
        return False
    if not present and not inspect(conn).get_table_names():
        _make(conn, database)
        return False
    # they take a tenth of a second to import, and only an old file needs them
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from crmbridge.store.projection.recount import count_anew

    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.attributes["connection"] = conn
    config.attributes["progress"] = progress
    steps = ScriptDirectory.from_config(config).walk_revisions()
    if present and present not in {step.revision for step in steps}:
        raise LedgerError(
            f"the ledger {database.place} was written by a newer crmbridge (its schema is "
            f"{present}, this one knows {REVISION}): install that version again, or restore a "
            "backup from before its upgrade"
        )
    command.upgrade(config, REVISION)
    for company in conn.execute(select(lead.c.company).distinct()).scalars().all():
        count_anew(Tx(conn=conn, company=company), progress)
    return True


def _make(conn: Connection, database: Database) -> None:
    """Make the tables of a new ledger at once: the steps would make the same, one by one."""
    for statement in database.tables(metadata):
        conn.execute(statement)
    _version.create(conn)
    conn.execute(insert(_version).values(version_num=REVISION))
