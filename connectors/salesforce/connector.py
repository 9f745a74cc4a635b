"""Salesforce behind the connector protocol; the work is done by the modules beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files
from typing import Any, ClassVar

from crmbridge.connector import Info, Place, Side
from crmbridge.errors import Unavailable
from crmbridge.kit import envelope
from crmbridge.kit.options import listed
from crmbridge.net.budget import LocalBudgets
from crmbridge.net.shape import readable

from . import soql
from .audit import audit
from .bridge import SalesforceBridge
from .client import Client
from .finds import Finder
from .follow import Follower
from .influence import Influences
from .objects import OBJECTS
from .options import LIMITS, Options, parse_options
from .outcomes import CAUSES
from .reads import Reader
from .schemas import Schemas
from .sweeps import read_deleted
from .writes import Writer


class Salesforce(
    envelope.ReadingMany,
    envelope.Sweeping,
    envelope.Reconciling,
    envelope.Reaching,
    envelope.FindingMany,
    envelope.Following,
    envelope.Auditing,
    envelope.Crediting,
):
    """One Salesforce org: `Connector`, and of the optional powers most, `Credits` among them.

    `config` are the options of the mapping, see `parse_options`. `budget` keeps the quotas; `None`
    keeps them in memory. Raises `ConfigError` for a missing credential or a wrong option.
    """

    causes = CAUSES
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
        objects=OBJECTS,
        options=listed(Options),
        proved="its emulator, which is written from Salesforce's documents",
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
        client = self._client = Client(self._bridge, options.version, options.page_size)
        schemas = self._schemas = Schemas(client)
        reader = Reader(client, schemas, options.lookback)
        finder = Finder(client, schemas, reader)
        follower = Follower(reader, schemas, options.key_field)
        self.describes = lambda obj: tuple(schemas.renew(obj).fields.values())
        self.reads, self.reads_many, self.reaches = (
            reader.read,
            reader.read_many,
            reader.back.reach_back,
        )
        self.sweeps = lambda obj, since, fields: read_deleted(
            client, obj, since, options.lookback, reader, fields
        )
        self.reconciles = reader.stamps
        self.finds, self.finds_many = finder.find, finder.find_many
        self.follows, self.audits = schemas.along, partial(audit, client, schemas)
        self.writes = Writer(client, follower, options.key_field, options.headers).write
        self.credits = Influences(client, reader, options.headers).credit

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

    @property
    def schema_changes(self) -> int:
        """How many changes of a description were met; see `Notices`."""
        return self._schemas.changes

    @staticmethod
    def check_config(config: Mapping[str, Any]) -> None:
        """Raise `ConfigError` for a wrong option; see `Configures`."""
        parse_options(config)
