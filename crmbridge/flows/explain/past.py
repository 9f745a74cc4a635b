"""What a moment of the past needs beside its lead: the desks of all reps as they stood then."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from crmbridge.flows.reps.pause import PAUSED
from crmbridge.model.codec import instant
from crmbridge.model.event import Event, looks
from crmbridge.model.lifecycle import RANK, WITH_SALES
from crmbridge.model.payload import FirstSeen, Paused, Resumed
from crmbridge.store import cursors, events
from crmbridge.store.projection import Workspace
from crmbridge.store.projection.apply import apply
from crmbridge.store.schema import event
from crmbridge.store.table import Tx

MOST = 10_000
"""Leads folded to count the desks of a past moment: what a person waits a few seconds for."""
AT_SALES = (*(one.value for one in WITH_SALES), "assigned", "lead_merged")
TURNS = ("assigned", "unassigned", "refunded")
MOVES = frozenset({*AT_SALES, *TURNS, "merged_away", "routed"})
SWITCH = (Paused.type, Resumed.type)
TOO_MANY = (
    "{many} leads had been with sales by then, too many to count every desk of that moment; what "
    "is told here of room is what was noted with each decision"
)


def count_desks(live: Tx, then: Tx, family: set[str], until: datetime) -> str:
    """Fill `then`, a blank ledger of one lead, with what decides the room of all reps.

    `family` are the leads that it has already. `live` is only read. Limits, hours and absences
    are those of teams.toml as it is now: no history of that file is kept. Returns why it was not
    done, empty when it was.
    """
    others = _ids(live, AT_SALES, until) - family
    if len(others) > MOST:
        return TOO_MANY.format(many=len(others))
    work = Workspace(then)
    found = events.of_leads(live, sorted(others), until)
    work.load_leads(others)
    for one in sorted((e for es in found.values() for e in es if _moves(e)), key=_order):
        apply(work, one)
        work.stamp(one)
    work.write_rows(whole=True)
    events.append(then, [one for one in events.of_types(live, TURNS) if one.recorded_at <= until])
    cursors.put_meta(then, PAUSED, _paused(live, until))
    return ""


def _order(one: Event) -> int:
    return one.seq


def _moves(one: Event) -> bool:
    """Whether an entry changes a stage, an owner or an assignment."""
    if one.type in RANK or one.type in MOVES or one.type == FirstSeen.type:
        return True
    return any(told.owner is not None for told in looks([one]))


def _ids(tx: Tx, types: tuple[str, ...], until: datetime) -> set[str]:
    statement = select(event.c.lead).where(
        event.c.company == tx.company,
        event.c.type.in_(types),
        event.c.recorded_at <= until,
        event.c.lead != "",
    )
    return set(tx.conn.execute(statement.distinct()).scalars())


def _paused(tx: Tx, until: datetime) -> dict[str, Any]:
    """The switch as it stood: who was paused and not resumed."""
    kept: dict[str, Any] = {}
    for one in events.of_types(tx, SWITCH):
        if one.recorded_at > until:
            continue
        told = one.payload
        if isinstance(told, Resumed | Paused):
            kept.pop(told.what, None)
        if isinstance(told, Paused):
            end = instant(told.until) if told.until else ""
            kept[told.what] = {"at": instant(one.at), "by": told.by, "until": end}
    return kept
