"""What a connector is around its own parts: one name an object, and no traceback of odd answers.

`Envelope` has the five methods of the protocol, each of the other classes one of its optional
powers. A vendor's class names those that it has, and gives what does the work in its `__init__`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from crmbridge.connector import Account, Credit, Info, LookUp, Place, Wants
from crmbridge.kit import words
from crmbridge.kit.rest import Rest
from crmbridge.model.limits import Limits
from crmbridge.model.record import Field, Page, ReadRequest, Record, Row, Written
from crmbridge.net.shape import readable, settled


class Envelope(ABC):
    """A connector: `describes`, `reads` and `writes` do the work of its methods.

    `causes` are the vendor's codes of refusals that the core is to act on.
    """

    info: ClassVar[Info]
    causes: ClassVar[words.Causes] = {}
    limits: Limits
    _bridge: Rest
    describes: Callable[[str], Sequence[Field]]
    reads: Callable[[str, Sequence[str], str | None], Iterator[Page]]
    writes: Callable[[str, Sequence[Row]], list[Written]]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._bridge!r})"

    @staticmethod
    def canonical(name: str) -> str:
        """Return the one name of an object, or of a field that names one; see `Names`."""
        return name

    def able(self, obj: str, power: str) -> str:
        """Return an object's one name; raises `NotSupported` where it cannot be, say, found."""
        return self.canonical(obj)

    @abstractmethod
    def place(self) -> Place:
        """Return the account's id, and whether it is for trying things out; see `Placed`."""

    def check(self) -> str:
        """Return the account's id; see `Connector.check`."""
        return self.place().id

    def describe(self, obj: str) -> tuple[Field, ...]:
        """Return the fields of an object, as they are now; see `Connector.describe`."""
        obj = self.able(obj, "describe")
        with readable(self.info.title, obj):
            return tuple(self.describes(obj))

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages of what changed since a cursor; see `Connector.read`."""
        obj = self.able(obj, "read")
        with readable(self.info.title, obj):
            yield from self.reads(obj, fields, since)

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        """Write rows, by id or else by key; see `Connector.write`."""
        obj = self.able(obj, "write")
        with settled(self.info.title, obj), words.telling(self.causes):
            return [words.caused(one, self.causes) for one in self.writes(obj, rows)]

    def close(self) -> None:
        """Close all connections."""
        self._bridge.close()


class ReadingMany(Envelope):
    """Several objects in fewer calls than one each; see `ReadsMany`."""

    reads_many: Callable[[Sequence[ReadRequest]], Iterator[tuple[str, Page]]]

    def read_many(self, requests: Sequence[ReadRequest]) -> Iterator[tuple[str, Page]]:
        """Yield pages of several objects; see `ReadsMany.read_many`."""
        with readable(self.info.title, "several objects"):
            yield from self.reads_many(requests)


class Sweeping(Envelope):
    """What was deleted, where the change feed hides it; see `Sweeps`."""

    sweeps: Callable[[str, str | None, Sequence[str]], Iterator[Page]]

    def read_deleted(
        self, obj: str, since: str | None, fields: Sequence[str] = ()
    ) -> Iterator[Page]:
        """Yield deleted records with their last values; see `Sweeps.read_deleted`."""
        obj = self.able(obj, "sweep")
        with readable(self.info.title, f"deleted {obj}"):
            yield from self.sweeps(obj, since, fields)


class Reconciling(Envelope):
    """What there is, past the change feed; see `Reconciles`."""

    reconciles: Callable[[str, str | None], Iterator[Page]]

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and stamps of all live records; see `Reconciles.stamps`."""
        obj = self.able(obj, "list")
        with readable(self.info.title, f"stamps of {obj}"):
            yield from self.reconciles(obj, since)


class Reaching(Envelope):
    """A change feed that may lag; see `Reaches`."""

    reaches: Callable[[str, int], None]

    def reach_back(self, obj: str, seconds: int) -> None:
        """Let reads of changes reach further back; see `Reaches.reach_back`."""
        self.reaches(self.canonical(obj), seconds)


class Finding(Envelope):
    """Records looked up past the change feed; see `Finds`."""

    finds: Callable[[str, str, Sequence[str], Sequence[str]], list[Record]]

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return live records by id or by a field; see `Finds.find`."""
        obj = self.able(obj, "find")
        with readable(self.info.title, obj):
            return self.finds(obj, by, values, fields)


class FindingMany(Finding):
    """Records of several objects in fewer calls; see `FindsMany`."""

    finds_many: Callable[[Sequence[LookUp]], list[list[Record]]]

    def find_many(self, looks: Sequence[LookUp]) -> list[list[Record]]:
        """Return live records of several objects; see `FindsMany.find_many`."""
        with readable(self.info.title, "several objects"):
            return self.finds_many(looks)


class Following(Envelope):
    """Fields of a record's parents; see `Follows`."""

    follows: Callable[[str, str], tuple[Field, ...]]

    def along(self, obj: str, path: str) -> tuple[Field, ...]:
        """Return the fields at the end of a path; see `Follows.along`."""
        obj = self.canonical(obj)
        with readable(self.info.title, obj):
            return self.follows(obj, path)


class Auditing(Envelope):
    """What no description of fields shows; see `Audits`."""

    audits: Callable[[Wants], Account]

    def audit(self, wants: Wants) -> Account:
        """Return users, currency and lacking rights; see `Audits.audit`."""
        with readable(self.info.title, "the account"):
            return self.audits(wants)


class Enrolling(Envelope):
    """Nurture tracks; see `Nurtures`."""

    enrolls: Callable[[str, Sequence[str], Sequence[str]], dict[str, str]]

    def enroll(self, track: str, add: Sequence[str], remove: Sequence[str]) -> dict[str, str]:
        """Put records on a track and take others off; see `Nurtures.enroll`."""
        with readable(self.info.title, "its lists"), words.telling(self.causes):
            return self.enrolls(track, add, remove)


class Crediting(Envelope):
    """Records that say which campaigns led to a deal; see `Credits`."""

    credits: Callable[[str, Sequence[Credit]], list[Written]]

    def credit(self, model: str, deals: Sequence[Credit]) -> list[Written]:
        """Bring the records of a model up to the credit of deals; see `Credits.credit`."""
        with settled(self.info.title, "campaign influence"), words.telling(self.causes):
            return [words.caused(one, self.causes) for one in self.credits(model, deals)]
