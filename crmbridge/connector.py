"""The protocol that every connector speaks: five methods on records, and a few optional powers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Protocol, runtime_checkable

from crmbridge.model.limits import Limits
from crmbridge.model.offer import Object, Option
from crmbridge.model.record import Field, Page, ReadRequest, Record, Row, Value, Written
from crmbridge.model.side import Side as Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What a connector is.

    `sides` are where it can stand. `credentials` maps each credential's name (as in
    `CRMBRIDGE_ACME__SALES__<NAME>`) to one line that says where a person finds it. `default_map`
    is the text of its `defaults.toml`. `sweep_seconds` is how often `Sweeps.read_deleted` is worth
    a call: a day for a list of all that lies in an archive, less for a feed of deletions.
    `field_word` is what people of that vendor call a field. `record_url` is where a person looks at
    a record, with `{id}`, `{obj}`, `{account}` (as the mapping names it) and names of credentials
    that are no secret in braces; empty where there is no such page. `consent_back`
    says that a write may take an opt-out back, after the person gave consent again. `assigns` says
    that a write can let the vendor's own assignment rules choose the owner (`Row.by_rules`).
    `objects` are those that the connector serves, each with its roles and how it is told; the
    mapping, the contract and the connector's page go by them. `options` are those of the mapping.
    `proved` says on what the connector was tried, as the end of "proved on …"; empty where nobody
    has run it, which its page then says at the top.
    """

    name: str
    title: str
    sides: frozenset[Side]
    limits: Limits
    credentials: Mapping[str, str]
    default_map: str = ""
    sweep_seconds: int = 86_400
    field_word: str = "field"
    record_url: str = ""
    consent_back: bool = False
    assigns: bool = False
    objects: tuple[Object, ...] = ()
    options: tuple[Option, ...] = ()
    proved: str = ""


class Connector(Protocol):
    """One vendor account.

    Every method may raise `AuthFailed`, `Unavailable`, `Throttled`, `NotSupported`; only
    errors of `crmbridge.errors` leave a connector. There is no retry inside, beyond one token
    refresh. An instance is used by one thread at a time.
    """

    info: ClassVar[Info]
    limits: Limits
    """The limits in force here: those of `info`, with the company's own numbers in them."""

    def check(self) -> str:
        """Make one cheap call; return the account's id, which must never change under a company."""
        ...

    def describe(self, obj: str) -> tuple[Field, ...]:
        """Return the fields of an object that we can see. Raises `Refused` for no such object."""
        ...

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages of what changed since a cursor, everything when it is `None`.

        Repeats are allowed, gaps are not. Deletes come as `Record(deleted=True)`, merges as
        `absorbed` on the survivor or `merged_into` on the loser. At least one page comes, perhaps
        an empty one, so that the cursor can move.
        """
        ...

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        """Write any number of rows, batched at the vendor's limit; one result a row, in order.

        A refused row is a result, not an exception. Raises only when no row was sent at all;
        once a batch was sent, what is not known of it is `Outcome.UNKNOWN`.
        """
        ...

    def close(self) -> None:
        """Close connections; the instance is not used afterwards."""
        ...


@runtime_checkable
class ReadsMany(Protocol):
    """A connector that reads several objects in fewer calls than one each."""

    def read_many(self, requests: Sequence[ReadRequest]) -> Iterator[tuple[str, Page]]:
        """Yield `(object, page)` for all requests; for each object as `read` would."""
        ...


@runtime_checkable
class Finds(Protocol):
    """A connector that can look records up without its change feed (no search index lag)."""

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return the live records whose field `by` (or `id`) equals one of `values`.

        The order is free; a value without a record gives none, one with several gives all. A
        record that answers under another id than the asked one says so in `absorbed`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Live records of one object to be looked up, as in `Finds.find`."""

    obj: str
    by: str
    values: Sequence[str]
    fields: Sequence[str]


@runtime_checkable
class FindsMany(Protocol):
    """A connector that looks up several objects in fewer calls than one each."""

    def find_many(self, looks: Sequence[LookUp]) -> list[list[Record]]:
        """Return the records of each look-up, in order; each as `Finds.find` would."""
        ...


@runtime_checkable
class Nurtures(Protocol):
    """A connector that can put people on a nurture track and take them off."""

    def enroll(self, track: str, add: Sequence[str], remove: Sequence[str]) -> dict[str, str]:
        """Put record ids on a track (the vendor's id of it) and take others off, idempotently.

        Returns id -> `done`, `gone` for a record that there is no more, or the vendor's reason for
        each other id that it did not take. Without any
        id it only looks whether there is such a track. Raises `Refused` (cause `TRACK`) where there
        is none.
        """
        ...


Pair = tuple[str, str]
"""A campaign and a person, by the vendor's ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a deal owes to its campaigns: percent by campaign and person, 100 together at most.

    `op` is unique to this operation, `deal` the vendor's id. `ours` are the pairs that we may have
    written before: what of them is in `shares` no more is taken away.
    """

    op: str
    deal: str
    shares: Mapping[Pair, Decimal]
    ours: frozenset[Pair]


@runtime_checkable
class Credits(Protocol):
    """A connector whose vendor keeps by records of its own which campaigns led to a deal."""

    def credit(self, model: str, deals: Sequence[Credit]) -> list[Written]:
        """Bring the records of a model up to what deals are credited; one result a deal, in order.

        It looks at what is there before it writes, so it may be repeated freely: a record of the
        same deal, campaign and person is taken over. Records of other models, and those of pairs
        that are neither in `shares` nor `ours`, stay as they are. Without any deal it only looks
        whether there is such a model. Raises `Refused` (`unknown_model`, `primary_model` for one
        that the vendor works out itself) where it is not ours to write.
        """
        ...


@runtime_checkable
class Sweeps(Protocol):
    """A connector whose change feed hides deletions, and that can list them apart."""

    def read_deleted(
        self, obj: str, since: str | None, fields: Sequence[str] = ()
    ) -> Iterator[Page]:
        """Yield pages of `Record(deleted=True)`, and the cursor after each, as `read` does.

        Each comes with what it last held in `fields`, where the vendor still tells: a person may
        have opted out just before. A record that turns out to live again comes as a live one.
        Raises `NotSupported` for an object without a list of deletions.
        """
        ...


@runtime_checkable
class Reconciles(Protocol):
    """A connector that can list what there is, cheaply, past its change feed."""

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield all live records in the order of their ids, with nothing but id and `changed_at`.

        Ids come in the order (length, text). `since` is the cursor of an earlier page, `None` for
        the start. Raises `NotSupported` for an object that is read in full each time.
        """
        ...


@runtime_checkable
class Reaches(Protocol):
    """A connector whose change feed may lag, and that can be told by how much."""

    def reach_back(self, obj: str, seconds: int) -> None:
        """Let later reads of changes reach back at least this far before the last one."""
        ...


@runtime_checkable
class Names(Protocol):
    """A connector whose vendor has several names for one object."""

    @staticmethod
    def canonical(name: str) -> str:
        """Return the one name of an object, or of a field that names one; else the name itself."""
        ...


@runtime_checkable
class Follows(Protocol):
    """A connector that can read fields of a record's parents, such as `Campaign.Name`."""

    def along(self, obj: str, path: str) -> tuple[Field, ...]:
        """Return the fields that can stand at the end of a path, each named by its whole path.

        A type is empty where nobody knows it. Nothing where no such path can be seen; where only
        its first step is wrong, the paths that the object has instead.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A vendor's user as a possible owner; `able` says that users of this kind can own leads.

    `values` are those of the fields that were asked for (`Wants.of_users`). `id` is the vendor's,
    where users were asked for by theirs.
    """

    email: str
    id: str = ""
    active: bool = True
    able: bool = True
    values: Mapping[str, Value] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"User(active={self.active}, able={self.able})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A right that a credential lacks, in the vendor's words; `consent`: opt-outs need it."""

    right: str
    obj: str = ""
    consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What a company is going to do in an account.

    `emails` are those of its reps, `users` the ids of those who are found so, `of_users` the fields
    of users that it tells them apart by, `reads` and `writes` the vendor's objects, `enrols` says
    that tracks are used and `opts_out` that opt-outs are written.
    """

    emails: tuple[str, ...] = field(default=(), repr=False)
    users: tuple[str, ...] = ()
    of_users: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    enrols: bool = False
    opts_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an account says of itself.

    `currency` is empty and `users` `None` where it does not tell. `users` are all who have one of
    the wanted addresses, also with `.invalid` behind it.
    """

    currency: str = ""
    users: tuple[User, ...] | None = None
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The account behind a credential: the id that `Connector.check` gives, and what it is for.

    `also` are other spellings of the id. `what` is what the vendor calls it, `where` where a person
    finds it, as the end of "it stands …".
    """

    id: str
    sandbox: bool
    also: tuple[str, ...] = ()
    what: str = "account id"
    where: str = ""


@runtime_checkable
class Placed(Protocol):
    """A connector that can say whether its account is a sandbox.

    One that cannot is taken for no sandbox.
    """

    def place(self) -> Place:
        """Make one cheap call; say what account this is."""
        ...


@runtime_checkable
class Audits(Protocol):
    """A connector that can say what no description of fields shows."""

    def audit(self, wants: Wants) -> Account:
        """Return users, currency and lacking rights, in a few cheap reads; nothing is written."""
        ...


@runtime_checkable
class Notices(Protocol):
    """A connector that sees, while it reads, that an object is not as it was described."""

    @property
    def schema_changes(self) -> int:
        """How many changes of a schema it has met; it only grows."""
        ...


class Vault(Protocol):
    """Where a credential is kept that the vendor changes at each use."""

    def present(self, name: str) -> str:
        """Return the credential as it is now: as kept, else as a person set it."""
        ...

    def rotate(self, name: str, used: str, change: Callable[[str], str]) -> str:
        """Return the credential after `used`: what another process has by now, else what `change`
        makes of it. It is kept before it is returned.
        """
        ...


@runtime_checkable
class Rotates(Protocol):
    """A connector whose vendor gives a new refresh token with each access token."""

    def keep(self, vault: Vault) -> None:
        """Take the place where changed credentials are kept; called once, before any call."""
        ...


@runtime_checkable
class Configures(Protocol):
    """A connector class that can check its part of a company's config without a credential."""

    def check_config(self, config: Mapping[str, Any]) -> None:
        """Raise `ConfigError` for an unknown option or a wrong value."""
        ...


class Factory(Protocol):
    """How a connector class is called: `Class(credentials, config, budget)`."""

    info: ClassVar[Info]

    def __call__(
        self, credentials: Mapping[str, str], config: Mapping[str, Any], budget: Any
    ) -> Connector:
        """Build a connector; raises `ConfigError` for a missing credential."""
        ...
