"""The first schema: entries, projections and working state."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from crmbridge.store.migrations.first_types import Flag, Instant, JsonBlob, OpaqueJson, Seconds

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Column = sa.Column[Any]


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


def _index(name: str, table: str, columns: list[str], where: str = "") -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    _entries()
    _leads()
    _trail()
    _deals()
    _progress()
    _operations()
    _leases()


def _entries() -> None:
    _table(
        "meta",
        _key("company"),
        _key("name"),
        _need("value", JsonBlob),
    )
    _table(
        "event",
        _seq(),
        _need("company"),
        _need("kind"),
        _need("type"),
        _need("at", Instant),
        _need("recorded_at", Instant),
        _need("key"),
        _need("lead"),
        _need("source"),
        _need("person_key"),
        _need("data", OpaqueJson),
        sa.UniqueConstraint("company", "key", name="event_key"),
        sqlite_autoincrement=True,
    )
    _index("event_lead", "event", ["company", "lead", "seq"])


def _leads() -> None:
    _table(
        "lead",
        _key("company"),
        _key("id"),
        _need("person_key"),
        _need("state", OpaqueJson),
        _need("stage"),
        _need("cycle", sa.Integer),
        _may("owner"),
        _need("rev", sa.Integer),
        _need("opted_out", Flag),
        _need("in_sales", Flag),
        _need("waiting", Flag),
        _need("updated_at", Instant),
    )
    _index("lead_stage", "lead", ["company", "stage", "owner"])
    _index("lead_waiting", "lead", ["company", "id"], "waiting = 1")
    _table(
        "cycle",
        _key("company"),
        _key("lead"),
        _key("n", sa.Integer),
        _need("data", JsonBlob),
        _need("outcome"),
        _need("opened", Instant),
        _may("closed", Instant),
        _need("voided", Flag),
    )
    _table(
        "ref",
        _key("company"),
        _key("system"),
        _key("obj"),
        _key("id"),
        _may("lead"),
        _need("live", Flag),
        _need("person_key"),
        _need("seen", OpaqueJson),
        _may("changed_at", Instant),
    )
    _index("ref_lead", "ref", ["company", "lead"])
    _table(
        "identity",
        _key("company"),
        _key("kind"),
        _key("hash"),
        _need("lead"),
    )
    _index("identity_lead", "identity", ["company", "lead"])


def _trail() -> None:
    _table(
        "touch",
        _key("company"),
        _key("id"),
        _may("lead"),
        _may("identity"),
        _need("at", Instant),
        _need("kind"),
        _need("asset"),
        _need("channel"),
        _need("person_key"),
        _need("data", OpaqueJson),
    )
    _index("touch_lead", "touch", ["company", "lead", "at"])
    _index("touch_orphan", "touch", ["company", "identity"], "lead IS NULL")
    _table(
        "activity",
        _key("company"),
        _key("id"),
        _may("lead"),
        _need("at", Instant),
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
        _may("created_at", Instant),
        _may("closed_at", Instant),
        _may("changed_at", Instant),
        _need("data", JsonBlob),
    )
    _table(
        "role",
        _key("company"),
        _key("id"),
        _need("deal"),
        _need("person"),
        _need("live", Flag),
    )
    _index("role_deal", "role", ["company", "deal"])
    _index("role_person", "role", ["company", "person"])
    _table(
        "vendor_user",
        _key("company"),
        _key("ref"),
        _may("email"),
        _need("active", Flag),
        _need("person_key"),
        _need("data", OpaqueJson),
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
        _need("updated_at", Instant),
        _need("generation", sa.Integer),
    )
    _table(
        "due",
        _key("company"),
        _key("lead"),
        _need("at", Instant),
        _need("why"),
    )
    _index("due_at", "due", ["company", "at"])
    _table(
        "held",
        _key("company"),
        _key("id"),
        _need("kind"),
        _need("lead"),
        _need("op"),
        _need("field"),
        _need("advice"),
        _need("person_key"),
        _need("detail", OpaqueJson),
        _need("first_at", Instant),
        _need("last_at", Instant),
        _need("count", sa.Integer),
        _need("state"),
    )
    _index("held_state", "held", ["company", "state", "last_at"])


def _operations() -> None:
    _table(
        "op",
        _seq(),
        _need("company"),
        _need("id"),
        _need("key"),
        _need("system"),
        _need("obj"),
        _need("action"),
        _need("lead"),
        _need("lane", sa.Integer),
        _need("priority", sa.Integer),
        _need("decision"),
        _need("ver", sa.Integer),
        _need("state"),
        _need("person_key"),
        _need("payload", OpaqueJson),
        _need("payload_hash"),
        _need("remote_id"),
        _need("attempts", sa.Integer),
        _need("not_before", Seconds),
        _need("batch"),
        _need("epoch", sa.Integer),
        _may("sent_at", Seconds),
        _may("settled_at", Seconds),
        _need("created_at", Seconds),
        _may("result", OpaqueJson),
        sa.UniqueConstraint("company", "id", name="op_id"),
        sa.UniqueConstraint("company", "key", name="op_key"),
        sqlite_autoincrement=True,
    )
    _index("op_lead", "op", ["company", "lead", "seq"])
    _index(
        "op_lead_open",
        "op",
        ["company", "lead"],
        "state IN ('intent', 'later', 'sending', 'unknown', 'held')",
    )
    _index(
        "op_open",
        "op",
        ["company", "system", "priority", "seq"],
        "state IN ('intent', 'later', 'sending', 'unknown', 'held')",
    )


def _leases() -> None:
    _table(
        "lane",
        _key("company"),
        _key("system"),
        _key("lane", sa.Integer),
        _need("owner"),
        _need("lease_until", Seconds),
        _need("epoch", sa.Integer),
    )
    _table(
        "budget",
        _key("company"),
        _key("app"),
        _key("name"),
        _need("tat", Seconds),
        _need("window_start", Seconds),
        _need("used", sa.Integer),
        _need("bulk", sa.Integer),
        _may("stated_limit", sa.Integer),
        _may("stated_remaining", sa.Integer),
        _need("blocked_until", Seconds),
    )
    _table(
        "writer",
        _key("company"),
        _need("owner"),
        _need("host"),
        _need("pid", sa.Integer),
        _need("lease_until", Seconds),
        _need("epoch", sa.Integer),
        _need("since", Seconds),
    )
