"""What an org says of itself beyond its fields: users, currency, rights on objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmbridge.connector import Account, Lack, User, Wants
from crmbridge.errors import NotSupported, Refused
from crmbridge.kit.paths import Plan

from . import soql
from .client import Client
from .options import OFFER
from .schemas import Schemas

SANDBOX = ".invalid"
"""Appended to users' addresses when a sandbox is made."""


def audit(client: Client, schemas: Schemas, wants: Wants) -> Account:
    """Return what `Audits.audit` wants to know; a query for 200 addresses, and one for the org."""
    return Account(
        currency=_currency(client, schemas),
        users=_users(client, schemas, wants),
        lacks=tuple(_lacks(schemas, wants.writes)),
    )


def _currency(client: Client, schemas: Schemas) -> str:
    """The org's currency; empty where the org does not show it."""
    try:
        plan = schemas.plan("Organization", ["DefaultCurrencyIsoCode"])
        if "DefaultCurrencyIsoCode" not in plan.kinds:
            return ""
        rows = client.query(soql.select("Organization", plan.columns), deleted=False).rows
    except (Refused, NotSupported):
        return ""
    return str(rows[0].get("DefaultCurrencyIsoCode") or "") if rows else ""


def _users(client: Client, schemas: Schemas, wants: Wants) -> tuple[User, ...] | None:
    """The users that have the addresses; `None` where we may not see users or their addresses."""
    try:
        plan = schemas.plan("User", ["Id", "Email", "IsActive", "UserType", *wants.of_users])
        if not (wants.emails or wants.users) or "Email" not in plan.kinds:
            return None
        # who is asked for by address and by id comes twice
        return tuple({one.id: one for one in _found(client, plan, wants)}.values())
    except Refused:
        return None


def _found(client: Client, plan: Plan, wants: Wants) -> Iterator[User]:
    both = [form for one in wants.emails for form in (one, one + SANDBOX)]
    ids = [one for one in wants.users if soql.is_id(one)]
    for name, values in (("Email", both), ("Id", ids)):
        for row in client.matching("User", plan.columns, name, values, deleted=False):
            yield User(
                id=str(row.get("Id") or ""),
                email=str(row.get("Email") or ""),
                active=row.get("IsActive") is not False,
                able=row.get("UserType") not in OFFER.words["unable"],
                values={name: row.get(name) for name in wants.of_users},
            )


def _lacks(schemas: Schemas, writes: Sequence[str]) -> Iterator[Lack]:
    for obj in writes:
        try:
            known = schemas.get(obj)
        except Refused:
            continue  # said already, of the object itself
        if not known.createable:
            yield Lack(right=f"to create {obj} records", obj=obj)
