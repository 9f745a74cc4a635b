"""Projections of what happened to leads: touches, activities, deals, roles, and vendors' users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from sqlalchemy import select

from crmbridge.store.rows import ActivityRow, DealRow, RoleRow, TouchRow, UserRow
from crmbridge.store.schema import activity, deal, role, touch, vendor_user
from crmbridge.store.table import Tx, among, chunks, fetch, fetch_in, grouped, put

_A_DAY = timedelta(days=1)


def put_touches(tx: Tx, rows: Sequence[TouchRow]) -> None:
    """Insert or replace touches."""
    put(tx, rows)


def get_touches(tx: Tx, ids: Iterable[str]) -> dict[str, TouchRow]:
    """Return touches by id; an unknown id is absent."""
    return {row.id: row for row in fetch_in(tx, TouchRow, touch.c.id, ids)}


def touches_from(tx: Tx, refs: Iterable[str]) -> list[TouchRow]:
    """Return the touches that stand in vendor records (refs as text), one a person or one in all.

    The id of one of several is the ref, `@` and the person.
    """
    wanted = list(dict.fromkeys(refs))
    found = list(get_touches(tx, wanted).values())
    for ref in wanted:
        found += fetch(tx, TouchRow, touch.c.id > f"{ref}@", touch.c.id < f"{ref}A", table=touch)
    return found


def touches_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[TouchRow]]:
    """Return touches by lead, each list by time; a lead without any is absent."""
    rows = fetch_in(tx, TouchRow, touch.c.lead, leads, order=[touch.c.at, touch.c.id])
    return {lead: found for lead, found in grouped(rows, attrgetter("lead")).items() if lead}


def orphan_touches(tx: Tx, hashes: Iterable[str]) -> list[TouchRow]:
    """Return the touches without a lead whose identity is one of the hashes, by time."""
    return fetch_in(
        tx,
        TouchRow,
        touch.c.identity,
        hashes,
        touch.c.lead.is_(None),
        order=[touch.c.at, touch.c.id],
    )


def put_activities(tx: Tx, rows: Sequence[ActivityRow]) -> None:
    """Insert or replace activities."""
    put(tx, rows)


def activities_of(tx: Tx, leads: Iterable[str]) -> dict[str, list[ActivityRow]]:
    """Return activities by lead, each list by time; a lead without any is absent."""
    rows = fetch_in(tx, ActivityRow, activity.c.lead, leads, order=[activity.c.at, activity.c.id])
    return {lead: found for lead, found in grouped(rows, attrgetter("lead")).items() if lead}


def put_deals(tx: Tx, rows: Sequence[DealRow]) -> None:
    """Insert or replace deals."""
    put(tx, rows)


def get_deals(tx: Tx, ids: Iterable[str]) -> dict[str, DealRow]:
    """Return deals by their ref as text; an unknown one is absent."""
    return {row.id: row for row in fetch_in(tx, DealRow, deal.c.id, ids)}


def put_roles(tx: Tx, rows: Sequence[RoleRow]) -> None:
    """Insert or replace roles."""
    put(tx, rows)


def get_roles(tx: Tx, ids: Iterable[str]) -> dict[str, RoleRow]:
    """Return roles by their ref as text, removed ones too; an unknown one is absent."""
    return {row.id: row for row in fetch_in(tx, RoleRow, role.c.id, ids)}


def roles_of_deals(tx: Tx, deals: Iterable[str]) -> dict[str, list[RoleRow]]:
    """Return roles by deal (ref as text), removed ones too."""
    rows = fetch_in(tx, RoleRow, role.c.deal, deals, order=[role.c.id])
    return grouped(rows, attrgetter("deal"))


def roles_of_people(tx: Tx, people: Iterable[str]) -> dict[str, list[RoleRow]]:
    """Return roles by person (ref as text), removed ones too."""
    rows = fetch_in(tx, RoleRow, role.c.person, people, order=[role.c.id])
    return grouped(rows, attrgetter("person"))


def deals_at(tx: Tx, since: Mapping[str, datetime]) -> list[str]:
    """Return the deals with some accounts (refs as text) whose people may be others since a time.

    These are open ones, and those that were won at that time or later; of a win without a time,
    its whole day counts.
    """
    mine = (deal.c.company == tx.company, deal.c.state.in_(("open", "won")))
    found: list[str] = []
    for piece in chunks(since):
        asked = select(deal.c.id, deal.c.account, deal.c.closed_at)
        for ident, account, closed in tx.conn.execute(
            asked.where(*mine, among(deal.c.account, piece))
        ):
            if closed is None or closed > since[account] - _A_DAY:
                found.append(ident)
    return found


def won_with(tx: Tx, accounts: Iterable[str]) -> list[str]:
    """Return the deals with some accounts (refs as text) that stand as won, by id."""
    mine = (deal.c.company == tx.company, deal.c.state == "won")
    found: list[str] = []
    for piece in chunks(accounts):
        asked = select(deal.c.id).where(*mine, among(deal.c.account, piece))
        found += tx.conn.execute(asked).scalars()
    return sorted(found)


def put_users(tx: Tx, rows: Sequence[UserRow]) -> None:
    """Insert or replace vendors' users."""
    put(tx, rows)


def users(tx: Tx) -> list[UserRow]:
    """Return all of the company's vendor users, by ref."""
    return fetch(tx, UserRow, order=[vendor_user.c.ref])


def get_users(tx: Tx, refs: Iterable[str]) -> dict[str, UserRow]:
    """Return vendor users by their ref as text; an unknown one is absent."""
    return {row.ref: row for row in fetch_in(tx, UserRow, vendor_user.c.ref, refs)}


def wins_of(tx: Tx, accounts: Iterable[str]) -> dict[str, list[tuple[datetime, str]]]:
    """Return the won deals of accounts (refs as text) and when each was won, by account."""
    mine = (deal.c.company == tx.company, deal.c.state == "won", deal.c.closed_at.is_not(None))
    found: dict[str, list[tuple[datetime, str]]] = {}
    for piece in chunks(accounts):
        asked = select(deal.c.account, deal.c.closed_at, deal.c.id, deal.c.outside)
        for account, at, ident, outside in tx.conn.execute(
            asked.where(*mine, among(deal.c.account, piece))
        ):
            if not outside:
                found.setdefault(account, []).append((at, ident))
    return found
