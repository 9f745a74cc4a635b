"""HubSpot's other feeds: owners, submissions of a form, and what lies in the archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.hubspot.client import Client, records, results
from connectors.hubspot.cursor import ARCHIVED, FORM, FULL, LIST, Cursor, parse
from connectors.hubspot.ends import Walk
from connectors.hubspot.kinds import CONTACTS, FORM_PREFIX, canonical
from connectors.hubspot.reads import (
    BACKFILL,
    CHANGES,
    URL_NAMES,
    Reader,
    changed,
    changed_at,
    in_url,
    moment,
    stamp_property,
)
from connectors.hubspot.values import address, instant, items, mapping, millis
from crmbridge.model.record import Field, Page, Record, Value
from crmbridge.net.call import Answer

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
    parse(since, FULL)
    found: dict[str, Record] = {}
    for archived in (True, False):
        walk, after, more = Walk("owners"), "", True
        while more:
            answer = client.owners(after, archived=archived, priority=CHANGES)
            rows = records(answer)
            for row in rows:
                found[str(row["id"])] = _owner(row, fields, active=not archived)
            after = walk.following(answer, len(rows))
            more = bool(after)
    yield Page(records=tuple(found.values()), cursor=Cursor(mode=FULL).text(), more=False)


def _owner(row: Mapping[str, Any], fields: Sequence[str], *, active: bool) -> Record:
    values: dict[str, Value] = {"id": str(row["id"]), "active": active}
    told = {name: row.get(name) for name in ("email", "firstName", "lastName")}
    values |= {
        name: text if isinstance(text, str) and text else None for name, text in told.items()
    }
    return Record(
        obj="owners",
        id=str(row["id"]),
        values=_picked(values, fields),
        changed_at=changed(row.get("updatedAt")),
    )


def submissions(
    client: Client, obj: str, fields: Sequence[str], since: str | None, overlap: int
) -> Iterator[Page]:
    """Yield a form's submissions, newest first, down to the newest of the last read less overlap.

    `overlap` is in seconds. Each submitted field is a value `field.<name>`; without `fields` all
    come. A cursor in the middle goes on downwards, towards older ones.
    """
    cursor = parse(since, FORM)
    guid = obj.removeprefix(FORM_PREFIX)
    floor = cursor.hi - overlap * 1000
    walk = Walk(f"form {guid}", cursor.last)
    more = True
    while more:
        answer = client.submissions(guid, cursor.last, priority=CHANGES)
        found = [_submission(obj, guid, row, fields) for row in results(answer)]
        stamps = [millis(r.changed_at) for r in found if r.changed_at]
        run = cursor.run or max(stamps, default=cursor.hi)
        after = walk.following(answer, len(found))
        more = bool(after) and min(stamps, default=floor) >= floor
        if more:
            cursor = Cursor(mode=FORM, hi=cursor.hi, run=run, last=after)
        else:
            cursor = Cursor(mode=FORM, hi=run)
        fresh = tuple(r for r in found if r.changed_at and millis(r.changed_at) >= floor)
        yield Page(records=fresh, cursor=cursor.text(), more=more)


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
    answer = client.submissions(obj.removeprefix(FORM_PREFIX), "", priority=CHANGES)
    names = {_field_name(p) for row in results(answer) for p in items(row.get("values"))}
    sent = [Field(name=f"{SUBMITTED}{name}", type="text", writable=False) for name in sorted(names)]
    return {each.name: each for each in (*FORM_FIELDS, *sent)}


def deleted(
    client: Client,
    reader: Reader,
    obj: str,
    since: str | None,
    overlap: int,
    fields: Sequence[str],
) -> Iterator[Page]:
    """Yield what lies in the archive as deleted records: each read walks all of it by id.

    After the first walk only what was archived since the last one, less `overlap` seconds, is
    given. Each record comes with what it last held in `fields`: a person may have opted out just
    before. The vendor empties the archive after 90 days, and what was erased for privacy never
    gets there (hubspot.md 1.3).
    """
    cursor = parse(since, ARCHIVED)
    floor = cursor.hi - overlap * 1000
    walk = Walk(f"archived {obj}", cursor.last)
    more = True
    while more:
        answer, found = _archive_page(client, reader, obj, cursor.last, fields)
        run = cursor.run or moment(answer)
        after = walk.following(answer, len(found))
        more = bool(after)
        fresh = [row for row in found if not (at := _archived_at(row)) or millis(at) >= floor]
        if more:
            cursor = Cursor(mode=ARCHIVED, hi=cursor.hi, run=run, last=after)
        else:
            cursor = Cursor(mode=ARCHIVED, hi=run)
        gone = tuple(
            replace(record, deleted=True, changed_at=_archived_at(row))
            for record, row in zip(reader.plain(obj, fields, fresh), fresh, strict=True)
        )
        yield Page(records=gone, cursor=cursor.text(), more=more)


def _archive_page(
    client: Client, reader: Reader, obj: str, after: str, fields: Sequence[str]
) -> tuple[Answer, list[dict[str, Any]]]:
    """Return a page of the archive; properties that fit no URL are asked for in several calls."""
    first, *rest = parts(reader.properties(obj, fields))
    answer = client.list_page(obj, first, after, archived=True, priority=BACKFILL)
    found = records(answer)
    for names in rest if found else ():
        more = client.list_page(obj, names, after, archived=True, priority=BACKFILL)
        told = {row["id"]: mapping(row.get("properties")) for row in records(more)}
        for row in found:
            row["properties"] = {**mapping(row.get("properties")), **told.get(row["id"], {})}
    return answer, found


def parts(names: Sequence[str]) -> list[list[str]]:
    """Return property names in groups that fit a URL each."""
    groups: list[list[str]] = [[]]
    size = 0
    for name in names:
        if groups[-1] and size + in_url(name) > URL_NAMES:
            groups.append([])
            size = 0
        groups[-1].append(name)
        size += in_url(name)
    return groups


def _archived_at(row: Mapping[str, Any]) -> datetime | None:
    at = row.get("archivedAt")
    return changed(at)


def stamps(client: Client, obj: str, since: str | None) -> Iterator[Page]:
    """Yield all live records by id with nothing but their change stamp: 10 calls per 1,000."""
    cursor = parse(since, LIST)
    walk = Walk(obj, cursor.last)
    more = True
    while more:
        names = [stamp_property(obj)]
        answer = client.list_page(obj, names, cursor.last, priority=BACKFILL)
        rows = records(answer)
        after = walk.following(answer, len(rows))
        more = bool(after)
        cursor = Cursor(mode=LIST, last=after)
        found = tuple(
            Record(obj=obj, id=str(row["id"]), changed_at=changed_at(obj, row)) for row in rows
        )
        yield Page(records=found, cursor=cursor.text(), more=more)


def _picked(values: Mapping[str, Value], fields: Sequence[str]) -> dict[str, Value]:
    return {n: v for n, v in values.items() if not fields or n in fields}
