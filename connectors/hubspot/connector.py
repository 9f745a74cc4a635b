"""The HubSpot connector: what it is, and which part does which of the protocol's methods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from connectors.hubspot import feeds
from connectors.hubspot.audit import audit
from connectors.hubspot.bridge import HubSpotBridge
from connectors.hubspot.client import Client
from connectors.hubspot.consent import opt_outs
from connectors.hubspot.kinds import (
    FORM_PREFIX,
    LINK,
    OFFER,
    OWNERS,
    canonical,
    is_crm,
)
from connectors.hubspot.lifecycle import LINKED, described
from connectors.hubspot.nurture import Tracks
from connectors.hubspot.reads import Reader
from connectors.hubspot.writes import Batches
from crmbridge.connector import Place
from crmbridge.errors import NotSupported, Unavailable
from crmbridge.kit import envelope
from crmbridge.kit.consent import written
from crmbridge.kit.declared import Offers
from crmbridge.model.record import Field, Page
from crmbridge.net.budget import Budgets
from crmbridge.net.shape import readable

RECORDS_ALONE = {
    "find": "cannot be looked up; read them",
    "list": "are read in full each time",
    "sweep": "have no archive",
    "write": "cannot be written",
}
"""What is so of owners and forms, which are no records of the CRM."""


class HubSpot(
    Offers,
    envelope.Sweeping,
    envelope.Reconciling,
    envelope.Reaching,
    envelope.Finding,
    envelope.Following,
    envelope.Auditing,
    envelope.Enrolling,
):
    """One HubSpot account.

    Objects are `contacts`, `companies`, `deals` and any other CRM object by its name, `owners`,
    and `form:<guid>` for the submissions of a form. A standard object may go by its type id or
    singular too (`contact`, `0-1`): see `canonical`. CRM objects have fields of ours,
    `associations.contacts` and so on, the ids of their associated records. The keys of `config`
    are the options in `declared.toml`; a wrong one raises `ConfigError`, as does a missing
    credential.

    A first read costs one call a 100 records, later ones one a 200 changes, and one when nothing
    changed. Owners are read in full each time, in two calls or more.

    A contact's `lifecyclestage` is read back after a write. When HubSpot kept another one, as it
    does for moves backwards, the row is DONE with code `LIFECYCLE_KEPT`; with `lifecycle_backward`
    it is cleared and set in two more calls. A contact's `hs_email_optout` goes by a call of its
    own, one a person, with priority 0; `True` is the only value that is sent. See `consent`.
    """

    offer, info, causes = OFFER, OFFER.info, OFFER.causes

    def __init__(
        self,
        credentials: Mapping[str, str],
        config: Mapping[str, Any] | None = None,
        budget: Budgets | None = None,
    ) -> None:
        options = OFFER.options(config or {})
        self.limits = OFFER.limits(options)
        self._bridge = HubSpotBridge(
            credentials, limits=self.limits, budget=budget, version=options["version"]
        )
        client = self._client = Client(self._bridge)
        reader = self._reader = Reader(client, overlap=options["overlap_seconds"])
        self._overlap = options["overlap_seconds"]
        self.describes, self.reads, self.follows = self._fields, self._pages, self._links
        self.sweeps = partial(feeds.deleted, client, reader, self._overlap)
        self.reconciles = partial(feeds.stamps, client)
        self.reaches, self.finds = reader.back.reach_back, reader.find
        self.audits, self.enrolls = partial(audit, client), Tracks(client).enroll
        way = opt_outs(client, reader, options["key_field"])
        run = partial(Batches, client, reader, options)
        self.writes = lambda obj, rows: written(way, obj, rows, partial(run, obj))

    @staticmethod
    def canonical(name: str) -> str:
        """Return the one name of an object, or of a field with associated ids; see `Names`."""
        return canonical(name)

    def able(self, obj: str, power: str) -> str:
        """Return an object's one name; raises `NotSupported` for what only records can."""
        obj = canonical(obj)
        if power in RECORDS_ALONE and not is_crm(obj):
            raise NotSupported(f"HubSpot: {obj} {RECORDS_ALONE[power]}")
        return obj

    @property
    def unreadable(self) -> Counter[tuple[str, str]]:
        """How many values stayed absent, by object and property, as their type forbids them."""
        return self._reader.unreadable

    def place(self) -> Place:
        """Return the portal's id, and whether it is for trying things out; see `Placed`."""
        with readable("HubSpot", "its account"):
            said = self._client.account()
            portal, kind = said.get("portalId"), said.get("accountType")
        if not isinstance(portal, int | str) or not str(portal).isdigit():
            raise Unavailable("HubSpot gave account details without a portal id")
        return Place(
            id=str(portal),
            sandbox=kind in OFFER.words["sandboxes"],
            what="Hub ID",
            where="in the menu behind your picture, top right, in HubSpot",
        )

    def _fields(self, obj: str) -> tuple[Field, ...]:
        if obj == OWNERS:
            return feeds.OWNER_FIELDS
        if obj.startswith(FORM_PREFIX):
            return tuple(feeds.form_fields(self._client, obj).values())
        found = described(self._client, obj, self._reader.describe(obj))
        linked = (
            Field(name=f"{LINK}{one}", type="multi", refers=(one,))
            for one in OFFER.names
            if one != OWNERS
        )
        return (*found.values(), *linked)

    def _links(self, obj: str, path: str) -> tuple[Field, ...]:
        if not is_crm(obj):
            return ()
        other = path.removeprefix(LINK)
        wanted = (other,) if path.startswith(LINK) and self._client.linked(obj, other) else LINKED
        return tuple(Field(name=f"{LINK}{one}", type="multi") for one in wanted)

    def _pages(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        if obj == OWNERS:
            return feeds.owners(self._client, fields, since)
        if obj.startswith(FORM_PREFIX):
            return feeds.submissions(self._client, self._overlap, obj, fields, since)
        return self._reader.read(obj, fields, since)
