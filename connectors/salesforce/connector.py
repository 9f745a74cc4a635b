"""Salesforce behind the connector protocol; the work is done by the modules beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from crmbridge.connector import Place
from crmbridge.errors import Unavailable
from crmbridge.kit import envelope
from crmbridge.kit.declared import Offers
from crmbridge.net.budget import LocalBudgets
from crmbridge.net.shape import readable

from . import soql
from .audit import audit
from .bridge import SalesforceBridge
from .client import Client
from .finds import Finder
from .follow import Follower
from .influence import Influences
from .options import OFFER, parse_options
from .reads import Reader
from .schemas import Schemas
from .sweeps import read_deleted
from .writes import Writer


class Salesforce(
    Offers,
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

    offer, info, causes = OFFER, OFFER.info, OFFER.causes

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
        self.reads, self.reads_many = reader.read, reader.read_many
        self.reaches = reader.back.reach_back
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
        return OFFER.canonical(name)

    @property
    def schema_changes(self) -> int:
        """How many changes of a description were met; see `Notices`."""
        return self._schemas.changes
