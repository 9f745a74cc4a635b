"""HubSpot's other feeds: owners, submissions of a form, and what lies in the archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.hubspot.client import Client
from connectors.hubspot.kinds import CONTACTS, FORM_PREFIX, OWNERS, canonical
from connectors.hubspot.reads import (
    BACKFILL,
    CHANGES,
    NAME,
    URL_NAMES,
    Reader,
    changed,
    changed_at,
    in_url,
    properties,
    stamp_property,
)
from connectors.hubspot.values import address, instant
from crmbridge.kit.feed.parts import fitting
from crmbridge.kit.feed.walk import Batch, walk
from crmbridge.kit.feed.walked import all_but_old, live, newest
from crmbridge.kit.feed.window import Cursor, parse
from crmbridge.kit.fields import items, mapping, millis, text
from crmbridge.model.record import Field, Page, Record, Value

FORM, ARCHIVED, FULL = "form", "archived", "full"
"""What a cursor is of, beside the list and the search of records."""
SUBMITTED = "field."
OWNER_FIELDS = (
    Field(name="id", type="text", label="Owner ID", writable=False, unique=True),
    Field(name="email", type="text", label="E-mail", writable=False),
    Field(name="firstName", type="text", label="First name", writable=False),
    Field(name="lastName", type="text", label="Last name", writable=False),
    Field(name="active", type="bool", label="Active", writable=False),
)
FORM_FIELDS = (
    Field(name="submitted_at", type="datetime", label="Submitted at", writable=False),
    Field(name="email", type="text", label="E-mail", writable=False),
    Field(name="page_url", type="text", label="Page", writable=False),
    Field(name="page_title", type="text", label="Page title", writable=False),
    Field(name="form", type="text", label="Form", writable=False),
)


def owners(client: Client, fields: Sequence[str], since: str | None) -> Iterator[Page]:
    """Yield all owners on one page, deactivated ones with `active` false; no increments.

    The record's id is the owner's `id`, which assigns records; the `userId` does not
    (hubspot.md 1.9).
    """
    parse(NAME, OWNERS, since, FULL)
    found = {
        str(row["id"]): _owner(row, fields, active=not archived)
        for archived in (True, False)
        for row in owner_rows(client, archived=archived)
    }
    yield Page(records=tuple(found.values()), cursor=Cursor(mode=FULL).text(), more=False)


def owner_rows(client: Client, *, archived: bool) -> Iterator[Mapping[str, Any]]:
    """Yield the owners as HubSpot tells them, deactivated ones where `archived`."""

    def ask(after: str) -> Batch:
        return client.owners(after, archived=archived, priority=CHANGES)

    for batch in walk(NAME, "owners", ask):
        yield from batch.rows


def _owner(row: Mapping[str, Any], fields: Sequence[str], *, active: bool) -> Record:
    values: dict[str, Value] = {"id": str(row["id"]), "active": active}
    values |= {name: text(row.get(name)) or None for name in ("email", "firstName", "lastName")}
    return Record(
        obj="owners",
        id=str(row["id"]),
        values=_picked(values, fields),
        changed_at=changed(row.get("updatedAt")),
    )


def submissions(
    client: Client, overlap: int, obj: str, fields: Sequence[str], since: str | None
) -> Iterator[Page]:
    """Yield a form's submissions, newest first, down to the newest of the last read less overlap.

    `overlap` is in seconds. Each submitted field is a value `field.<name>`; without `fields` all
    come. A cursor in the middle goes on downwards, towards older ones.
    """
    guid = obj.removeprefix(FORM_PREFIX)

    def ask(after: str) -> Batch:
        return client.submissions(guid, after, priority=CHANGES)

    def record(row: Mapping[str, Any]) -> Record:
        return _submission(obj, guid, row, fields)

    cursor = parse(NAME, obj, since, FORM)
    return newest(NAME, f"form {guid}", cursor, overlap, ask, record)


def _submission(obj: str, guid: str, row: Mapping[str, Any], fields: Sequence[str]) -> Record:
    sent: dict[str, str] = {}
    for pair in items(row.get("values")):
        name, value = _field_name(pair), str(pair.get("value") or "")
        sent[name] = f"{sent[name]};{value}" if name in sent else value
    at = instant(str(row["submittedAt"]))
    email = address(sent.get("email", ""))
    values: dict[str, Value] = {
        "submitted_at": at,
        "email": email or None,
        "page_url": str(row.get("pageUrl") or "") or None,
        "page_title": str(row.get("pageTitle") or "") or None,
        "form": guid,
    }
    values |= {f"{SUBMITTED}{name}": value or None for name, value in sent.items()}
    own = str(row.get("conversionId") or "") or _made_id(guid, at, email)
    return Record(obj=obj, id=own, values=_picked(values, fields), changed_at=at)


def _field_name(pair: Mapping[str, Any]) -> str:
    """Return a submitted field's name; one of another object than the contact says whose it is.

    A form may ask for `phone` of the person and of their company: two fields of one name.
    """
    name, of = str(pair.get("name")), canonical(str(pair.get("objectTypeId") or CONTACTS))
    return name if of == CONTACTS else f"{of}.{name}"


def _made_id(guid: str, at: datetime, email: str) -> str:
    """Return a stable id for a submission that the vendor gave none."""
    return hashlib.sha256(f"{guid}|{millis(at)}|{email}".encode()).hexdigest()[:32]


def form_fields(client: Client, obj: str) -> dict[str, Field]:
    """Return what submissions of a form hold, with the fields of its newest page of them."""
    newest = client.submissions(obj.removeprefix(FORM_PREFIX), "", priority=CHANGES)
    names = {_field_name(p) for row in newest.rows for p in items(row.get("values"))}
    sent = [Field(name=f"{SUBMITTED}{name}", type="text", writable=False) for name in sorted(names)]
    return {each.name: each for each in (*FORM_FIELDS, *sent)}


def deleted(
    client: Client,
    reader: Reader,
    overlap: int,
    obj: str,
    since: str | None,
    fields: Sequence[str],
) -> Iterator[Page]:
    """Yield what lies in the archive as deleted records: each read walks all of it by id.

    After the first walk only what was archived since the last one, less `overlap` seconds, is
    given. Each record comes with what it last held in `fields`: a person may have opted out just
    before. The vendor empties the archive after 90 days, and what was erased for privacy never
    gets there (hubspot.md 1.3).
    """

    def ask(after: str) -> Batch:
        return _archive_page(client, obj, after, fields)

    def at(row: Mapping[str, Any]) -> datetime | None:
        return changed(row.get("archivedAt"))

    def gone(rows: Sequence[Mapping[str, Any]]) -> list[Record]:
        found = zip(reader.plain(obj, fields, rows), rows, strict=True)
        return [replace(one, deleted=True, changed_at=at(row)) for one, row in found]

    cursor = parse(NAME, obj, since, ARCHIVED)
    return all_but_old(NAME, f"archived {obj}", cursor, overlap, ask, at, gone)


def _archive_page(client: Client, obj: str, after: str, fields: Sequence[str]) -> Batch:
    """Return a page of the archive; properties that fit no URL are asked for in several calls."""
    names = properties(obj, fields)
    first, *rest = fitting(names, in_url, URL_NAMES, len(names))
    batch = client.list_page(obj, first, after, archived=True, priority=BACKFILL)
    found = [dict(row) for row in batch.rows]
    for some in rest if found else ():
        more = client.list_page(obj, some, after, archived=True, priority=BACKFILL)
        told = {row["id"]: mapping(row.get("properties")) for row in more.rows}
        for row in found:
            row["properties"] = {**mapping(row.get("properties")), **told.get(row["id"], {})}
    return replace(batch, rows=found)


def stamps(client: Client, obj: str, since: str | None) -> Iterator[Page]:
    """Return all live records by id with nothing but their change stamp: 10 calls per 1,000."""
    names = [stamp_property(obj)]

    def ask(after: str) -> Batch:
        return client.list_page(obj, names, after, priority=BACKFILL)

    def record(row: Mapping[str, Any]) -> Record:
        return Record(obj=obj, id=str(row["id"]), changed_at=changed_at(obj, row))

    return live(NAME, obj, since, ask, record)


def _picked(values: Mapping[str, Value], fields: Sequence[str]) -> dict[str, Value]:
    return {n: v for n, v in values.items() if not fields or n in fields}
