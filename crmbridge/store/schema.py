"""The ledger's tables, in one MetaData; the migrations create the same ones step by step."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    text,
)

from crmbridge.store import seen_tables, total_tables, turn_tables
from crmbridge.store.columns import Day, Exact, counted, flag, told
from crmbridge.store.states import HeldState, State
from crmbridge.store.types import (
    Choice,
    Flag,
    Instant,
    JsonBlob,
    KindCode,
    Mark,
    OpaqueJson,
    Packed,
    Seconds,
)

REVISION = "0005"
"""The migration that this code is written for."""

OPEN_STATES = (State.INTENT, State.LATER, State.SENDING, State.UNKNOWN, State.HELD)
"""States of an operation that still owes something; the partial indexes hold only these."""

OPEN_SQL = f"state IN ({', '.join(repr(state.value) for state in OPEN_STATES)})"

PROMISED_SQL = "stage = 'ready' AND waiting = 0"
"""Leads given to a rep and not acknowledged by the CRM; few, whatever the size of the ledger."""

CHANGED_SQL = "rev < 0"
"""Places in the waiting line whose lead has changed since they were made."""

metadata = MetaData()

Lead = Packed(16)
"""A lead's id."""

Hash = Packed(32)
"""A SHA-256, of an address or of what a write holds."""


def _key(name: str, type_: Any = Text) -> Column[Any]:
    return Column(name, type_, primary_key=True)


def _need(name: str, type_: Any = Text) -> Column[Any]:
    return Column(name, type_, nullable=False)


def _may(name: str, type_: Any = Text) -> Column[Any]:
    return Column(name, type_, nullable=True)


def _table(name: str, *items: Any, **options: Any) -> Table:
    return Table(name, metadata, *items, sqlite_strict=True, **options)


def _by_key(name: str, *items: Any) -> Table:
    """A table whose rows lie in the order of their key, which so stands once.

    For small rows that are looked up by their key: with a second index, SQLite takes the wrong one.
    """
    return _table(name, *items, sqlite_with_rowid=False)


def _where(condition: str) -> dict[str, Any]:
    # the migrations, which make the tables, say it for PostgreSQL too: its dialect loads slowly
    return {"sqlite_where": text(condition)}


meta = _table("meta", _key("company"), _key("name"), _need("value", JsonBlob))

event = _table(
    "event",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    _need("company"),
    _need("kind", KindCode),
    _need("type"),
    _need("at", Instant),
    _need("recorded_at", Instant),
    _may("key", Mark),
    _need("lead", Lead),
    _need("source"),
    _need("data", OpaqueJson(800)),
    Index("event_key", "company", "key", unique=True, **_where("key IS NOT NULL")),
    Index("event_lead", "company", "lead", "seq"),
    sqlite_autoincrement=True,
)
shape = _table(
    "shape",
    _key("company"),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _need("said", JsonBlob),
)
"""The fields and words of vendors' objects, to which entries refer; see `lean`."""

chain = _table(
    "chain",
    _key("company"),
    Column("upto", Integer, primary_key=True, autoincrement=False),
    _need("many", Integer),
    _need("salt", LargeBinary),
    _need("hash", LargeBinary),
)
"""Blocks of entries; see the module `chain`."""

# Projections: each can be rebuilt from the events.

lead = _table(
    "lead",
    _key("company"),
    _key("id", Lead),
    _may("state", OpaqueJson),
    _need("stage"),
    _need("cycle", Integer),
    _may("owner"),
    _need("rev", Integer),
    _need("opted_out", Flag),
    _need("in_sales", Flag),
    _need("waiting", Flag),
    _need("updated_at", Instant),
    _may("counted", OpaqueJson),
    Index("lead_stage", "company", "stage", "owner"),
    Index("lead_waiting", "company", "id", "rev", "opted_out", **_where("waiting = 1")),
    Index("lead_promised", "company", "id", **_where(PROMISED_SQL)),
)
"""`state` is NULL while the lead's one entry, `rev`, says all that stands of it, and then `counted`
is NULL, too."""

cycle = _by_key(
    "cycle",
    _key("company"),
    _key("lead", Lead),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _need("data", JsonBlob),
    _need("outcome"),
    _need("opened", Instant),
    _may("closed", Instant),
    _need("voided", Flag),
)

ref = _table(
    "ref",
    _key("company"),
    _key("system"),
    _key("obj"),
    _key("id"),
    _may("lead", Lead),
    _need("live", Flag),
    _may("seen", OpaqueJson),
    _may("changed_at", Instant),
    _need("heard", Integer),
    Index("ref_lead", "company", "lead"),
)
"""`heard` is the newest entry that tells of the record; `seen` is NULL while it says all."""

identity = _by_key(
    "identity",
    _key("company"),
    _key("kind"),
    _key("hash", Hash),
    _need("lead", Lead),
    Index("identity_lead", "company", "lead"),
)

touch = _table(
    "touch",
    _key("company"),
    _key("id"),
    _may("lead", Lead),
    _may("identity", Hash),
    _need("at", Instant),
    _need("kind"),
    _need("asset"),
    _need("channel"),
    _need("data", OpaqueJson),
    counted("value"),
    *told("campaign"),
    Index("touch_lead", "company", "lead", "at"),
    Index("touch_orphan", "company", "identity", **_where("lead IS NULL")),
)

activity = _table(
    "activity",
    _key("company"),
    _key("id"),
    _may("lead", Lead),
    _need("at", Instant),
    *told("kind", "outcome"),
    _may("changed_at", Instant),
    Index("activity_lead", "company", "lead", "at"),
)

deal = _table(
    "deal",
    _key("company"),
    _key("id"),
    _need("state"),
    _may("amount_minor", Integer),
    _need("currency"),
    _may("created_at", Instant),
    _may("closed_at", Instant),
    _may("changed_at", Instant),
    _need("data", JsonBlob),
    *told("owner", "stage", "type", "pipeline", "account", "campaign", "source"),
    _may("probability", Exact),
    _may("forecast", Day),
    _may("name", OpaqueJson),
    Index("deal_account", "company", "account"),
)

role = _table(
    "role",
    _key("company"),
    _key("id"),
    _need("deal"),
    _need("person"),
    _need("live", Flag),
    *told("role"),
    flag("is_primary"),
    Index("role_person", "company", "person"),
    Index("role_deal", "company", "deal"),
)

vendor_user = _table(
    "vendor_user",
    _key("company"),
    _key("ref"),
    _may("email", Hash),
    _need("active", Flag),
    _need("data", OpaqueJson),
    Index("vendor_user_email", "company", "email"),
)

account = _table(
    "account",
    _key("company"),
    _key("lead", Lead),
    _need("account", Hash),
    _need("owner"),
    _need("stage"),
    Index("account_hash", "company", "account"),
)

product, campaign = seen_tables.product(_table), seen_tables.campaign(_table)
member, firm = seen_tables.member(_table), seen_tables.firm(_table)
belonging = seen_tables.belonging(_table)
total, part = total_tables.total(_by_key), total_tables.part(_by_key)

PROJECTIONS = (
    *(lead, cycle, ref, identity, touch, activity, deal, role, vendor_user, account),
    *(product, campaign, member, firm, belonging, total, part),
)
"""The tables that a rebuild clears and fills again, in the order of a dump."""

# Working state: never rebuilt.

cursor = _table(
    "cursor",
    _key("company"),
    _key("system"),
    _key("obj"),
    _key("name"),
    _need("position"),
    _need("updated_at", Instant),
    _need("generation", Integer),
)

due = _by_key(
    "due",
    _key("company"),
    _key("lead", Lead),
    _need("at", Instant),
    _need("why"),
    Index("due_at", "company", "at"),
)

queue = _table(
    "queue",
    _key("company"),
    _key("lead", Lead),
    _need("rev", Integer),
    _need("basis"),
    _need("at", Instant),
    _need("until", Instant),
    _need("place", OpaqueJson),
    Index("queue_changed", "company", "rev", **_where(CHANGED_SQL)),
    Index("queue_until", "company", "until"),
)

op = _table(
    "op",
    Column("seq", Integer, primary_key=True, autoincrement=True),
    _need("company"),
    _need("id", Lead),
    _need("key", Mark),
    _need("system"),
    _need("obj"),
    _need("action"),
    _need("lead", Lead),
    _need("lane", Integer),
    _need("priority", Integer),
    _need("decision"),
    _need("ver", Integer),
    _need("state", Choice(State)),
    _need("payload", OpaqueJson),
    _need("payload_hash", Hash),
    _need("remote_id"),
    _need("attempts", Integer),
    _need("not_before", Seconds),
    _need("batch"),
    _need("epoch", Integer),
    _may("sent_at", Seconds),
    _may("settled_at", Seconds),
    _need("created_at", Seconds),
    _may("result", OpaqueJson),
    UniqueConstraint("company", "id", name="op_id"),
    UniqueConstraint("company", "key", name="op_key"),
    Index("op_open", "company", "system", "priority", "seq", **_where(OPEN_SQL)),
    Index("op_lead_open", "company", "lead", **_where(OPEN_SQL)),
    Index("op_lead", "company", "lead", "seq"),
    sqlite_autoincrement=True,
)

lane, budget = turn_tables.lane(_table), turn_tables.budget(_table)

held = _table(
    "held",
    _key("company"),
    _key("id"),
    _need("kind"),
    _need("lead", Lead),
    _need("op"),
    _need("field"),
    _need("advice"),
    _need("detail", OpaqueJson),
    _need("first_at", Instant),
    _need("last_at", Instant),
    _need("count", Integer),
    _need("state", Choice(HeldState)),
    Index("held_state", "company", "state", "last_at"),
    Index("held_lead", "company", "lead", "state", "kind"),
)

writer = turn_tables.writer(_table)


def is_open(ops: FromClause = op) -> ColumnElement[bool]:
    """Return the condition that an operation is open, in the words of the partial indexes.

    The states are written into the statement: a partial index serves no bound parameter.
    """
    states: BindParameter[Any] = bindparam(
        "open", OPEN_STATES, expanding=True, literal_execute=True, unique=True
    )
    return ops.c.state.in_(states)
