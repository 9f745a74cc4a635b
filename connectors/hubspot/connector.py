"""The HubSpot connector: what it is, and which part does which of the protocol's methods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, ClassVar

from connectors.hubspot import feeds
from connectors.hubspot.audit import audit
from connectors.hubspot.bridge import HubSpotBridge
from connectors.hubspot.client import Client
from connectors.hubspot.kinds import FORM_PREFIX, LINK, OWNERS, STANDARD, canonical, is_crm
from connectors.hubspot.nurture import Tracks
from connectors.hubspot.options import Options
from connectors.hubspot.reads import LIST_PAGE, Reader
from connectors.hubspot.stages import LINKED, described
from connectors.hubspot.writes import WRITE_BATCH, Writer
from crmbridge.connector import Account, Info, Place, Side, Wants
from crmbridge.errors import NotSupported, Unavailable
from crmbridge.model.limits import Budget, Limits
from crmbridge.model.record import Field, Page, Record, Row, Written
from crmbridge.net.budget import Budgets
from crmbridge.net.shape import readable, settled

BUDGETS = (
    Budget(
        name="ten_secondly",
        calls=100,
        seconds=10.0,
        share=0.98,
        source="hubspot.md 1.2: Free and Starter; 190 with Professional and Enterprise",
    ),
    Budget(
        name="search_secondly",
        calls=5,
        seconds=1.0,
        share=0.8,
        source="hubspot.md 1.2 and 6.5: 5 a second for the whole account, one left to others",
    ),
    Budget(
        name="associations",
        calls=100,
        seconds=10.0,
        share=0.98,
        source="hubspot.md 1.2: Free and Starter; 150 with Professional and Enterprise",
    ),
    Budget(
        name="daily",
        calls=250_000,
        seconds=86_400.0,
        share=0.8,
        source="hubspot.md 1.2: Free and Starter; 625,000 Professional, 1,000,000 Enterprise",
    ),
)
LIMITS = Limits(read_page=LIST_PAGE, write_batch=WRITE_BATCH, budgets=BUDGETS)
SANDBOXES = ("SANDBOX", "DEVELOPER_TEST")
"""Types of account that nobody's customers are in. Source: hubspot.md 1.1."""


class HubSpot:
    """One HubSpot account.

    Objects are `contacts`, `companies`, `deals` and any other CRM object by its name, `owners`,
    and `form:<guid>` for the submissions of a form. A standard object may go by its type id or
    singular too (`contact`, `0-1`): see `canonical`. CRM objects have fields of ours,
    `associations.contacts` and so on, the ids of their associated records. The keys of `config`
    are those of `Options`; a wrong one raises `ConfigError`, as does a missing credential.
    """

    info: ClassVar[Info] = Info(
        name="hubspot",
        title="HubSpot",
        sides=frozenset({Side.MARKETING, Side.SALES}),
        limits=LIMITS,
        credentials={
            "ACCESS_TOKEN": "Settings, Integrations, Service Keys (or an existing private app)",
            "BASE_URL": "only for an emulator on this machine, such as http://127.0.0.1:8081",
        },
        default_map=files(__package__).joinpath("defaults.toml").read_text(encoding="utf-8"),
        field_word="property",
        record_url="https://app.hubspot.com/contacts/{account}/record/0-1/{id}",
    )

    def __init__(
        self,
        credentials: Mapping[str, str],
        config: Mapping[str, Any] | None = None,
        budget: Budgets | None = None,
    ) -> None:
        self._options = Options.parse(config or {})
        limits = self.limits = self._options.applied(LIMITS)
        bridge = HubSpotBridge(
            credentials, limits=limits, budget=budget, version=self._options.version
        )
        self._client = Client(bridge)
        self._reader = Reader(self._client, overlap=self._options.overlap_seconds)
        self._tracks = Tracks(self._client)
        self._writer = Writer(
            self._client,
            self._reader,
            key_field=self._options.key_field,
            backward=self._options.lifecycle_backward,
            priority=self._options.write_priority,
        )

    def __repr__(self) -> str:
        return "HubSpot()"

    @staticmethod
    def canonical(name: str) -> str:
        """Return the one name of an object, or of a field with associated ids; see `Names`."""
        return canonical(name)

    @property
    def unreadable(self) -> Counter[tuple[str, str]]:
        """How many values stayed absent, by object and property, as their type forbids them."""
        return self._reader.unreadable

    def check(self) -> str:
        """Return the portal's id."""
        return self.place().id

    def place(self) -> Place:
        """Return the portal's id, and whether it is for trying things out; see `Placed`."""
        with readable("HubSpot", "its account"):
            said = self._client.account()
            portal, kind = said.get("portalId"), said.get("accountType")
        if not isinstance(portal, int | str) or not str(portal).isdigit():
            raise Unavailable("HubSpot gave account details without a portal id")
        return Place(
            id=str(portal),
            sandbox=kind in SANDBOXES,
            what="Hub ID",
            where="in the menu behind your picture, top right, in HubSpot",
        )

    def describe(self, obj: str) -> tuple[Field, ...]:
        """Return the fields of an object; see `Connector.describe`."""
        obj = canonical(obj)
        if obj == OWNERS:
            return feeds.OWNER_FIELDS
        with readable("HubSpot", obj):
            if obj.startswith(FORM_PREFIX):
                return tuple(feeds.form_fields(self._client, obj).values())
            found = described(self._client, obj, self._reader.describe(obj))
        linked = (Field(name=f"{LINK}{one}", type="multi", refers=(one,)) for one in STANDARD)
        return (*found.values(), *linked)

    def along(self, obj: str, path: str) -> tuple[Field, ...]:
        """Return the associations that an object has; see `Follows.along`."""
        obj = canonical(obj)
        if not is_crm(obj):
            return ()
        other = path.removeprefix(LINK)
        wanted = (other,) if path.startswith(LINK) and self._client.linked(obj, other) else LINKED
        return tuple(Field(name=f"{LINK}{one}", type="multi") for one in wanted)

    def audit(self, wants: Wants) -> Account:
        """Return owners, currency and lacking scopes; see `Audits.audit`."""
        with readable("HubSpot", "the account"):
            return audit(self._client, wants)

    @staticmethod
    def check_config(config: Mapping[str, Any]) -> None:
        """Raise `ConfigError` for a wrong option; see `Configures`."""
        Options.parse(config)

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages of what changed since a cursor; see `Connector.read`.

        The cost is one call a 100 records for a first read, one a 200 changes after that, and
        one when nothing changed. Owners are read in full each time, in two calls or more.
        """
        obj = canonical(obj)
        if obj == OWNERS:
            pages = feeds.owners(self._client, fields, since)
        elif obj.startswith(FORM_PREFIX):
            overlap = self._options.overlap_seconds
            pages = feeds.submissions(self._client, obj, fields, since, overlap)
        else:
            pages = self._reader.read(obj, fields, since)
        with readable("HubSpot", obj):
            yield from pages

    def read_deleted(
        self, obj: str, since: str | None, fields: Sequence[str] = ()
    ) -> Iterator[Page]:
        """Yield archived records as deleted, with their last values; see `Sweeps.read_deleted`."""
        obj = canonical(obj)
        if not is_crm(obj):
            raise NotSupported(f"HubSpot keeps no archive of {obj}")
        overlap = self._options.overlap_seconds
        with readable("HubSpot", obj):
            yield from feeds.deleted(self._client, self._reader, obj, since, overlap, fields)

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and change stamps of all live records by list; see `Reconciles.stamps`."""
        obj = canonical(obj)
        if not is_crm(obj):
            raise NotSupported(f"HubSpot reads {obj} in full each time")
        with readable("HubSpot", obj):
            yield from feeds.stamps(self._client, obj, since)

    def reach_back(self, obj: str, seconds: int) -> None:
        """Let reads of changes reach further back; see `Reaches.reach_back`."""
        self._reader.reach_back(canonical(obj), seconds)

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return live records by id, e-mail or a unique property; see `Finds.find`."""
        obj = canonical(obj)
        if not is_crm(obj):
            raise NotSupported(f"HubSpot cannot look up {obj}; read them")
        with readable("HubSpot", obj):
            return self._reader.find(obj, by, values, fields)

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        """Write rows, by id or else by key; see `Connector.write`.

        A contact's `lifecyclestage` is read back after the write. When HubSpot kept another one,
        as it does for moves backwards, the row is DONE with code `LIFECYCLE_KEPT`; with
        `lifecycle_backward` it is cleared and set in two more calls.

        A contact's `hs_email_optout` goes by a call of its own, one a person, with priority 0;
        `True` is the only value that is sent. See `consent`.
        """
        obj = canonical(obj)
        if not is_crm(obj):
            raise NotSupported(f"HubSpot: {obj} cannot be written")
        with settled("HubSpot", obj):
            return self._writer.write(obj, rows)

    def enroll(self, track: str, add: Sequence[str], remove: Sequence[str]) -> dict[str, str]:
        """Put contacts on a static list, by its id or name; see `Nurtures.enroll`."""
        with readable("HubSpot", "its lists"):
            return self._tracks.enroll(track, add, remove)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
