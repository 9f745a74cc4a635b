"""Sync: whether the systems work with us, how far we are behind, what waits, and the quota."""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from crmbridge.flows.alert.bundle import WAITING
from crmbridge.report.frame.sheet import Column, Report, Row, Sheet
from crmbridge.report.operate.quota import quota
from crmbridge.report.text import age, many
from crmbridge.store import cursors, outbox
from crmbridge.store.live import accounts, kept_out
from crmbridge.store.outbox import State
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import sheets_of
from crmbridge.web.board.health import alarms_of, health, looks
from crmbridge.web.board.pages.sync_lag import lag, texts
from crmbridge.web.board.people import system_name
from crmbridge.web.board.visit import Page, Visit

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
        readings, late = lag(visit, tx)
        sheets = [_systems(visit, tx), _outbox(visit, tx), readings]
        due = cursors.due_count(tx, visit.company.now())
    sheets.insert(2, _quota(visit))
    report = Report(name="sync", title="Sync", company=visit.company.name, sheets=tuple(sheets))
    words = {
        "answers": [*answers, *late],
        "alarms": alarms,
        "sheets": sheets_of(report),
        "notes": [f"{many(due, 'lead')} to be looked at now."],
    }
    return visit.render("sync.html.j2", words)


def _systems(visit: Visit, tx: Tx) -> Sheet:
    known, last = accounts(tx), {one.system: one for one in looks(tx, visit.company.now())}
    bad = {one.name: one for one in alarms_of(visit, tx)}
    out = kept_out(tx, visit.company.names)
    rows: list[Row] = []
    for side, _ in visit.company.mapping.systems():
        name, look = system_name(visit, side), last.get(side)
        account = known.get(side, {})
        none = "only read until a plan is applied" if side in out else "not written yet"
        told = str(account.get("id") or none)
        rows.append(
            (
                name if name.endswith(f"({side})") else f"{name} ({side})",
                bad[name].state if name in bad else "works",
                f"{age(max(0.0, look.age))} ago" if look else "never",
                f"{told}{', a sandbox' if account.get('sandbox') else ''}",
            )
        )
    columns = texts("System", "State", "Last look", "Account that is written")
    return Sheet(name="systems", title="Systems", columns=columns, rows=tuple(rows))


def _outbox(visit: Visit, tx: Tx) -> Sheet:
    now, oldest = time.time(), outbox.oldest(tx)
    rows = tuple(
        (
            system_name(visit, system),
            STATES.get(state, state.value),
            ORDER[min(priority, len(ORDER) - 1)],
            number,
            age(max(0.0, now - oldest.get((system, state, priority), now))),
        )
        for (system, state, priority), number in sorted(outbox.counts(tx).items())
    )
    columns = (
        *texts("System", "State", "What"),
        Column(name="n", title="Writes", kind="count"),
        Column(name="oldest", title="The oldest waits for"),
    )
    return Sheet(
        name="outbox",
        title="Waits to be written",
        columns=columns,
        rows=rows,
        empty="Nothing waits: all systems have what they are owed.",
        notes=("What is sent together each hour waits up to an hour, and that is right.",)
        if any(system in WAITING for system, _, _ in oldest)
        else (),
    )


def _quota(visit: Visit) -> Sheet:
    columns = (
        *texts("System", "Quota"),
        Column(name="share", title="Our share", kind="count"),
        Column(name="used", title="Used", kind="count"),
        Column(name="part", title="Used of it", kind="share"),
        *(
            Column(name=name, title=title)
            for name, title in (("again", "Begins anew in"), ("off", "Blocked for"))
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
        quota_name(one["name"], one["seconds"]),
        calls,
        used,
        part,
        _until(one["resets_at"]),
        _until(one["blocked_until"]),
    )


def quota_name(name: str, seconds: float) -> str:
    """What a quota is of, and for how long, as people say it; all calls where it names none."""
    what = [word for word in name.split("_") if word not in _LENGTHS]
    return f"{' '.join(what) or 'all calls'}, per {_PER.get(seconds) or age(seconds)}"


_LENGTHS = frozenset({"secondly", "minutely", "hourly", "daily", "monthly", "ten", "five"})
"""Words of a quota's name that say its length, which is told in seconds, too."""
_PER: Mapping[float, str] = {
    1: "second",
    10: "10 seconds",
    60: "minute",
    3600: "hour",
    86_400: "day",
}


def _until(at: float) -> str | None:
    """How long it is until then; quotas run on real time, and the page is on business time."""
    return age(max(0.0, at - time.time())) if at else None


SYNC = Page(name="sync", title="Sync", show=show)
