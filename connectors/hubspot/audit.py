"""What a portal says of itself beyond its properties: owners, currency, scopes of the token."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.hubspot import feeds
from connectors.hubspot.client import Client
from connectors.hubspot.kinds import CONTACTS, FORM_PREFIX, OWNERS, canonical
from crmbridge.connector import Account, Lack, User, Wants
from crmbridge.errors import Refused

OWN_SCOPES = (CONTACTS, "companies", "deals", "leads")
"""Objects whose scopes carry their own name; those of others are not looked at."""
CONSENT = ("communication_preferences.write", "communication_preferences.read_write")


def audit(client: Client, wants: Wants) -> Account:
    """Return what `Audits.audit` wants to know, in two calls and one a page of owners."""
    currency = client.account().get("companyCurrency")
    return Account(
        currency=str(currency or ""),
        users=_users(client, wants),
        lacks=tuple(_lacks(client, wants)),
    )


def _users(client: Client, wants: Wants) -> tuple[User, ...] | None:
    """The owners that have the addresses; `None` where the token may not see owners."""
    try:
        return tuple(_owners(client, wants)) if wants.emails else None
    except Refused:
        return None


def _owners(client: Client, wants: Wants) -> Iterator[User]:
    wanted = {one.strip().lower() for one in wants.emails}
    for archived in (False, True):
        for row in feeds.owner_rows(client, archived=archived):
            email = str(row.get("email") or "").strip().lower()
            if email.removesuffix(".invalid") in wanted or email in wanted:
                values = {name: row.get(name) for name in wants.of_users}
                yield User(email=email, active=not archived, values=values)


def _lacks(client: Client, wants: Wants) -> Iterator[Lack]:
    """Yield missing scopes; nothing where HubSpot does not tell those of this kind of token."""
    try:
        held = client.scopes()
    except Refused:
        return
    if not held:
        return
    for obj, any_of in _needed(wants):
        if not held & set(any_of):
            yield Lack(right=" or ".join(any_of), obj=obj, consent=any_of == CONSENT)


def _needed(wants: Wants) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (object, scopes any of which is enough)."""
    for obj in map(canonical, wants.reads):
        if obj in OWN_SCOPES:
            yield obj, (f"crm.objects.{obj}.read",)
            yield obj, (f"crm.schemas.{obj}.read",)
        elif obj == OWNERS:
            yield obj, ("crm.objects.owners.read",)
        elif obj.startswith(FORM_PREFIX):
            yield obj, ("forms",)
    for obj in map(canonical, wants.writes):
        if obj in OWN_SCOPES:
            yield obj, (f"crm.objects.{obj}.write",)
    if wants.enrols:
        yield "lists", ("crm.lists.read",)
        yield "lists", ("crm.lists.write",)
    if wants.opts_out:
        yield CONTACTS, CONSENT
