"""Entries about writes, without what their operation says already.

A decided write, its sending and its end each name the operation, which holds the change: in the
ledger the entry keeps only what the operation does not say. Operations are never removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from crmbridge.errors import LedgerError
from crmbridge.model.payload import WriteDone, WriteOwed, WriteSent
from crmbridge.store.schema import op
from crmbridge.store.table import Tx, among, chunks

TYPES = frozenset(one.type for one in (WriteOwed, WriteSent, WriteDone))
_MARK = "$w"
_SAME = ("system", "obj", "action")
"""Keys of an entry that are columns of the operation, too."""

Said = Mapping[str, Any]
Ops = Mapping[str, Said]


def ops_of(tx: Tx, idents: Iterable[str]) -> dict[str, Said]:
    """What operations say that entries may say, too: system, object, action and payload, by id."""
    wanted = [one for one in dict.fromkeys(idents) if one]
    columns = (op.c.id, op.c.system, op.c.obj, op.c.action, op.c.payload)
    found: dict[str, Said] = {one: tx.ops[one] for one in wanted if one in tx.ops}
    for piece in chunks(one for one in wanted if one not in found):
        where = (op.c.company == tx.company, among(op.c.id, piece))
        for ident, system, obj, action, payload in tx.conn.execute(select(*columns).where(*where)):
            found[ident] = {"system": system, "obj": obj, "action": action, "payload": payload}
    return found


def named(data: Said) -> str:
    """The operation that an entry leaves something to; empty for none."""
    return str(data["op"]) if _MARK in data else ""


def pack(type_: str, data: Said, ops: Ops) -> Said:
    """Return an entry's data without what its operation says; whole where that says otherwise."""
    said = ops.get(str(data.get("op")))
    if said is None or any(name in data and data[name] != said[name] for name in _SAME):
        return data
    payload = said["payload"]
    out = {name: value for name, value in data.items() if name not in _SAME}
    if type_ == WriteOwed.type:
        if data.get("changes") != payload.get("changes"):
            return data
        del out["changes"]
    if type_ == WriteDone.type:
        for name in ("values", "words"):
            told, known = data.get(name, {}), payload.get(name, {})
            if not known.keys() <= told.keys():
                return data
            out[name] = {key: value for key, value in told.items() if _differs(known, key, value)}
            if not out[name]:
                del out[name]
    return {**out, _MARK: 1}


def _differs(known: Said, key: str, value: Any) -> bool:
    return key not in known or known[key] != value or type(known[key]) is not type(value)


def unpack(type_: str, data: dict[str, Any], ops: Ops) -> dict[str, Any]:
    """Return an entry's data as it was before `pack`.

    Raises:
        LedgerError: the operation is not there.
    """
    ident = named(data)
    if not ident:
        return data
    said = ops.get(ident)
    if said is None:
        raise LedgerError(
            f"an entry of type {type_!r} tells of the operation {ident}, which is not in the "
            "ledger: somebody removed it. Restore the last backup"
        )
    payload = said["payload"]
    out = {**data, **{name: said[name] for name in _KEYS[type_]}}
    del out[_MARK]
    if type_ == WriteOwed.type:
        out["changes"] = payload.get("changes", {})
    if type_ == WriteDone.type:
        for name in ("values", "words"):
            out[name] = {**payload.get(name, {}), **data.get(name, {})}
    return out


_KEYS: Mapping[str, tuple[str, ...]] = {
    WriteOwed.type: _SAME,
    WriteSent.type: ("system", "action"),
    WriteDone.type: _SAME,
}
