"""Entries about writes, without what their operation says already.

A decided write, its sending and its end each name the operation, which holds the change: in the
ledger the entry keeps only what the operation does not say. Operations are never removed.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import LargeBinary, select, type_coerce

from crmbridge.errors import LedgerError
from crmbridge.model.event import Content
from crmbridge.model.payload import Payload, WriteDone, WriteOwed, WriteSent, read
from crmbridge.store.schema import op
from crmbridge.store.table import Tx, among, chunks
from crmbridge.store.types import OpaqueJson

TYPES = frozenset(one.type for one in (WriteOwed, WriteSent, WriteDone))
_MARK = "$w"
"""The operation, in few letters, of an entry that leaves out what is mostly so, too (`_mostly`); 1
in entries of earlier builds, which name it as `op` and leave out only what it says."""
_SAME = ("system", "obj", "action")
"""Keys of an entry that are columns of the operation, too."""

Said = Mapping[str, Any]
Ops = Mapping[str, Said]


def ops_of(tx: Tx, idents: Iterable[str]) -> dict[str, Said]:
    """What operations say that entries may say, too: system, object, action and payload, by id."""
    wanted = [one for one in dict.fromkeys(idents) if one]
    raw = type_coerce(op.c.payload, LargeBinary)
    columns = (op.c.id, op.c.system, op.c.obj, op.c.action, raw)
    found: dict[str, Said] = {one: tx.ops[one] for one in wanted if one in tx.ops}
    for piece in chunks(one for one in wanted if one not in found):
        where = (op.c.company == tx.company, among(op.c.id, piece))
        for ident, system, obj, action, payload in tx.conn.execute(select(*columns).where(*where)):
            found[ident] = _Kept(payload, system=system, obj=obj, action=action)
    return found


class _Kept(dict[str, Any]):
    """What an operation says; its payload is read when somebody asks: most entries do not."""

    def __init__(self, raw: bytes, **said: str) -> None:
        super().__init__(said)
        self._raw = raw

    def __missing__(self, key: str) -> Any:
        if key != "payload":
            raise KeyError(key)
        self[key] = _PAYLOAD.process_result_value(self._raw)
        return self[key]


class WriteSaid(Content):
    """What an entry about a write says, filled in from its operation when somebody asks.

    Raises:
        LedgerError: the operation is not there.
    """

    __slots__ = ("_ident", "_lies", "_op")

    def __init__(self, type_: str, data: dict[str, Any], ops: Ops) -> None:
        ident = named(data)
        if ident and ident not in ops:
            raise LedgerError(
                f"an entry of type {type_!r} tells of the operation {ident}, which is not in the "
                "ledger: somebody removed it. Restore the last backup"
            )
        super().__init__(_NOTHING)
        self.type, self._lies, self._ident, self._op = type_, data, ident, ops.get(ident)
        self._payload = None

    @property
    def payload(self) -> Payload:
        """The typed value. Raises `LedgerError` where this build cannot read it."""
        if self._payload is None:
            self._payload = read(self.type, self.json)
        return self._payload

    @property
    def json(self) -> Said:
        """JSON's types, as they were written."""
        if self._stored is None:
            op = self._op
            self._stored = unpack(self.type, self._lies, self._ident, op) if op else self._lies
        return self._stored


def named(data: Said) -> str:
    """The operation that an entry leaves something to; empty for none."""
    mark = data.get(_MARK, "")
    return _long(mark) if isinstance(mark, str) else str(data["op"])


def short_name(ident: str) -> str:
    """An operation's id in 22 letters instead of 36; empty for one that is no UUID of ours."""
    try:
        raw = UUID(ident)
    except ValueError:
        return ""
    return urlsafe_b64encode(raw.bytes).decode().rstrip("=") if str(raw) == ident else ""


def _long(short: str) -> str:
    try:
        return str(UUID(bytes=urlsafe_b64decode(f"{short}=="))) if short else ""
    except ValueError:
        raise LedgerError(
            "an entry of the ledger names no operation where it must: it is damaged. Restore the "
            "last backup"
        ) from None


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
    mostly, short = _mostly(type_, said), short_name(str(data["op"]))
    if not short or not mostly.keys() <= data.keys():
        return {**out, _MARK: 1}
    told = {key: value for key, value in out.items() if _differs(mostly, key, value)}
    del told["op"]
    return {**told, _MARK: short}


def _mostly(type_: str, said: Said) -> Said:
    """What most entries of a type say, as far as their operation tells."""
    if type_ == WriteSent.type:
        return {"attempt": 1}
    if type_ == WriteDone.type:
        ref = f"{said['system']}:{said['obj']}:{said['payload'].get('id') or ''}"
        return {"created": False, "track": "", "ref": ref}
    return {}


def _differs(known: Said, key: str, value: Any) -> bool:
    return key not in known or known[key] != value or type(known[key]) is not type(value)


def unpack(type_: str, data: Said, ident: str, said: Said) -> Said:
    """Return an entry's data as it was before `pack`; `said` is what its operation says."""
    mostly = _mostly(type_, said) if isinstance(data[_MARK], str) else {}
    out = {**mostly, **data, "op": ident, **{name: said[name] for name in _KEYS[type_]}}
    del out[_MARK]
    if type_ == WriteOwed.type:
        out["changes"] = said["payload"].get("changes", {})
    if type_ == WriteDone.type:
        for name in ("values", "words"):
            out[name] = {**said["payload"].get(name, {}), **data.get(name, {})}
    return out


_KEYS: Mapping[str, tuple[str, ...]] = {
    WriteOwed.type: _SAME,
    WriteSent.type: ("system", "action"),
    WriteDone.type: _SAME,
}

_PAYLOAD = cast(OpaqueJson, op.c.payload.type)
_NOTHING = WriteSent(op="", system="", action="", attempt=0)
