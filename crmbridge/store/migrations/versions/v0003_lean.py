"""The lean layout: numbers for instants, bytes for ids, and each thing said once."""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from crmbridge.store.migrations.carry import TABLES, carry_over
from crmbridge.store.migrations.making import MICROS, SECONDS, index, key, may, need, seq, table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Bytes, Flag, Json = sa.LargeBinary, sa.Integer, sa.Text
OPEN = "state IN ('intent', 'later', 'sending', 'unknown', 'held')"


def _by_key(name: str, *items: Any) -> None:
    table(name, *items, sqlite_with_rowid=False)


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
        for old in inspector.get_indexes(name):
            if old["name"] and not str(old["name"]).startswith("sqlite_autoindex"):
                op.drop_index(str(old["name"]), name)
        op.rename_table(name, f"old_{name}")


def _entries() -> None:
    table(
        "event",
        seq(),
        need("company"),
        need("kind", sa.Integer),
        need("type"),
        need("at", MICROS),
        need("recorded_at", MICROS),
        may("key", Bytes),
        need("lead", Bytes),
        need("source"),
        need("data", Bytes),
        sqlite_autoincrement=True,
    )
    index("event_key", "event", ["company", "key"], "key IS NOT NULL", unique=True)
    index("event_lead", "event", ["company", "lead", "seq"])
    table("shape", key("company"), key("n", sa.Integer), need("said", Json))
    table(
        "chain",
        key("company"),
        key("upto", sa.Integer),
        need("many", sa.Integer),
        need("salt", Bytes),
        need("hash", Bytes),
    )


def _leads() -> None:
    table(
        "lead",
        key("company"),
        key("id", Bytes),
        may("state", Bytes),
        need("stage"),
        need("cycle", sa.Integer),
        may("owner"),
        need("rev", sa.Integer),
        need("opted_out", Flag),
        need("in_sales", Flag),
        need("waiting", Flag),
        need("updated_at", MICROS),
    )
    index("lead_stage", "lead", ["company", "stage", "owner"])
    index("lead_waiting", "lead", ["company", "id", "rev", "opted_out"], "waiting = 1")
    index("lead_promised", "lead", ["company", "id"], "stage = 'ready' AND waiting = 0")


def _of_leads() -> None:
    _by_key(
        "cycle",
        key("company"),
        key("lead", Bytes),
        key("n", sa.Integer),
        need("data", Json),
        need("outcome"),
        need("opened", MICROS),
        may("closed", MICROS),
        need("voided", Flag),
    )
    table(
        "ref",
        key("company"),
        key("system"),
        key("obj"),
        key("id"),
        may("lead", Bytes),
        need("live", Flag),
        may("seen", Bytes),
        may("changed_at", MICROS),
        need("heard", sa.Integer),
    )
    index("ref_lead", "ref", ["company", "lead"])
    _by_key(
        "identity",
        key("company"),
        key("kind"),
        key("hash", Bytes),
        need("lead", Bytes),
    )
    index("identity_lead", "identity", ["company", "lead"])
    table(
        "account",
        key("company"),
        key("lead", Bytes),
        need("account", Bytes),
        need("owner"),
        need("stage"),
    )
    index("account_hash", "account", ["company", "account"])


def _trail() -> None:
    table(
        "touch",
        key("company"),
        key("id"),
        may("lead", Bytes),
        may("identity", Bytes),
        need("at", MICROS),
        need("kind"),
        need("asset"),
        need("channel"),
        need("data", Bytes),
    )
    index("touch_lead", "touch", ["company", "lead", "at"])
    index("touch_orphan", "touch", ["company", "identity"], "lead IS NULL")
    table(
        "activity",
        key("company"),
        key("id"),
        may("lead", Bytes),
        need("at", MICROS),
    )
    index("activity_lead", "activity", ["company", "lead", "at"])


def _deals() -> None:
    table(
        "deal",
        key("company"),
        key("id"),
        need("state"),
        may("amount_minor", sa.Integer),
        need("currency"),
        may("created_at", MICROS),
        may("closed_at", MICROS),
        may("changed_at", MICROS),
        need("data", Json),
    )
    table(
        "vendor_user",
        key("company"),
        key("ref"),
        may("email", Bytes),
        need("active", Flag),
        need("data", Bytes),
    )
    index("vendor_user_email", "vendor_user", ["company", "email"])


def _progress() -> None:
    table(
        "cursor",
        key("company"),
        key("system"),
        key("obj"),
        key("name"),
        need("position"),
        need("updated_at", MICROS),
        need("generation", sa.Integer),
    )
    _by_key(
        "due",
        key("company"),
        key("lead", Bytes),
        need("at", MICROS),
        need("why"),
    )
    index("due_at", "due", ["company", "at"])
    table(
        "queue",
        key("company"),
        key("lead", Bytes),
        need("rev", sa.Integer),
        need("basis"),
        need("at", MICROS),
        need("until", MICROS),
        need("place", Bytes),
    )
    table(
        "held",
        key("company"),
        key("id"),
        need("kind"),
        need("lead", Bytes),
        need("op"),
        need("field"),
        need("advice"),
        need("detail", Bytes),
        need("first_at", MICROS),
        need("last_at", MICROS),
        need("count", sa.Integer),
        need("state"),
    )
    index("held_state", "held", ["company", "state", "last_at"])


def _operations() -> None:
    table(
        "op",
        seq(),
        need("company"),
        need("id", Bytes),
        need("key", Bytes),
        need("system"),
        need("obj"),
        need("action"),
        need("lead", Bytes),
        need("lane", sa.Integer),
        need("priority", sa.Integer),
        need("decision"),
        need("ver", sa.Integer),
        need("state"),
        need("payload", Bytes),
        need("payload_hash", Bytes),
        need("remote_id"),
        need("attempts", sa.Integer),
        need("not_before", SECONDS),
        need("batch"),
        need("epoch", sa.Integer),
        may("sent_at", SECONDS),
        may("settled_at", SECONDS),
        need("created_at", SECONDS),
        may("result", Bytes),
        sa.UniqueConstraint("company", "id", name="op_id"),
        sa.UniqueConstraint("company", "key", name="op_key"),
        sqlite_autoincrement=True,
    )
    index("op_lead", "op", ["company", "lead", "seq"])
    index("op_lead_open", "op", ["company", "lead"], OPEN)
    index("op_open", "op", ["company", "system", "priority", "seq"], OPEN)
