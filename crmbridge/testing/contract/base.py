"""Small tools that the parts of the contract share."""

# ruff: noqa: S101 - a contract is made of asserts
from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from crmbridge.connector import Connector, Sweeps
from crmbridge.model.record import Page, Record, Row, Value
from crmbridge.testing.contract.account import SENTINELS, Account, Fault


@contextmanager
def connected(account: Account, *, patience: float | None = None) -> Iterator[Connector]:
    """Give a new connector and close it."""
    connector = account.connect(patience=patience)
    try:
        yield connector
    finally:
        connector.close()


def broken(account: Account, *rules: Fault) -> None:
    """Let the vendor fail by these rules; skip the test where it never fails so."""
    for rule in rules:
        if not account.suffers(rule):
            when = "after it did the work" if rule.after else f"after {rule.skip} calls"
            pytest.skip(f"a {rule.on} of this vendor never fails as {rule.trouble} {when}")
    account.fault(rules)


def pages(connector: Connector, account: Account, since: str | None) -> list[Page]:
    """Read to the end; check what holds for any read: a page comes, cursors, `more`."""
    found = list(connector.read(account.obj, account.fields, since))
    assert found, "a read gives at least one page"
    assert all(page.cursor for page in found), "every page carries a cursor"
    assert [page.more for page in found] == [True] * (len(found) - 1) + [False]
    return found


def drain(
    connector: Connector, account: Account, since: str | None = None
) -> tuple[list[Record], str]:
    """Return all records of a read, and its last cursor."""
    found = pages(connector, account, since)
    return [record for page in found for record in page.records], found[-1].cursor


def follow(connector: Connector, account: Account, cursor: str) -> tuple[list[Record], str]:
    """Let the vendor settle, then read on from a cursor."""
    account.settle()
    return drain(connector, account, cursor)


def ids(records: Sequence[Record]) -> list[str]:
    """Return the ids of records, in order."""
    return [record.id for record in records]


def latest(records: Sequence[Record]) -> Mapping[str, Record]:
    """Return the last sighting of each id."""
    return {record.id: record for record in records}


def sweep_start(connector: Connector, account: Account) -> str | None:
    """Return the cursor of the sweep for deletions as it stands now; `None` without a sweep."""
    if not isinstance(connector, Sweeps):
        return None
    return list(connector.read_deleted(account.obj, None))[-1].cursor


def swept(connector: Connector, account: Account, cursor: str | None) -> list[Record]:
    """Return what the sweep for deletions finds from a cursor on; nothing without a sweep."""
    if not isinstance(connector, Sweeps):
        return []
    found = list(connector.read_deleted(account.obj, cursor))
    return [record for page in found for record in page.records]


def row(values: Mapping[str, Value], *, key: str = "", record: str = "") -> Row:
    """Return a row with an operation id of its own and, unless given, a key of its own."""
    return Row(op=str(uuid.uuid4()), key=key or str(uuid.uuid4()), values=values, id=record)


def person(account: Account, number: int) -> dict[str, Value]:
    """Return values for a new person of the main object, sentinels included."""
    return {
        account.name_field: f"{SENTINELS[0]} {number}",
        account.email_field: f"w{number}.{SENTINELS[1]}@example.com",
    }


def leaked(text: str) -> list[str]:
    """Return which sentinels a text holds."""
    return [sentinel for sentinel in SENTINELS if sentinel.lower() in text.lower()]
