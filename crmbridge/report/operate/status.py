"""How a company's machinery stands: stages, due leads, the outbox, held work, cursors, writer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.model.codec import instant
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.report.operate.waiting import waiting_in
from crmbridge.report.stages import stages
from crmbridge.report.won import deals, won
from crmbridge.store import (
    Ledger,
    alarms,
    anew,
    cursors,
    held,
    limits,
    outbox,
    queue,
    totals,
    writer,
)
from crmbridge.store.dialect import seconds
from crmbridge.store.live import accounts, decided_by, is_armed, kept_out, switched_off
from crmbridge.store.table import Tx


def status(company: Company) -> dict[str, Any]:
    """Return a company's state in JSON's types; see `status_of`.

    `own_stages` are its stages as the agreement in force calls and divides them, empty where it
    does not. `no_links` says why people get no links, and is empty where they do. `only_read` are
    systems that joined the company at work, and are not written before a plan is applied.
    """
    now = company.clock.now()
    agreement = company.versions.in_force(now)
    told = status_of(company.name, company.ledger, now, company.definition, company.exchange)
    with company.ledger.read() as tx:
        own = stages(tx, agreement) if agreement.stages else []
        out = sorted(kept_out(tx, company.names))
    return told | {"own_stages": own, "no_links": company.no_links, "only_read": out}


def status_of(
    name: str,
    ledger: Ledger,
    now: datetime,
    agreement: str = "",
    exchange: Exchange | None = None,
) -> dict[str, Any]:
    """Return the state of the company whose ledger this is, in JSON's types.

    Without an `agreement` it is the one by which was decided last: the files may be wrong. Without
    an `exchange` nothing is said of rates.

    Ages are in seconds of business time. `due` counts leads to decide now. `writer` is `None`
    while no process holds the ledger. `anew` says how far leads are looked at anew, and is empty
    while they are not. `causes` are fields and writes that a system does not take, each with how
    many leads wait for it. `gone` are the objects of which much is not given any more, and is not
    believed to be gone, `vanished` the fields for want of which an object is not read, and `short`
    those whose reads end before the vendor's own count. `armed` says whether its systems may be
    written, `switched_off` who let them not be and when, `accounts` which ones they are, and
    `stopped` the limits that stopped the writer. `not_judged` are those of the stage ready whom
    crmbridge took over so and has not judged. No personal data.
    """
    with ledger.read() as tx:
        upcoming = cursors.next_due(tx)
        return {
            "company": name,
            "as_of": instant(now),
            "armed": is_armed(tx),
            "switched_off": switched_off(tx),
            "accounts": accounts(tx),
            "stopped": dict(limits.get(tx).stopped),
            "agreement": agreement or decided_by(tx),
            "stages": totals.by_stage(tx),
            "due": cursors.due_count(tx, now),
            "next_due": instant(upcoming) if upcoming else "",
            "anew": anew.under_way(tx),
            "outbox": _outbox(tx),
            "waiting": waiting_in(tx),
            "not_judged": len(queue.unjudged(tx, now)),
            "held": held.counts(tx),
            "deals": deals(tx),
            "won": won(tx, exchange),
            "causes": _causes(tx),
            "gone": _held(tx, "much_is_gone", ("system", "object", "gone", "known", "since")),
            "vanished": _held(tx, "field_gone", ("system", "object", "field", "since")),
            "short": _held(tx, "search_short", ("system", "object", "lacks", "since")),
            "cursors": [
                {
                    "system": one.system,
                    "object": one.obj,
                    "name": one.name,
                    "at": instant(one.updated_at),
                    "age": (now - one.updated_at).total_seconds(),
                }
                for one in cursors.all_cursors(tx)
            ],
            "systems": _systems(tx),
            "writer": writing(tx),
        }


def _systems(tx: Tx) -> list[dict[str, Any]]:
    """The systems and ways to people that do not work for us, as the last who tried them said."""
    return [
        {"system": name, **{word: text for word, text in one.items() if word != "ways"}}
        for name, one in sorted(alarms.alarms(tx).items())
    ]


def _causes(tx: Tx) -> list[dict[str, Any]]:
    rows = [row for row in held.open_causes(tx) if "leads" in row.detail]
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "system": row.detail["system"],
            "object": row.detail["object"],
            "field": row.field,
            "leads": row.count,
            "since": row.detail["since"],
        }
        for row in sorted(rows, key=lambda row: (row.kind, row.op))
    ]


def _held(tx: Tx, kind: str, names: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = sorted(held.find(tx, kind=kind), key=lambda row: row.op)
    return [{name: row.detail[name] for name in names} for row in rows]


def _outbox(tx: Tx) -> list[dict[str, Any]]:
    return [
        {"system": system, "state": state.value, "priority": priority, "count": number}
        for (system, state, priority), number in sorted(outbox.counts(tx).items())
    ]


def writing(tx: Tx) -> dict[str, Any] | None:
    """The process that holds the ledger's lease now, and for how many seconds; `None` for none."""
    known = writer.current(tx)
    if known is None or not known.owner or known.lease_until <= (now := seconds(tx.conn)):
        return None
    return {"host": known.host, "pid": known.pid, "for": now - known.since}
