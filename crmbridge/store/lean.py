"""The data of entries without what stands elsewhere already: field names, and the record's name.

What a first look at a record says lies as the values alone, in the order of a shape: the names of
the fields and the word of each, which are the same for all records of an object. A shape is
written once a company and never changed, so that an entry can be read for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crmbridge.errors import LedgerError
from crmbridge.model.codec import encode, encode_map, instant
from crmbridge.model.event import Content
from crmbridge.model.lead import Ref, Sighting, mark_of
from crmbridge.model.payload import OF_RECORD, FirstSeen, Payload, first_seen, unlike
from crmbridge.store.dialect import insert_new
from crmbridge.store.schema import shape
from crmbridge.store.table import Tx

_FIRST = FirstSeen.type
_SHAPE, _MASK, _VALUES, _HIDDEN = "$s", "$m", "$r", "$h"
_BASIS = "$b"
_UNDER = ("agreement", "mapping")
"""What a decision was taken under. It is the same for thousands of entries, so each has a number
for it. The number is that of a shape without fields, in which the agreement stands for a word and
the mapping for its field."""


def pack(tx: Tx, type_: str, source: str, content: Content) -> Mapping[str, Any]:
    """Return what is to lie in the ledger of what an entry says."""
    if isinstance(content, FirstLook):
        asked = content.asked
        return {_SHAPE: _Shapes.of(tx).number(asked.fields, asked.words), **content.packed}
    if type_ not in OF_RECORD:
        return content.json
    out = dict(content.json)
    if out.get("ref") == source:
        del out["ref"]
    if type_ == _FIRST and "raw" in out:
        raw, fields, words = out.pop("raw"), out.pop("fields"), out.pop("words")
        asked = Asked.of(tuple(fields), words)
        out[_SHAPE] = _Shapes.of(tx).number(asked.fields, asked.words)
        out[_MASK], out[_VALUES] = asked.masked(raw)
        if hidden := frozenset(out.pop("hidden", ())):
            out[_HIDDEN] = asked.without(asked.names - hidden)
    return out


def unpack(tx: Tx, type_: str, source: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return an entry's data as it was before `pack`; takes what earlier builds wrote as it is."""
    if type_ not in OF_RECORD:
        return data
    data.setdefault("ref", source)
    if _SHAPE in data:
        fields, words = _Shapes.of(tx).get(data.pop(_SHAPE))
        mask, held = int(data.pop(_MASK), 16), data.pop(_VALUES)
        names = _behind(fields, mask)
        if len(names) != len(held):
            raise LedgerError(
                "an entry of the ledger holds other values than it says: it is damaged"
            )
        data["raw"] = dict(zip(names, held, strict=True))
        data["fields"], data["words"] = list(fields), words
        if _HIDDEN in data:
            data["hidden"] = _behind(fields, int(data.pop(_HIDDEN), 16))
    return data


def pack_basis(tx: Tx, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is to lie in the ledger with a number for the agreement and the mapping."""
    agreement, mapping = (data.get(name) for name in _UNDER)
    if not isinstance(agreement, str) or not isinstance(mapping, str):
        return data
    rest = {name: value for name, value in data.items() if name not in _UNDER}
    return {**rest, _BASIS: _Shapes.of(tx).number((), {agreement: mapping})}


def unpack_basis(tx: Tx, data: dict[str, Any]) -> dict[str, Any]:
    """Return an entry's data as it was before `pack_basis`."""
    if _BASIS in data:
        _, words = _Shapes.of(tx).get(data.pop(_BASIS))
        for agreement, mapping in words.items():
            data |= zip(_UNDER, (agreement, mapping), strict=True)
    return data


def _behind(fields: tuple[str, ...], mask: int) -> list[str]:
    """The fields whose bits are set."""
    return [name for n, name in enumerate(fields) if mask >> n & 1]


class FirstLook(Content):
    """What a first look says, nearly as it is to lie in the ledger; its payload is made if asked.

    Most of a first read is this, and nobody asks: `first_seen` and `pack` would copy the same ten
    values four times.
    """

    __slots__ = ("_made", "asked", "changed_at", "identity", "owner", "packed", "ref", "source")
    _made: Callable[[], FirstSeen]

    def __init__(self, sighting: Sighting, asked: Asked, owner: str | None) -> None:
        super().__init__(_NOBODY)
        raw, said = sighting.raw, sighting.values
        own, silent = unlike(raw, said, asked.words)
        mask, held = asked.masked(raw)
        packed: dict[str, Any] = {
            _MASK: mask,
            _VALUES: [value if type(value) in _PLAIN else encode(value) for value in held],
        }
        if len(raw) < len(asked.fields):
            packed[_HIDDEN] = asked.without(raw)
        if own:
            packed["values"] = encode_map(own)
        if silent:
            packed["silent"] = list(silent)
        if sighting.changed_at is not None:
            packed["changed_at"] = instant(sighting.changed_at)
        if owner is not None:
            packed["owner"] = owner
        if sighting.changed_by is not None:
            packed["changed_by"] = str(sighting.changed_by)
        address = said.get("email")
        self.ref, self.changed_at, self.owner = sighting.ref, sighting.changed_at, owner
        self.identity = mark_of(address) if isinstance(address, str) and address else ""
        self.packed, self.asked, self.source = packed, asked, said.get("source")
        self._made = lambda: first_seen(
            *(sighting.ref, raw, said, asked.words, asked.fields),
            changed_at=sighting.changed_at,
            owner=owner,
            changed_by=sighting.changed_by,
        )

    @property
    def payload(self) -> Payload:
        """The typed value."""
        return self._made()

    @property
    def json(self) -> Mapping[str, Any]:
        """JSON's types."""
        return self._made().to_json()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the records of an object: all fields, and the field of each word."""

    fields: tuple[str, ...]
    words: Mapping[str, str]
    names: frozenset[str]
    bits: tuple[tuple[int, str], ...]
    """Each field behind its bit in the mask of those that are filled."""

    @classmethod
    def of(cls, fields: tuple[str, ...], words: Mapping[str, str]) -> Asked:
        """Work out the bits."""
        bits = tuple((1 << n, name) for n, name in enumerate(fields))
        return cls(fields, words, frozenset(fields), bits)

    def masked(self, raw: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """Which fields are filled, in hexadecimal, and what those hold."""
        mask, held = 0, []
        for bit, name in self.bits:
            value = raw.get(name)
            if value is not None:
                mask |= bit
                held.append(value)
        return f"{mask:x}", held

    def without(self, raw: Container[str]) -> str:
        """Which fields the vendor said nothing of, in hexadecimal."""
        return f"{sum(bit for bit, name in self.bits if name not in raw):x}"


_PLAIN = frozenset({str, int, bool})
_NOBODY = FirstSeen(ref=Ref(system="", obj="", id=""), fields=(), raw={}, words={})

_Key = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


class _Shapes:
    """The shapes that a transaction has met; kept on it, for they are read once."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._by_number: dict[int, tuple[tuple[str, ...], dict[str, str]]] = {}
        self._numbers: dict[_Key, int] = {}
        statement = select(shape.c.n, shape.c.said).where(shape.c.company == tx.company)
        for number, (fields, words) in tx.conn.execute(statement):
            self._keep(number, tuple(fields), dict(words))

    @classmethod
    def of(cls, tx: Tx) -> _Shapes:
        if not isinstance(tx.shapes, cls):
            tx.shapes = cls(tx)
        return tx.shapes

    def get(self, number: int) -> tuple[tuple[str, ...], dict[str, str]]:
        if number not in self._by_number:
            raise LedgerError(
                f"an entry of the ledger is written in the shape {number}, which is not there: "
                "somebody removed it. Restore the last backup"
            )
        return self._by_number[number]

    def number(self, fields: tuple[str, ...], words: Mapping[str, str]) -> int:
        """The number of a shape, which is new if nobody had it."""
        key = (fields, tuple(words.items()))
        if key not in self._numbers:
            number = max(self._by_number, default=0) + 1
            said = [list(fields), list(words.items())]
            row = {"company": self._tx.company, "n": number, "said": said}
            self._tx.conn.execute(insert_new(shape), row)
            self._keep(number, fields, dict(words))
        return self._numbers[key]

    def _keep(self, number: int, fields: tuple[str, ...], words: dict[str, str]) -> None:
        self._by_number[number] = fields, words
        self._numbers[fields, tuple(words.items())] = number
