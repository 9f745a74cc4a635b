"""Salesforce behind the connector protocol; the work is done by the modules beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, ClassVar

from crmbridge.connector import Account, Credit, Info, LookUp, Place, Side, Wants
from crmbridge.errors import NotSupported, Unavailable
from crmbridge.model.record import Field, Page, ReadRequest, Record, Row, Written
from crmbridge.net.budget import LocalBudgets
from crmbridge.net.shape import readable, settled

from . import soql
from .audit import audit
from .bridge import SalesforceBridge
from .client import Client
from .finds import Finder
from .follow import Follower
from .influence import Influences
from .options import LIMITS, parse_options
from .reads import Reader
from .schemas import Schemas
from .sweeps import read_deleted
from .writes import Writer


class Salesforce:
    """One Salesforce org: `Connector`, and of the optional powers most, `Credits` among them.

    `config` are the options of the mapping, see `parse_options`. `budget` keeps the quotas; `None`
    keeps them in memory. Raises `ConfigError` for a missing credential or a wrong option.
    """

    info: ClassVar[Info] = Info(
        name="salesforce",
        title="Salesforce",
        sides=frozenset({Side.SALES}),
        limits=LIMITS,
        consent_back=True,
        assigns=True,
        credentials={
            "MY_DOMAIN": "Setup, My Domain: the org's own host, as in acme.my.salesforce.com",
            "CLIENT_ID": "Setup, External Client App Manager, your app, OAuth: consumer key",
            "CLIENT_SECRET": "the same place: consumer secret, for the client credentials flow",
            "PRIVATE_KEY_FILE": "instead of the secret: the RSA key of the app's certificate, PEM",
            "USERNAME": "with the key file: the integration user that the app is approved for",
            "BASE_URL": "of an emulator on this machine; leave it out for a real org",
        },
        record_url="https://{MY_DOMAIN}/{id}",
        sweep_seconds=900,  # Source: salesforce.md 11.1, 11.2
        default_map=files(__package__).joinpath("defaults.toml").read_text(encoding="utf-8"),
    )

    def __init__(
        self, credentials: Mapping[str, str], config: Mapping[str, Any], budget: Any
    ) -> None:
        options = parse_options(config)
        self.limits = options.limits
        self._bridge = SalesforceBridge(
            credentials,
            version=options.version,
            limits=options.limits,
            budget=LocalBudgets(options.limits.budgets) if budget is None else budget,
            client_label="crmbridge",
        )
        self._client = Client(self._bridge, options.version, options.page_size)
        self._schemas = Schemas(self._client)
        self._lookback = options.lookback
        self._reader = Reader(self._client, self._schemas, options.lookback)
        self._finder = Finder(self._client, self._schemas, self._reader)
        follower = Follower(self._reader, self._schemas, options.key_field)
        self._writer = Writer(self._client, follower, options.key_field, options.headers)
        self._influences = Influences(self._client, self._reader, options.headers)

    def __repr__(self) -> str:
        return f"Salesforce({self._bridge!r})"

    def check(self) -> str:
        """Return the org's id."""
        return self._organisation(["Id"])[0]

    def place(self) -> Place:
        """Return the org's id, and whether it is a sandbox; see `Placed`."""
        ident, row = self._organisation(["Id", "IsSandbox"])
        return Place(
            id=ident,
            sandbox=row.get("IsSandbox") is True,
            also=(ident[:15],),
            what="Organization ID",
            where="under Setup > Company Information in Salesforce",
        )

    def _organisation(self, fields: Sequence[str]) -> tuple[str, Mapping[str, Any]]:
        with readable("Salesforce", "its organisation"):
            rows = self._client.query(soql.select("Organization", fields), deleted=False).rows
            row = rows[0] if rows else {}
            ident = row.get("Id")
        if not isinstance(ident, str) or not soql.is_id(ident):
            raise Unavailable("Salesforce gave no id of its organisation; try again")
        return soql.long_id(ident), row

    @staticmethod
    def canonical(name: str) -> str:
        """Return the name of an object as Salesforce spells it; see `Names`."""
        return soql.spelt(name)

    def describe(self, obj: str) -> tuple[Field, ...]:
        """Return the fields of an object that this user can see, as they are now."""
        with readable("Salesforce", obj):
            return tuple(self._schemas.renew(obj).fields.values())

    def along(self, obj: str, path: str) -> tuple[Field, ...]:
        """Return the fields at the end of a path of parents; see `Follows.along`."""
        with readable("Salesforce", obj):
            return self._schemas.along(obj, path)

    def audit(self, wants: Wants) -> Account:
        """Return users, currency and lacking rights; see `Audits.audit`."""
        with readable("Salesforce", "the account"):
            return audit(self._client, self._schemas, wants)

    @property
    def schema_changes(self) -> int:
        """How many changes of a description were met; see `Notices`."""
        return self._schemas.changes

    @staticmethod
    def check_config(config: Mapping[str, Any]) -> None:
        """Raise `ConfigError` for a wrong option; see `Configures`."""
        parse_options(config)

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages of what changed, oldest first; see `Connector.read`."""
        with readable("Salesforce", obj):
            yield from self._reader.read(obj, fields, since)

    def read_many(self, requests: Sequence[ReadRequest]) -> Iterator[tuple[str, Page]]:
        """Yield pages of several objects, five objects a call; see `ReadsMany`."""
        with readable("Salesforce", "several objects"):
            yield from self._reader.read_many(requests)

    def read_deleted(
        self, obj: str, since: str | None, fields: Sequence[str] = ()
    ) -> Iterator[Page]:
        """Yield what was deleted, hard deletions too, with its last values; see `Sweeps`."""
        with readable("Salesforce", f"deleted {obj}"):
            yield from read_deleted(self._client, obj, since, self._lookback, self._reader, fields)

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and stamps of all live records, 2,000 a call; see `Reconciles.stamps`."""
        if "SystemModstamp" not in self._schemas.get(obj).kinds:
            raise NotSupported(f"Salesforce {obj} has no SystemModstamp to compare")
        with readable("Salesforce", f"stamps of {obj}"):
            yield from self._reader.stamps(obj, since)

    def reach_back(self, obj: str, seconds: int) -> None:
        """Let reads of changes look further back; see `Reaches.reach_back`."""
        self._reader.reach_back(obj, seconds)

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return live records by id or by a field; see `Finds`."""
        with readable("Salesforce", obj):
            return self._finder.find(obj, by, values, fields)

    def find_many(self, looks: Sequence[LookUp]) -> list[list[Record]]:
        """Return live records of several objects in one call; see `FindsMany`."""
        with readable("Salesforce", "several objects"):
            return self._finder.find_many(looks)

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        """Update by id, else create or update by our key; see `Connector.write`."""
        with settled("Salesforce", obj):
            return self._writer.write(obj, rows)

    def credit(self, model: str, deals: Sequence[Credit]) -> list[Written]:
        """Bring campaign influence up to the credit of deals; see `Credits.credit`."""
        with settled("Salesforce", "campaign influence"):
            return self._influences.credit(model, deals)

    def close(self) -> None:
        """Close connections."""
        self._bridge.close()
