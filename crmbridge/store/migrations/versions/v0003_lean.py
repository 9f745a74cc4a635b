"""The lean layout: numbers for instants, bytes for ids, and each thing said once."""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from crmbridge.store.migrations.carry import TABLES, carry_over

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Column = sa.Column[Any]
Bytes, Flag, Json = sa.LargeBinary, sa.Integer, sa.Text
Micros: Any = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Seconds: Any = sa.Double().with_variant(sa.REAL(), "sqlite")
OPEN = "state IN ('intent', 'later', 'sending', 'unknown', 'held')"


def _key(name: str, type_: Any = sa.Text) -> Column:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _seq() -> Column:
    return sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True)


def _need(name: str, type_: Any = sa.Text) -> Column:
    return sa.Column(name, type_, nullable=False)


def _may(name: str, type_: Any = sa.Text) -> Column:
    return sa.Column(name, type_, nullable=True)


def _table(name: str, *items: Any, **options: Any) -> None:
    op.create_table(name, *items, sqlite_strict=True, **options)


def _by_key(name: str, *items: Any) -> None:
    _table(name, *items, sqlite_with_rowid=False)


def _index(
    name: str, table: str, columns: list[str], where: str = "", *, unique: bool = False
) -> None:
    condition = sa.text(where) if where else None
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def upgrade() -> None:
    _put_aside()
    _entries()
    _leads()
    _of_leads()
    _trail()
    _deals()
    _progress()
    _operations()
    carry_over(op.get_bind(), context.config.attributes.get("progress"))
    for name in TABLES:
        op.drop_table(f"old_{name}")


def _put_aside() -> None:
    """Rename the tables that change; their indexes go, as names of indexes are the file's."""
    inspector = sa.inspect(op.get_bind())
    for name in TABLES:
        for index in inspector.get_indexes(name):
            if index["name"] and not str(index["name"]).startswith("sqlite_autoindex"):
                op.drop_index(str(index["name"]), name)
        op.rename_table(name, f"old_{name}")


def _entries() -> None:
    _table(
        "event",
        _seq(),
        _need("company"),
        _need("kind", sa.Integer),
        _need("type"),
        _need("at", Micros),
        _need("recorded_at", Micros),
        _may("key", Bytes),
        _need("lead", Bytes),
        _need("source"),
        _need("data", Bytes),
        sqlite_autoincrement=True,
    )
    _index("event_key", "event", ["company", "key"], "key IS NOT NULL", unique=True)
    _index("event_lead", "event", ["company", "lead", "seq"])
    _table("shape", _key("company"), _key("n", sa.Integer), _need("said", Json))
    _table(
        "chain",
        _key("company"),
        _key("upto", sa.Integer),
        _need("many", sa.Integer),
        _need("salt", Bytes),
        _need("hash", Bytes),
    )


def _leads() -> None:
    _table(
        "lead",
        _key("company"),
        _key("id", Bytes),
        _may("state", Bytes),
        _need("stage"),
        _need("cycle", sa.Integer),
        _may("owner"),
        _need("rev", sa.Integer),
        _need("opted_out", Flag),
        _need("in_sales", Flag),
        _need("waiting", Flag),
        _need("updated_at", Micros),
    )
    _index("lead_stage", "lead", ["company", "stage", "owner"])
    _index("lead_waiting", "lead", ["company", "id", "rev", "opted_out"], "waiting = 1")
    _index("lead_promised", "lead", ["company", "id"], "stage = 'ready' AND waiting = 0")


def _of_leads() -> None:
    _by_key(
        "cycle",
        _key("company"),
        _key("lead", Bytes),
        _key("n", sa.Integer),
        _need("data", Json),
        _need("outcome"),
        _need("opened", Micros),
        _may("closed", Micros),
        _need("voided", Flag),
    )
    _table(
        "ref",
        _key("company"),
        _key("system"),
        _key("obj"),
        _key("id"),
        _may("lead", Bytes),
        _need("live", Flag),
        _may("seen", Bytes),
        _may("changed_at", Micros),
        _need("heard", sa.Integer),
    )
    _index("ref_lead", "ref", ["company", "lead"])
    _by_key(
        "identity",
        _key("company"),
        _key("kind"),
        _key("hash", Bytes),
        _need("lead", Bytes),
    )
    _index("identity_lead", "identity", ["company", "lead"])
    _table(
        "account",
        _key("company"),
        _key("lead", Bytes),
        _need("account", Bytes),
        _need("owner"),
        _need("stage"),
    )
    _index("account_hash", "account", ["company", "account"])


def _trail() -> None:
    _table(
        "touch",
        _key("company"),
        _key("id"),
        _may("lead", Bytes),
        _may("identity", Bytes),
        _need("at", Micros),
        _need("kind"),
        _need("asset"),
        _need("channel"),
        _need("data", Bytes),
    )
    _index("touch_lead", "touch", ["company", "lead", "at"])
    _index("touch_orphan", "touch", ["company", "identity"], "lead IS NULL")
    _table(
        "activity",
        _key("company"),
        _key("id"),
        _may("lead", Bytes),
        _need("at", Micros),
    )
    _index("activity_lead", "activity", ["company", "lead", "at"])


def _deals() -> None:
    _table(
        "deal",
        _key("company"),
        _key("id"),
        _need("state"),
        _may("amount_minor", sa.Integer),
        _need("currency"),
        _may("created_at", Micros),
        _may("closed_at", Micros),
        _may("changed_at", Micros),
        _need("data", Json),
    )
    _table(
        "vendor_user",
        _key("company"),
        _key("ref"),
        _may("email", Bytes),
        _need("active", Flag),
        _need("data", Bytes),
    )
    _index("vendor_user_email", "vendor_user", ["company", "email"])


def _progress() -> None:
    _table(
        "cursor",
        _key("company"),
        _key("system"),
        _key("obj"),
        _key("name"),
        _need("position"),
        _need("updated_at", Micros),
        _need("generation", sa.Integer),
    )
    _by_key(
        "due",
        _key("company"),
        _key("lead", Bytes),
        _need("at", Micros),
        _need("why"),
    )
    _index("due_at", "due", ["company", "at"])
    _table(
        "queue",
        _key("company"),
        _key("lead", Bytes),
        _need("rev", sa.Integer),
        _need("basis"),
        _need("at", Micros),
        _need("until", Micros),
        _need("place", Bytes),
    )
    _table(
        "held",
        _key("company"),
        _key("id"),
        _need("kind"),
        _need("lead", Bytes),
        _need("op"),
        _need("field"),
        _need("advice"),
        _need("detail", Bytes),
        _need("first_at", Micros),
        _need("last_at", Micros),
        _need("count", sa.Integer),
        _need("state"),
    )
    _index("held_state", "held", ["company", "state", "last_at"])


def _operations() -> None:
    _table(
        "op",
        _seq(),
        _need("company"),
        _need("id", Bytes),
        _need("key", Bytes),
        _need("system"),
        _need("obj"),
        _need("action"),
        _need("lead", Bytes),
        _need("lane", sa.Integer),
        _need("priority", sa.Integer),
        _need("decision"),
        _need("ver", sa.Integer),
        _need("state"),
        _need("payload", Bytes),
        _need("payload_hash", Bytes),
        _need("remote_id"),
        _need("attempts", sa.Integer),
        _need("not_before", Seconds),
        _need("batch"),
        _need("epoch", sa.Integer),
        _may("sent_at", Seconds),
        _may("settled_at", Seconds),
        _need("created_at", Seconds),
        _may("result", Bytes),
        sa.UniqueConstraint("company", "id", name="op_id"),
        sa.UniqueConstraint("company", "key", name="op_key"),
        sqlite_autoincrement=True,
    )
    _index("op_lead", "op", ["company", "lead", "seq"])
    _index("op_lead_open", "op", ["company", "lead"], OPEN)
    _index("op_open", "op", ["company", "system", "priority", "seq"], OPEN)
