"""The ledger's tables, in one MetaData; the migrations create the same ones step by step."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    FromClause,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    bindparam,
    text,
)

from crmbridge.store import book_tables, path_tables, seen_tables, total_tables, turn_tables
from crmbridge.store.columns import Day, Exact, counted, flag, key, may, need, told
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
    Whole,
)

REVISION = "0019"
"""The migration that this code is written for."""

OPEN_STATES = (State.INTENT, State.LATER, State.SENDING, State.UNKNOWN, State.HELD)
"""States of an operation that still owes something; the partial indexes hold only these."""

OPEN_SQL = f"state IN ({', '.join(repr(state.value) for state in OPEN_STATES)})"

PROMISED_SQL = "stage = 'ready' AND waiting = 0"
"""Leads given to a rep and not acknowledged by the CRM; few, whatever the size of the ledger."""

DESK_SQL = (
    "type IN ('assigned', 'handed', 'paused', 'refunded', 'resumed', 'sla_breached', 'unassigned', "
    "'waits')"
)
"""Entries about whose turn it was, which reports read by type; few beside the touches."""

CHANGED_SQL = "rev < 0"
"""Places in the waiting line whose lead has changed since they were made."""

metadata = MetaData()

Lead = Packed(16)
"""A lead's id."""

Hash = Packed(32)
"""A SHA-256, of an address or of what a write holds."""


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


meta = _table("meta", key("company"), key("name"), need("value", JsonBlob))

event = _table(
    "event",
    Column("seq", Whole, primary_key=True, autoincrement=True),
    need("company"),
    need("kind", KindCode),
    need("type"),
    need("at", Instant),
    need("recorded_at", Instant),
    may("key", Mark),
    need("lead", Lead),
    need("source"),
    need("data", OpaqueJson(800)),
    Index("event_key", "company", "key", unique=True, **_where("key IS NOT NULL")),
    Index("event_lead", "company", "lead", "seq"),
    Index("event_desk", "company", "type", "at", **_where(DESK_SQL)),
    sqlite_autoincrement=True,
)
shape = _table(
    "shape",
    key("company"),
    Column("n", Whole, primary_key=True, autoincrement=False),
    need("said", JsonBlob),
)
"""The fields and words of vendors' objects, to which entries refer; see `lean`."""

chain = _table(
    "chain",
    key("company"),
    Column("upto", Whole, primary_key=True, autoincrement=False),
    need("many", Whole),
    need("salt", LargeBinary),
    need("hash", LargeBinary),
)
"""Blocks of entries; see the module `chain`."""

# Projections: each can be rebuilt from the events.

lead = _table(
    "lead",
    key("company"),
    key("id", Lead),
    may("state", OpaqueJson),
    need("stage"),
    need("cycle", Whole),
    may("owner"),
    need("rev", Whole),
    need("opted_out", Flag),
    need("in_sales", Flag),
    need("waiting", Flag),
    need("updated_at", Instant),
    may("counted", OpaqueJson),
    Index("lead_stage", "company", "stage", "owner"),
    Index("lead_waiting", "company", "id", "rev", "opted_out", **_where("waiting = 1")),
    Index("lead_promised", "company", "id", **_where(PROMISED_SQL)),
)
"""`state` is NULL while the lead's one entry, `rev`, says all that stands of it, and then `counted`
is NULL, too."""

cycle = _by_key(
    "cycle",
    key("company"),
    key("lead", Lead),
    Column("n", Whole, primary_key=True, autoincrement=False),
    need("data", JsonBlob),
    need("outcome"),
    need("opened", Instant),
    may("closed", Instant),
    need("voided", Flag),
)

ref = _table(
    "ref",
    key("company"),
    key("system"),
    key("obj"),
    key("id"),
    may("lead", Lead),
    need("live", Flag),
    may("seen", OpaqueJson),
    may("changed_at", Instant),
    need("heard", Whole),
    Index("ref_lead", "company", "lead"),
)
"""`heard` is the newest entry that tells of the record; `seen` is NULL while it says all."""

identity = _by_key(
    "identity",
    key("company"),
    key("kind"),
    key("hash", Hash),
    need("lead", Lead),
    Index("identity_lead", "company", "lead"),
)

touch = _table(
    "touch",
    key("company"),
    key("id"),
    may("lead", Lead),
    may("identity", Hash),
    need("at", Instant),
    need("kind"),
    need("asset"),
    need("channel"),
    need("data", OpaqueJson),
    counted("value"),
    *told("campaign"),
    Index("touch_lead", "company", "lead", "at"),
    Index("touch_orphan", "company", "identity", **_where("lead IS NULL")),
    Index(
        *("touch_asset", "company", "kind", "asset", "at", "lead"),
        **_where("asset <> '' AND lead IS NOT NULL"),
    ),
)

activity = _table(
    "activity",
    key("company"),
    key("id"),
    may("lead", Lead),
    need("at", Instant),
    *told("kind", "outcome"),
    may("changed_at", Instant),
    Index("activity_lead", "company", "lead", "at"),
)

deal = _table(
    "deal",
    key("company"),
    key("id"),
    need("state"),
    may("amount_minor", Whole),
    need("currency"),
    may("created_at", Instant),
    may("closed_at", Instant),
    may("changed_at", Instant),
    need("data", JsonBlob),
    *told("owner", "stage", "type", "pipeline", "account", "campaign", "source"),
    may("probability", Exact),
    may("forecast", Day),
    may("name", OpaqueJson),
    flag("outside"),
    *told("counted"),
    Index("deal_account", "company", "account"),
)

role = _table(
    "role",
    key("company"),
    key("id"),
    need("deal"),
    need("person"),
    need("live", Flag),
    *told("role"),
    flag("is_primary"),
    *told("kind"),
    Index("role_person", "company", "person"),
    Index("role_deal", "company", "deal"),
)

vendor_user = _table(
    "vendor_user",
    key("company"),
    key("ref"),
    may("email", Hash),
    need("active", Flag),
    need("data", OpaqueJson),
    Index("vendor_user_email", "company", "email"),
)

account = _table(
    "account",
    key("company"),
    key("lead", Lead),
    need("account", Hash),
    need("owner"),
    need("stage"),
    *told("domain"),
    Index("account_hash", "company", "account"),
    Index("account_domain", "company", "domain"),
)

product, campaign = seen_tables.product(_table), seen_tables.campaign(_table)
member, firm = seen_tables.member(_table), seen_tables.firm(_table)
belonging, rating = seen_tables.belonging(_table), seen_tables.rating(_by_key)
total, part = total_tables.total(_by_key), total_tables.part(_by_key)
credit, booked = book_tables.credit(_by_key), book_tables.booked(_by_key)
credit_day = book_tables.credit_day(_by_key)
stake, cost = book_tables.stake(_by_key), book_tables.cost(_by_key)
fit, journey = book_tables.fit(_by_key), book_tables.journey(_by_key)
credit_name = book_tables.credit_name(_by_key)
hand_off, reader = path_tables.hand_off(_by_key), path_tables.reader(_by_key)
first_meeting, reach = path_tables.first_meeting(_by_key), path_tables.reach(_by_key)
assignment = path_tables.assignment(_by_key)

PROJECTIONS = (
    *(lead, cycle, ref, identity, touch, activity, deal, role, vendor_user, account),
    *(product, campaign, member, firm, belonging, rating, total, part),
    *(credit, credit_day, booked, stake, cost, fit),
    *(assignment, hand_off, first_meeting, reader, reach, journey, credit_name),
)
"""The tables that a rebuild clears and fills again, in the order of a dump."""

# Working state: never rebuilt.

deal_due, book_due = total_tables.deal_due(_by_key), book_tables.book_due(_by_key)

cursor = _table(
    "cursor",
    key("company"),
    key("system"),
    key("obj"),
    key("name"),
    need("position"),
    need("updated_at", Instant),
    need("generation", Whole),
)

due = _by_key(
    "due",
    key("company"),
    key("lead", Lead),
    need("at", Instant),
    need("why"),
    Index("due_at", "company", "at"),
)

queue = _table(
    "queue",
    key("company"),
    key("lead", Lead),
    need("rev", Whole),
    need("basis"),
    need("at", Instant),
    need("until", Instant),
    need("place", OpaqueJson),
    Index("queue_changed", "company", "rev", **_where(CHANGED_SQL)),
    Index("queue_until", "company", "until"),
)

op = _table(
    "op",
    Column("seq", Whole, Identity(), primary_key=True, autoincrement=True),
    need("company"),
    need("id", Lead),
    need("key", Mark),
    need("system"),
    need("obj"),
    need("action"),
    need("lead", Lead),
    need("lane", Whole),
    need("priority", Whole),
    need("decision"),
    need("ver", Whole),
    need("state", Choice(State)),
    need("payload", OpaqueJson),
    need("payload_hash", Hash),
    need("remote_id"),
    need("attempts", Whole),
    need("not_before", Seconds),
    need("batch"),
    need("epoch", Whole),
    may("sent_at", Seconds),
    may("settled_at", Seconds),
    need("created_at", Seconds),
    may("result", OpaqueJson),
    *told("counts"),
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
    key("company"),
    key("id"),
    need("kind"),
    need("lead", Lead),
    need("op"),
    need("field"),
    need("advice"),
    need("detail", OpaqueJson),
    need("first_at", Instant),
    need("last_at", Instant),
    need("count", Whole),
    need("state", Choice(HeldState)),
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
