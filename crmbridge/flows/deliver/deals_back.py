"""Writes onto deals of which nobody knows the end: the records read back, and compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from crmbridge.errors import NotSupported
from crmbridge.flows.deliver.lookup import unasked
from crmbridge.flows.deliver.send import Results
from crmbridge.model.codec import decode, decode_map
from crmbridge.model.deal import Deal
from crmbridge.model.record import Outcome, Value, Written
from crmbridge.policy.fit.same import same
from crmbridge.store.outbox import Op
from crmbridge.system import Item, System


def deals_back(system: System, ops: Sequence[Op], zone: tzinfo) -> tuple[Results, Sequence[Item]]:
    """Settle writes onto deals whose outcome nobody knows, those of one object in one look.

    A field that holds our value has it. One that holds what it held when the write was decided did
    not get it. One that holds something else was edited by somebody since, and that stays: it
    counts as written, and is not written again until the books say something else. The deals come
    back, too: what they hold now is news once the writes are settled.
    """
    results: Results = []
    seen: list[Item] = []
    for obj in sorted({op.obj for op in ops}):
        mine = [op for op in ops if op.obj == obj]
        try:
            items = system.look(obj, list(dict.fromkeys(str(op.payload["id"]) for op in mine)))
        except NotSupported:
            results += [(op, unasked(op)) for op in mine]
            continue
        deals = {one.ref.id: one for one in items if isinstance(one, Deal)}
        results += [(op, _found(op, deals.get(str(op.payload["id"])), zone)) for op in mine]
        seen += deals.values()
    return results, seen


def _found(op: Op, deal: Deal | None, zone: tzinfo) -> Written:
    if deal is None:
        return Written(op=op.id, outcome=Outcome.GONE, code="gone")
    lacking = _lacking(op, deal.shown, zone)
    if len(lacking) == len(op.payload["values"]):
        return Written(op=op.id, outcome=Outcome.LATER, code="not_there")
    return Written(op=op.id, outcome=Outcome.DONE, id=deal.ref.id, without=lacking)


def _lacking(op: Op, shown: Mapping[str, Value], zone: tzinfo) -> tuple[str, ...]:
    """The fields that are to be written still: they hold what they held before."""
    before = {name: decode(change[0]) for name, change in op.payload["changes"].items()}
    return tuple(
        name
        for name, value in decode_map(op.payload["values"]).items()
        if name not in shown
        or (not same(shown[name], value, zone) and same(shown[name], before[name], zone))
    )
