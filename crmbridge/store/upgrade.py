"""Bringing a ledger's tables to the version of this code, and refusing newer ones."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Table, Text, inspect, select

from crmbridge.errors import LedgerError
from crmbridge.store.schema import REVISION

MIGRATIONS = "crmbridge.store:migrations"

_version = Table("alembic_version", MetaData(), Column("version_num", Text))


def revision(conn: Connection) -> str:
    """Return the ledger's revision, empty for a new file."""
    if not inspect(conn).has_table(_version.name):
        return ""
    return conn.execute(select(_version.c.version_num)).scalar_one_or_none() or ""


def is_current(conn: Connection) -> bool:
    """Return whether the ledger has the revision that this code is written for."""
    return revision(conn) == REVISION


def upgrade(conn: Connection, path: Path) -> None:
    """Run the missing migrations in the open transaction.

    Raises `LedgerError` when the file was written by a newer crmbridge, or is no ledger.
    """
    present = revision(conn)
    if present == REVISION:
        return
    # Alembic takes a tenth of a second to import, and only a new or old file needs it
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.attributes["connection"] = conn
    steps = ScriptDirectory.from_config(config).walk_revisions()
    if present and present not in {step.revision for step in steps}:
        raise LedgerError(
            f"the ledger {path} was written by a newer crmbridge (its schema is {present}, this "
            f"one knows {REVISION}): install that version again, or restore a backup from "
            "before its upgrade"
        )
    command.upgrade(config, REVISION)
