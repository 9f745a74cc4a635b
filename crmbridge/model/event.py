"""The ledger's entries: what was observed, decided, delivered and settled, in order, for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from crmbridge.model.kind import Kind as Kind
from crmbridge.model.payload import Basis, FirstSeen, Payload, RecordSeen, read

P = TypeVar("P", bound=Payload)


OURS = "crmbridge"
"""Source of what we work out ourselves."""


class Content:
    """What an entry says, as a typed value and as JSON: each is made of the other once, if asked.

    The basis of a decision stands in JSON beside the payload's own keys.
    """

    __slots__ = ("_basis", "_payload", "_stored", "type")

    def __init__(self, payload: Payload, basis: Basis | None = None) -> None:
        self.type = payload.type
        self._basis = basis
        self._payload: Payload | None = payload
        self._stored: Mapping[str, Any] | None = None

    @classmethod
    def stored(cls, type_: str, data: Mapping[str, Any]) -> Content:
        """What the ledger holds of an entry."""
        made = cls.__new__(cls)
        made.type, made._payload, made._stored, made._basis = type_, None, data, None
        return made

    @property
    def payload(self) -> Payload:
        """The typed value. Raises `LedgerError` where this build cannot read it."""
        if self._payload is None:
            self._payload = read(self.type, self._stored or {})
        return self._payload

    @property
    def json(self) -> Mapping[str, Any]:
        """JSON's types, as they lie in the ledger: keys that no field has, too."""
        if self._stored is None:
            basis = self._basis.to_json() if self._basis else {}
            self._stored = self.payload.to_json() | basis
        return self._stored

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Content) and (self.type, self.json) == (other.type, other.json)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Content({self.type})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry.

    `at` is when it happened (business time), `recorded_at` when we knew. `key` is unique in the
    company: an entry whose key is known already is not appended again. `lead` is our lead id,
    empty when the entry belongs to none (yet). `source` says who told: a `Ref` as text, or
    `crmbridge`.
    """

    kind: Kind
    content: Content
    at: datetime
    recorded_at: datetime
    key: str
    lead: str = ""
    source: str = OURS
    seq: int = 0

    @property
    def type(self) -> str:
        """The name of its type in the ledger; `crmbridge.model.payload` has one class for each."""
        return self.content.type

    @property
    def payload(self) -> Payload:
        """What it says. Raises `LedgerError` where this build cannot read it."""
        return self.content.payload

    def __repr__(self) -> str:
        return f"Event({self.seq} {self.kind} {self.type} lead={self.lead})"


def said(entries: Iterable[Event], payload: type[P]) -> Iterator[P]:
    """Yield what the entries of one type say, in order; what the others say is not read."""
    for one in entries:
        if one.type == payload.type and isinstance(told := one.payload, payload):
            yield told


def looks(entries: Iterable[Event]) -> Iterator[RecordSeen]:
    """Yield what the entries say of records, in order; a first look as any other."""
    for one in entries:
        if one.type in _LOOKS and isinstance(told := one.payload, FirstSeen | RecordSeen):
            yield told.look() if isinstance(told, FirstSeen) else told


_LOOKS = frozenset({FirstSeen.type, RecordSeen.type})
