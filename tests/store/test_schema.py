"""The tables are strict, and the migrations make the ones that the code expects."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from crmbridge.errors import LedgerError
from crmbridge.store import cursors
from crmbridge.store.ledger import Ledger
from crmbridge.store.schema import REVISION, metadata
from crmbridge.store.upgrade import MIGRATIONS

pytestmark = pytest.mark.of_file


def shape(file: Path) -> dict[str, str]:
    conn = sqlite3.connect(file)
    rows = conn.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    conn.close()
    return {name: " ".join(sql.split()) for name, sql in rows if name != "alembic_version"}


def test_migrations_and_metadata_make_the_same_tables(ledger: Ledger, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/plain.db")
    metadata.create_all(engine)
    engine.dispose()
    assert shape(ledger.path) == shape(tmp_path / "plain.db")


def test_the_newest_migration_is_the_one_the_code_is_written_for() -> None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_every_table_is_strict_and_starts_its_key_with_the_company(ledger: Ledger) -> None:
    tables = {name: sql for name, sql in shape(ledger.path).items() if name in metadata.tables}
    assert set(tables) == set(metadata.tables)
    assert all(sql.endswith("STRICT") for sql in tables.values())
    for table in metadata.tables.values():
        first = next(iter(table.primary_key)).name
        assert first == "company" or (first == "seq" and "company" in table.columns)


def test_a_strict_table_refuses_a_value_of_the_wrong_type(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="cannot store TEXT"), ledger.write("t") as tx:
        tx.conn.execute(
            text("INSERT INTO lane VALUES ('acme', 'sales', 'one', 'me', 0.0, 1)"),
        )


def test_an_older_binary_refuses_a_newer_ledger(ledger: Ledger, url: str) -> None:
    with ledger.write("t") as tx:
        tx.conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match="newer crmbridge"):
        Ledger.open(url, "acme")


def test_a_ledger_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        conn.execute(text("INSERT INTO meta VALUES ('acme', 'kept', '1')"))
    engine.dispose()
    assert "queue" not in shape(file)
    ledger = Ledger.open(f"sqlite:///{file}", "acme")
    with ledger.read() as tx:
        assert cursors.get_meta(tx, "kept") == 1
    fresh = Ledger.open(f"sqlite:///{tmp_path}/new.db", "acme")
    assert shape(file) == shape(fresh.path)
    ledger.close()
    fresh.close()
