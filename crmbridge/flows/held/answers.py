"""What a person does with held work: send it again, or say that it is dealt with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmbridge.company import Company
from crmbridge.errors import ConfigError, CrmBridgeError
from crmbridge.flows.fit.advice import KINDS as CAUSES
from crmbridge.flows.fit.causes import Causes, redo
from crmbridge.flows.held import left_behind
from crmbridge.flows.held.meaning import STAYS
from crmbridge.flows.read import much_gone
from crmbridge.flows.read.observe import guess
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.read.observe.merges import gone
from crmbridge.flows.read.observe.people import seen_again
from crmbridge.flows.recycle.repair import FIX, resolved
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.event import OURS
from crmbridge.model.lead import Ref
from crmbridge.model.nearest import meant
from crmbridge.model.payload import FieldOffered, HeldResolved, HeldRetried
from crmbridge.store import held, outbox
from crmbridge.store.held import Held, HeldState
from crmbridge.store.outbox import Op, State
from crmbridge.store.table import Tx

KINDS = frozenset(
    {
        *CAUSES,
        "address_taken",
        "ambiguous",
        "conflict",
        "consent_again",
        "consent_by_hand",
        "deal_refused",
        "field_gone",
        "fix_data",
        "manual_only",
        "maybe_merged",
        "message_unsure",
        "missing_note",
        "missing_reason",
        "mixed_currency",
        "much_is_gone",
        "no_rate",
        "opt_out_refused",
        "record_too_large",
        "record_unreadable",
        "search_short",
        "sla_breach",
        "slow",
        "system_gone",
        "two_records",
        "unmapped_reason",
        "unmapped_status",
        "untouched_twice",
        "hand_on_waits",
    }
)
"""Every kind of held work; `docs/howto/handle-held-work.md` has the same list, with advice."""
DEALS = "deal_refused"
"""The kind of which all writes onto deals wait that were refused for one cause."""
WHO = ("address_taken", "maybe_merged", "two_records")
"""Kinds that ask who somebody is; looked at again at once."""
LEADS = 30
"""Leads of a piece of held work that are shown."""
LEAST = 4
"""Characters of a held id that may stand for the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What a retry did: operations that go out again, and those that a newer one replaced.

    `stays` says that the held work is open still: it ends by itself once its cause is gone.
    """

    again: int
    replaced: int
    stays: bool = False


def shown(row: Held) -> dict[str, Any]:
    """Held work in JSON's types; `detail` may be personal data."""
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state.value,
        "lead": row.lead,
        "about": row.op or row.field,
        "count": row.count,
        "first_at": instant(row.first_at),
        "last_at": instant(row.last_at),
        "advice": row.advice,
        "detail": _detail(row),
    }


def asked(row: Held) -> dict[str, Any]:
    """What held work asks a person for, in JSON's types, beside what it is about."""
    return {"id": row.id, "kind": row.kind, "advice": row.advice}


def _detail(row: Held) -> dict[str, Any]:
    """Its details; of many leads some."""
    detail = dict(row.detail)
    if isinstance(some := detail.get("leads"), list):
        detail["leads"] = some[:LEADS]
    return detail


def find_held(tx: Tx, text: str) -> Held:
    """Return held work by its id or the beginning of it.

    Raises:
        CrmBridgeError: there is none, or there are several.
    """
    exact = held.get(tx, text)
    if exact is not None:
        return exact
    near = [row for row in held.find(tx, state=None) if row.id.startswith(text)]
    if len(text) < LEAST or not near:
        raise CrmBridgeError(f"no held work {text!r}: `crmbridge held list` shows what there is")
    if len(near) > 1:
        raise CrmBridgeError(f"{text!r} begins {len(near)} ids of held work: give more of one")
    return near[0]


def must_be_kind(tx: Tx, kind: str) -> None:
    """Raise `ConfigError` for a kind of held work that there is none of; empty stands for all."""
    if kind and kind not in KINDS and not held.find(tx, state=None, kind=kind):
        hint = meant(kind, KINDS, f"there are: {', '.join(sorted(KINDS))}")
        raise ConfigError(f"--kind: no held work is of kind {kind!r}; {hint}")


def retry(company: Company, ident: str, *, by: str = OURS) -> Retried:
    """Send a held operation again, and look at its lead anew; the held work is then resolved.

    A kind of which nothing is sent and that ends by itself stays open (`meaning.STAYS`): resolved
    before its cause is gone, nobody would be told of it again.

    `ident` is the whole id, `by` where a person says so, as its entry keeps it. Work that is held
    without an operation only makes its lead due.
    Raises `CrmBridgeError` when it is resolved already.
    """
    with company.ledger.write("held") as tx:
        scene = Scene.open(company, tx)
        row = _open(tx, ident)
        ops = _released(scene, row, by) if is_cause(row) else _again(scene, row, by)
    return Retried(**_counts(ops), stays=row.kind in STAYS and not ops)


def _again(scene: Scene, row: Held, by: str) -> list[Op]:
    """A person says that what one piece of held work names is mended."""
    tx = scene.tx
    ops = redo(scene, row) if row.kind == DEALS else outbox.redo(tx, [row.op], time.time())
    if row.kind == "field_refused":
        _offer_again(scene, row)
    if row.kind == much_gone.KIND:
        much_gone.answer(tx, row, believe=False)
    if row.lead:
        scene.work.due(row.lead, scene.now, "held work retried")
    if ops or row.kind not in STAYS:
        held.resolve(tx, [row.id], scene.now)
    if row.kind in WHO:  # asked again where the question stands
        seen_again(scene, follow(scene, row.lead), Counted())
    _noted(scene, row, HeldRetried, by)
    return ops


def is_cause(row: Held) -> bool:
    """Whether a piece of held work is of a cause, and of no single lead."""
    return row.kind in CAUSES and not row.lead


def _released(scene: Scene, row: Held, by: str) -> list[Op]:
    """A person says that a cause is mended: all that it holds back is offered again."""
    causes = Causes.of(scene)
    ops = causes.release(causes.rows[row.id])
    _noted(scene, row, HeldRetried, by)
    return ops


def _counts(ops: Sequence[Op]) -> dict[str, int]:
    again = sum(op.state is State.INTENT for op in ops)
    return {"again": again, "replaced": len(ops) - again}


def _offer_again(scene: Scene, row: Held) -> None:
    """The vendor may take the value now: it counts as never offered."""
    key = f"field_offered:{row.id}:{row.count}:{instant(scene.now)}"
    scene.decided(FieldOffered(field=row.detail["field"]), row.lead, key)


def resolve(company: Company, ident: str, *, by: str = OURS) -> None:
    """Say that a person dealt with held work. Raises `CrmBridgeError` when that was said."""
    with company.ledger.write("held") as tx:
        scene = Scene.open(company, tx)
        row = _open(tx, ident)
        if is_cause(row):
            causes = Causes.of(scene)
            causes.let_be(causes.rows[row.id])
        else:
            held.resolve(tx, [ident], scene.now)
        if row.kind == guess.KIND:
            gone(scene, follow(scene, row.lead), Ref.parse(row.op), scene.now)
            scene.work.due(follow(scene, row.lead), scene.now, "deleted")
        if row.kind == FIX and row.lead:
            resolved(scene, row.lead, row.id)
        if row.kind == much_gone.KIND:
            much_gone.answer(tx, row, believe=True)
        if row.kind == left_behind.KIND:
            left_behind.drop_left(scene, row)
        _noted(scene, row, HeldResolved, by)


def _open(tx: Tx, ident: str) -> Held:
    row = find_held(tx, ident)
    if row.state is not HeldState.OPEN:
        raise CrmBridgeError(f"held work {row.id} is resolved already: nothing was changed")
    return row


def _noted(scene: Scene, row: Held, told: type[HeldRetried | HeldResolved], by: str) -> None:
    """A person's word belongs into the lead's history; it may be given again for a new case."""
    key = f"{told.type}:{row.id}:{row.count}:{instant(scene.now)}"
    leads = row.detail["leads"] if is_cause(row) else [row.lead]
    op = "" if is_cause(row) else row.op
    for lead in leads:
        one = f"{key}:{lead}" if is_cause(row) else key
        scene.decided(told(held=row.id, held_kind=row.kind, op=op), lead, one, source=by)
    scene.work.flush()
