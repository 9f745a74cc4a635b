"""What a connector declares: its vendor's objects and how they are told, and its own options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class Role(StrEnum):
    """What the mapping can read from an object, or write to it; one object may have several."""

    PERSON = "person"
    DEAL = "deal"
    DEAL_ROLE = "role"
    """A person's part in a deal."""
    INFLUENCE = "influence"
    """A campaign's part in a deal."""
    TOUCH = "touch"
    ACTIVITY = "activity"
    TASK = "task"
    REP = "rep"
    QUEUE = "queue"
    PRODUCT = "product"
    CAMPAIGN = "campaign"
    MEMBER = "member"
    FIRM = "firm"


STAFF = frozenset({Role.REP, Role.QUEUE})
"""Who owns records: users and queues."""
RECORDS = frozenset(Role) - STAFF
"""All that is in a record of the business."""


class Key(StrEnum):
    """How a record is made once and never twice."""

    UPSERT = "server upsert"
    """By a unique field that the vendor itself guards."""
    CLIENT_ID = "client id"
    """Under an id that we choose."""
    EXTERNAL = "external table"
    """By a name that the vendor keeps beside the record."""
    SEARCH = "search"
    """By a look before it: two writers at once could make two."""
    MARKER = "marker"
    """By a text of ours in a field that is not unique."""
    NONE = "never made"
    """Records are never made."""


class Feed(StrEnum):
    """How changes are read."""

    KEYSET = "keyset"
    """In the order of stamp and id."""
    WINDOW = "window by id"
    """In the order of ids, inside a stretch of time."""
    TOKEN = "change token"
    """From a place that the vendor names."""
    JOB = "job"
    """By an export that the vendor prepares."""
    SNAPSHOT = "snapshot"
    """Whole, each time."""


class Deletes(StrEnum):
    """How a record that is gone becomes known."""

    FEED = "in the feed"
    LOG = "a list of deletions"
    LIVE_IDS = "live ids"
    """By the daily comparison with all ids that there are."""
    NONE = "never told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """One object of a vendor, or all whose names fit a pattern such as `form:*`.

    `merges` says that the feed tells which record lives on. `note` is one sentence on what the
    vendor does not tell of it, for the connector's page; empty where there is nothing to say.
    """

    name: str
    roles: frozenset[Role]
    feed: Feed
    deletes: Deletes
    key: Key = Key.NONE
    merges: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a connector in `mapping.toml`: what it takes, and its value unless set.

    `takes` is the end of "give …", `default` a text as the file would have it; empty for none.
    """

    name: str
    takes: str
    default: str = ""
    about: str = ""


def offered(objects: Sequence[Object], name: str) -> Object | None:
    """Return what is declared of an object: the first whose name or pattern fits, or `None`."""
    return next((one for one in objects if fnmatchcase(name, one.name)), None)
