"""What the screens show and take: people, visits, tasks and campaigns in words of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crmbridge.testing.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A record of a person. `words` has its values by our words, as far as the mapping names them.

    `status` is what its status counts as: `open`, `ongoing`, `won`, `lost`, or empty. `became` says
    that it is another record by now: a lead that was converted.
    """

    object: str
    id: str
    words: Mapping[str, Any]
    key: str = ""
    owner: str = ""
    status: str = ""
    deleted: bool = False
    became: bool = False
    lists: int = 0

    @property
    def email(self) -> str:
        """The address in small letters; empty where there is none."""
        return str(self.words.get("email") or "").lower()

    @property
    def opted_out(self) -> bool:
        """Whether the record says no to e-mail."""
        return self.words.get("opted_out") in (True, "true")

    @property
    def gone(self) -> bool:
        """Whether nobody works with this record any more."""
        return self.deleted or self.became


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A person to be entered: values by our words, since when, and the user who owns the record."""

    words: Mapping[str, str]
    at: datetime
    owner: str = ""

    @classmethod
    def of(cls, person: Person, at: datetime, owner: str = "") -> Entry:
        """A made-up person with all that is known of them."""
        return cls(words=person.words(), at=at, owner=owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A person whom sales keeps at the account of their employer."""

    person: Person
    owner: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody sends the form of a page; `words` are what they say of themselves.

    `hidden` are further fields of the form by their names. `at` is needed for one of the past.
    """

    email: str
    page: str
    words: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task on a rep's desk; `key` is ours, and empty where somebody else made it."""

    id: str
    subject: str
    owner: str
    person: str
    key: str = ""
    open: bool = True
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign of sales: what kind it is, and what it cost in the company's currency."""

    name: str
    channel: str
    cost: int
    first: date
    last: date
