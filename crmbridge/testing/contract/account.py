"""The vendor account that a contract run works on: what it holds and what can be done to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from crmbridge.connector import Connector
from crmbridge.model.offer import Object, offered
from crmbridge.model.record import Value

SENTINELS = ("Quaxolotl", "zyx.sentinel", "s3ntinel-token")
"""Parts of a seeded name, of a seeded e-mail address and of the credential; none may leak."""

HARD = ("<b>Öl</b> & Co", "😀 x", "two  blanks", 'o\'Brien \\ “x”, "y"; %s', "&lt;p&gt; = 1+1")
"""Texts of one line that are hard to keep."""


class Trouble(StrEnum):
    """How a vendor can fail one call."""

    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    SLOW = "slow"
    RESET = "reset"
    HTML = "html"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule of failure.

    `on` is `read` or `write`, the calls that carry records of the main object. `after` says that
    the vendor does the work first and fails then. `times` counts the failing calls, 0 for all;
    `skip` matching calls go well before them. `retry_after` in seconds goes into the header of a
    throttled answer. A `SLOW` answer takes longer than the deadline of `connect(patience=…)`.
    """

    trouble: Trouble
    on: str
    after: bool = False
    times: int = 0
    skip: int = 0
    retry_after: int | None = None


class Account(ABC):
    """One account at a vendor's emulator, with a connector to it; a vendor's test fills it in.

    `obj` is the main object and `fields` what is read of it. `name_field` is a free text field
    and `email_field` the e-mail address among them. `many` is a number of records that fills
    more than three pages of a read. `typed` holds a value for each kind of writable field, first
    one that can be cleared, and `bad` a field and value that the vendor refuses for one row.
    """

    obj: ClassVar[str]
    fields: ClassVar[tuple[str, ...]]
    name_field: ClassVar[str]
    email_field: ClassVar[str]
    many: ClassVar[int]
    typed: ClassVar[Mapping[str, Value]]
    bad: ClassVar[Mapping[str, Value]]
    refreshes: ClassVar[bool] = False
    """Whether a 401 makes the connector fetch a new token and go on."""
    converts: ClassVar[bool] = False
    """Whether the vendor turns a record of the main object into one of another."""
    tells_last: ClassVar[bool] = True
    """Whether the vendor says of a deleted record what it last held; a row that is gone says
    nothing."""
    lags: ClassVar[bool] = True
    """Whether a change can come to the feed late; a comparison with what was there before has no
    lag to reach back over."""

    persons: ClassVar[tuple[str, ...]] = ()
    """The vendor's fields with what is of a person, beside those that `defaults.toml` names as
    e-mail, name or phone: a recording masks what they hold."""

    commits_late: bool = False
    """Whether `late` can make the vendor commit a change after its stamp."""
    hard: ClassVar[Mapping[str, Sequence[str]]] = {}
    """By text field, texts that are hard to keep: markup, line breaks, blanks at an end, emoji."""
    deal_fields: ClassVar[tuple[str, ...]] = ()
    """What is read of a deal, where the main object holds deals too."""
    costs: ClassVar[Mapping[str, int]] = {"quiet read": 1, "look-up": 1, "list": 1, "write": 1}
    """How many calls a read without news, a look-up of 60, a list of 60 and a write of ten new rows
    make, exactly, with the page size of `connect`. Empty where a call costs nothing."""

    def declared(self, connector: Connector) -> Object:
        """Return what the connector declares of the main object; raises `LookupError`."""
        found = offered(connector.info.objects, self.obj)
        if found is None:
            raise LookupError(
                f"{connector.info.title} declares no object {self.obj} (Info.objects)"
            )
        return found

    @abstractmethod
    def connect(self, *, patience: float | None = None) -> Connector:
        """Return a new connector; `patience` is a deadline of one call in seconds."""

    @abstractmethod
    def credentials(self) -> Mapping[str, str]:
        """Return the working credentials; each secret among them holds the token sentinel."""

    @abstractmethod
    def build(self, credentials: Mapping[str, str]) -> Connector:
        """Return a connector from other credentials; used to try incomplete ones."""

    @abstractmethod
    def seed(self, count: int) -> list[str]:
        """Create records that all carry one and the same change stamp, now; return their ids.

        Every name and e-mail address holds its sentinel.
        """

    @abstractmethod
    def edit(self, record: str, name: str) -> None:
        """A person sets the name field in the vendor's screens."""

    @abstractmethod
    def delete(self, record: str) -> None:
        """A person deletes a record."""

    @abstractmethod
    def merge(self, winner: str, loser: str) -> str:
        """A person merges two records; return the id under which both live on."""

    def convert(self, record: str) -> tuple[str, str]:
        """A person converts a record; return the object and id that it became."""
        raise LookupError(f"{self.obj} {record}: this vendor does not convert records")

    def late(self, meanwhile: Callable[[], str]) -> tuple[list[str], str]:
        """Create records whose stamp is taken before `meanwhile` and that are committed after it.

        Returns their ids, and what `meanwhile` returned.
        """
        raise LookupError(f"{self.obj}: nobody can make this vendor commit late")

    def leaver(self) -> tuple[str, str] | None:
        """Return the field of a record's owner, and the id of a user who left; `None` for none."""
        return None

    @abstractmethod
    def settle(self) -> None:
        """Let vendor time pass until every change is visible to reads, and quotas are free.

        Also until an unchanged record is further back than a read reaches: else it comes again.
        """

    @abstractmethod
    def fault(self, rules: Sequence[Fault]) -> None:
        """Replace the rules of failure; an empty list makes the vendor well again."""

    def suffers(self, fault: Fault) -> bool:
        """Whether this vendor can fail so: no database answers in HTML, no file has a quota."""
        return True

    @abstractmethod
    def truth(self) -> Mapping[str, Mapping[str, object]]:
        """Return what the vendor holds: live records of the main object by id, as it keeps them."""

    @abstractmethod
    def calls(self) -> int:
        """Return how many requests the vendor has had so far."""
