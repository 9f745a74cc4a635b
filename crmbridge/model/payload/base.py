"""What all payloads have: the name of their type, their version, and the words that do not vary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from crmbridge.errors import LedgerError
from crmbridge.model.payload.form import Part, Unreadable, entry
from crmbridge.model.state import Happened

VERSION = "$v"
"""The key of a payload's version; without it, it is of version 1."""

Data = Mapping[str, Any]


class Payload(Part):
    """What an entry of one type says.

    A change of what is on disk makes a new version: `upgrades` then has one more function, which
    turns the data of the version before into that of the new one. They are called in order, and
    never changed.
    """

    __slots__ = ()
    type: ClassVar[str]
    upgrades: ClassVar[tuple[Callable[[dict[str, Any]], dict[str, Any]], ...]] = ()

    def to_json(self) -> dict[str, Any]:
        """Write as JSON's types, with the version where it is not the first."""
        data = Part.to_json(self)
        return data | {VERSION: 1 + len(self.upgrades)} if self.upgrades else data

    @classmethod
    def read(cls, data: Data) -> Self:
        """Read what any build up to this one wrote.

        Raises:
            LedgerError: a later build wrote it, or it lacks what its version has.
        """
        version, newest = data.get(VERSION, 1), 1 + len(cls.upgrades)
        if not isinstance(version, int) or not 1 <= version <= newest:
            raise LedgerError(
                f"an entry of type {cls.type!r} is of version {version!r}; this build of crmbridge "
                f"knows versions up to {newest}. A later build wrote to this ledger: run that one, "
                "or go back to the ledger's backup from before it"
            )
        for upgrade in cls.upgrades[version - 1 :]:
            data = upgrade(dict(data))
        try:
            return cls.of(data)
        except Unreadable as error:
            raise LedgerError(
                f"an entry of type {cls.type!r}, version {version}, cannot be read: {str(error)!r} "
                "is not there, or not what it should be. Entries are never changed: look who else "
                "wrote to this ledger, or go back to a backup of it"
            ) from None


class Step(Payload):
    """A payload that moves its lead's lifecycle (R1.4)."""

    __slots__ = ()

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(at=at, type=self.type)


@entry
class OfSales(Step):
    """A step by which sales has a lead, or goes on with it.

    `system` is the system of sales where it happened; empty for `[sales]`, which every company has.
    """

    system: str = ""

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(at=at, type=self.type, org=self.system)


class OfWrite(Payload):
    """A payload about one operation of the outbox."""

    __slots__ = ()
    op: str


class Unknown(Payload):
    """What an entry says whose type this build does not know: it is kept, and changes nothing."""

    __slots__ = ("_data", "type")

    def __init__(self, type_: str, data: Data) -> None:
        self.type = type_  # type: ignore[misc]
        self._data = data

    def to_json(self) -> dict[str, Any]:
        """As it was written."""
        return dict(self._data)

    @property
    def reason(self) -> str:
        """The reason that it gives, as most types do that have one; empty for none."""
        return str(self._data.get("reason") or "")


@entry
class Basis(Part):
    """What a decision was taken under: the agreement and the mapping, by version and hash."""

    agreement: str
    mapping: str
