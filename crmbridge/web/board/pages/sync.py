"""Sync: whether both systems work with us, how far we are behind, what waits, and the quota."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from crmbridge.report.frame.sheet import Column, Report, Row, Sheet
from crmbridge.report.operate.quota import quota
from crmbridge.report.text import age, many
from crmbridge.store import cursors, outbox
from crmbridge.store.live import accounts
from crmbridge.store.outbox import State
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import clock, sheets_of
from crmbridge.web.board.health import alarms_of, health, looks
from crmbridge.web.board.people import system_name
from crmbridge.web.board.visit import Page, Visit

READINGS: Mapping[str, str] = {
    "changes": "what changed",
    "deleted": "what was deleted",
    "reconcile": "the comparison of all records",
}
"""Names of readings, in words."""
STATES: Mapping[State, str] = {
    State.INTENT: "not sent yet",
    State.LATER: "put off by the system",
    State.SENDING: "on its way",
    State.UNKNOWN: "sent, and nobody knows whether it arrived",
    State.HELD: "waits for a person",
}
ORDER = ("opt-outs and erasures", "hand-offs and revenue", "fields and status", "in bulk")
"""Priorities, in words."""


def show(visit: Visit) -> Response:
    """Show the page."""
    with visit.company.ledger.read() as tx:
        answers = health(visit, tx)
        alarms = alarms_of(visit, tx)
        sheets = [_systems(visit, tx), _outbox(visit, tx), _readings(visit, tx)]
        due = cursors.due_count(tx, visit.company.now())
    sheets.insert(2, _quota(visit))
    report = Report(name="sync", title="Sync", company=visit.company.name, sheets=tuple(sheets))
    words = {
        "answers": answers,
        "alarms": alarms,
        "sheets": sheets_of(report),
        "notes": [f"{many(due, 'lead')} to be looked at now."],
    }
    return visit.render("sync.html.j2", words)


def _text(*titles: str) -> tuple[Column, ...]:
    return tuple(Column(name=f"c{n}", title=one) for n, one in enumerate(titles))


def _systems(visit: Visit, tx: Tx) -> Sheet:
    known, last = accounts(tx), {one.system: one for one in looks(tx, visit.company.now())}
    bad = {one.name: one for one in alarms_of(visit, tx)}
    rows: list[Row] = []
    for side, _ in visit.company.mapping.systems():
        name, look = system_name(visit, side), last.get(side)
        account = known.get(side, {})
        told = str(account.get("id") or "not written yet")
        rows.append(
            (
                f"{name} ({side})",
                bad[name].state if name in bad else "works",
                f"{age(max(0.0, look.age))} ago" if look else "never",
                f"{told}{', a sandbox' if account.get('sandbox') else ''}",
            )
        )
    columns = _text("System", "State", "Last look", "Account that is written")
    return Sheet(name="systems", title="Systems", columns=columns, rows=tuple(rows))


def _outbox(visit: Visit, tx: Tx) -> Sheet:
    rows = tuple(
        (
            system_name(visit, system),
            STATES.get(state, state.value),
            ORDER[min(priority, len(ORDER) - 1)],
            number,
        )
        for (system, state, priority), number in sorted(outbox.counts(tx).items())
    )
    columns = (*_text("System", "State", "What"), Column(name="n", title="Writes", kind="count"))
    return Sheet(
        name="outbox",
        title="Waits to be written",
        columns=columns,
        rows=rows,
        empty="Nothing waits: both systems have all that they are owed.",
    )


def _quota(visit: Visit) -> Sheet:
    columns = (
        *_text("System", "Quota"),
        Column(name="share", title="Our share", kind="count"),
        Column(name="used", title="Used", kind="count"),
        Column(name="part", title="Used of it", kind="share"),
        *(
            Column(name=name, title=title)
            for name, title in (("again", "Begins anew"), ("off", "Blocked until"))
        ),
    )
    rows = tuple(_budget(visit, one) for one in quota(visit.company))
    return Sheet(
        name="quota",
        title="Calls that the systems allow",
        columns=columns,
        rows=rows,
        empty="No quota is known of these systems.",
        notes=("Quotas of a few seconds only pace the calls; nothing is counted of them.",),
    )


def _budget(visit: Visit, one: Mapping[str, Any]) -> Row:
    used, calls = one["used"], one["calls"]
    part = Decimal(used) / calls if used is not None and calls else None
    return (
        system_name(visit, one["app"]),
        f"{one['name'].replace('_', ' ')}, in {age(one['seconds'])}",
        calls,
        used,
        part,
        _real(visit, one["resets_at"]),
        _real(visit, one["blocked_until"]),
    )


def _real(visit: Visit, seconds: float) -> str | None:
    if not seconds:
        return None
    return clock(datetime.fromtimestamp(seconds, UTC).astimezone(visit.company.zone))


def _readings(visit: Visit, tx: Tx) -> Sheet:
    return Sheet(
        name="lag",
        title="How far each reading is",
        columns=_text("System", "Records", "Reading", "Last moved", "Ago"),
        rows=tuple(_lag(visit, tx)),
        empty="Nothing was read yet: the first look begins once the daemon runs.",
    )


def _lag(visit: Visit, tx: Tx) -> Iterator[Row]:
    now, zone = visit.company.now(), visit.company.zone
    for one in cursors.all_cursors(tx):
        yield (
            system_name(visit, one.system),
            f"form {one.obj.partition(':')[2][:8]}" if one.obj.startswith("form:") else one.obj,
            READINGS.get(one.name, one.name.replace("_", " ")),
            clock(one.updated_at.astimezone(zone)),
            age(max(0.0, (now - one.updated_at).total_seconds())),
        )


SYNC = Page(name="sync", title="Sync", show=show)
