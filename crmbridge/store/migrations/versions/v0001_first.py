"""The first schema: entries, projections and working state."""

import sqlalchemy as sa

from crmbridge.store.migrations.first_types import Flag, Instant, JsonBlob, OpaqueJson
from crmbridge.store.migrations.making import SECONDS, index, key, may, need, seq, table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _entries()
    _leads()
    _trail()
    _deals()
    _progress()
    _operations()
    _leases()


def _entries() -> None:
    table(
        "meta",
        key("company"),
        key("name"),
        need("value", JsonBlob),
    )
    table(
        "event",
        seq(),
        need("company"),
        need("kind"),
        need("type"),
        need("at", Instant),
        need("recorded_at", Instant),
        need("key"),
        need("lead"),
        need("source"),
        need("person_key"),
        need("data", OpaqueJson),
        sa.UniqueConstraint("company", "key", name="event_key"),
        sqlite_autoincrement=True,
    )
    index("event_lead", "event", ["company", "lead", "seq"])


def _leads() -> None:
    table(
        "lead",
        key("company"),
        key("id"),
        need("person_key"),
        need("state", OpaqueJson),
        need("stage"),
        need("cycle", sa.Integer),
        may("owner"),
        need("rev", sa.Integer),
        need("opted_out", Flag),
        need("in_sales", Flag),
        need("waiting", Flag),
        need("updated_at", Instant),
    )
    index("lead_stage", "lead", ["company", "stage", "owner"])
    index("lead_waiting", "lead", ["company", "id"], "waiting = 1")
    table(
        "cycle",
        key("company"),
        key("lead"),
        key("n", sa.Integer),
        need("data", JsonBlob),
        need("outcome"),
        need("opened", Instant),
        may("closed", Instant),
        need("voided", Flag),
    )
    table(
        "ref",
        key("company"),
        key("system"),
        key("obj"),
        key("id"),
        may("lead"),
        need("live", Flag),
        need("person_key"),
        need("seen", OpaqueJson),
        may("changed_at", Instant),
    )
    index("ref_lead", "ref", ["company", "lead"])
    table(
        "identity",
        key("company"),
        key("kind"),
        key("hash"),
        need("lead"),
    )
    index("identity_lead", "identity", ["company", "lead"])


def _trail() -> None:
    table(
        "touch",
        key("company"),
        key("id"),
        may("lead"),
        may("identity"),
        need("at", Instant),
        need("kind"),
        need("asset"),
        need("channel"),
        need("person_key"),
        need("data", OpaqueJson),
    )
    index("touch_lead", "touch", ["company", "lead", "at"])
    index("touch_orphan", "touch", ["company", "identity"], "lead IS NULL")
    table(
        "activity",
        key("company"),
        key("id"),
        may("lead"),
        need("at", Instant),
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
        may("created_at", Instant),
        may("closed_at", Instant),
        may("changed_at", Instant),
        need("data", JsonBlob),
    )
    table(
        "role",
        key("company"),
        key("id"),
        need("deal"),
        need("person"),
        need("live", Flag),
    )
    index("role_deal", "role", ["company", "deal"])
    index("role_person", "role", ["company", "person"])
    table(
        "vendor_user",
        key("company"),
        key("ref"),
        may("email"),
        need("active", Flag),
        need("person_key"),
        need("data", OpaqueJson),
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
        need("updated_at", Instant),
        need("generation", sa.Integer),
    )
    table(
        "due",
        key("company"),
        key("lead"),
        need("at", Instant),
        need("why"),
    )
    index("due_at", "due", ["company", "at"])
    table(
        "held",
        key("company"),
        key("id"),
        need("kind"),
        need("lead"),
        need("op"),
        need("field"),
        need("advice"),
        need("person_key"),
        need("detail", OpaqueJson),
        need("first_at", Instant),
        need("last_at", Instant),
        need("count", sa.Integer),
        need("state"),
    )
    index("held_state", "held", ["company", "state", "last_at"])


def _operations() -> None:
    table(
        "op",
        seq(),
        need("company"),
        need("id"),
        need("key"),
        need("system"),
        need("obj"),
        need("action"),
        need("lead"),
        need("lane", sa.Integer),
        need("priority", sa.Integer),
        need("decision"),
        need("ver", sa.Integer),
        need("state"),
        need("person_key"),
        need("payload", OpaqueJson),
        need("payload_hash"),
        need("remote_id"),
        need("attempts", sa.Integer),
        need("not_before", SECONDS),
        need("batch"),
        need("epoch", sa.Integer),
        may("sent_at", SECONDS),
        may("settled_at", SECONDS),
        need("created_at", SECONDS),
        may("result", OpaqueJson),
        sa.UniqueConstraint("company", "id", name="op_id"),
        sa.UniqueConstraint("company", "key", name="op_key"),
        sqlite_autoincrement=True,
    )
    index("op_lead", "op", ["company", "lead", "seq"])
    index(
        "op_lead_open",
        "op",
        ["company", "lead"],
        "state IN ('intent', 'later', 'sending', 'unknown', 'held')",
    )
    index(
        "op_open",
        "op",
        ["company", "system", "priority", "seq"],
        "state IN ('intent', 'later', 'sending', 'unknown', 'held')",
    )


def _leases() -> None:
    table(
        "lane",
        key("company"),
        key("system"),
        key("lane", sa.Integer),
        need("owner"),
        need("lease_until", SECONDS),
        need("epoch", sa.Integer),
    )
    table(
        "budget",
        key("company"),
        key("app"),
        key("name"),
        need("tat", SECONDS),
        need("window_start", SECONDS),
        need("used", sa.Integer),
        need("bulk", sa.Integer),
        may("stated_limit", sa.Integer),
        may("stated_remaining", sa.Integer),
        need("blocked_until", SECONDS),
    )
    table(
        "writer",
        key("company"),
        need("owner"),
        need("host"),
        need("pid", sa.Integer),
        need("lease_until", SECONDS),
        need("epoch", sa.Integer),
        need("since", SECONDS),
    )
