"""What lies in the ledger says no less than what was written, however little room it takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, type_coerce, update

from crmbridge.errors import LedgerError
from crmbridge.model.event import Content, Event, Kind
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import FirstSeen, first_seen
from crmbridge.model.record import Value
from crmbridge.store import events, outbox
from crmbridge.store.deflate import press, unpress
from crmbridge.store.lean import Asked, FirstLook
from crmbridge.store.ledger import Ledger
from crmbridge.store.outbox import Op
from crmbridge.store.schema import event
from crmbridge.store.table import Tx
from crmbridge.store.types import OpaqueJson

Entry = Callable[..., Event]
OP = "00000000-0000-5000-8000-000000000001"
CHANGES = {"Title": [None, "Head", "a rule"], "Size": [{"$n": "1"}, {"$n": "2"}, "another"]}
PAYLOAD = {
    "id": "7",
    "changes": CHANGES,
    "values": {"Title": "Head", "Size": {"$n": "2"}},
    "words": {"title": "Head"},
}


@given(st.binary(max_size=2000).map(lambda raw: b"{" + raw), st.integers(0, 1000))
def test_any_document_comes_back(text: bytes, longest: int) -> None:
    stored = press(text, longest)
    assert unpress(stored) == text
    assert (stored == text) == (len(text) <= longest)


def test_a_document_that_says_a_thing_twice_takes_a_fraction() -> None:
    said = {
        f"crmbridge_field_{n}": [None, f"value {n}", "mapping.toml marketing"] for n in range(9)
    }
    text = json.dumps({"changes": said, "values": {k: v[1] for k, v in said.items()}}).encode()
    assert len(press(text, 400)) < len(text) / 3


def test_what_a_later_build_pressed_and_what_is_damaged_is_told() -> None:
    with pytest.raises(LedgerError, match=r"\(7\).*a later build"):
        unpress(b"\x07whatever")
    with pytest.raises(LedgerError, match="damaged"):
        unpress(b"\x01" + b"\xff" * 40)


def test_a_short_document_lies_as_it_is() -> None:
    column: Any = OpaqueJson(20)
    assert column.process_bind_param({"a": 1}, None) == b'{"a":1}'
    assert column.process_bind_param({"a": "x" * 20}, None)[:1] == b"\x01"


def operation(**more: Any) -> Op:
    return replace(
        Op(
            id=OP,
            key="k",
            system="sales",
            obj="Lead",
            action="update",
            lead="l1",
            priority=2,
            payload=PAYLOAD,
            payload_hash="h",
            created_at=1.0,
        ),
        **more,
    )


WRITE = {"op": OP, "system": "sales", "obj": "Lead", "action": "update", "changes": CHANGES}
SENT = {"op": OP, "system": "sales", "action": "update", "attempt": 1}
DONE = {
    **{"op": OP, "system": "sales", "obj": "Lead", "action": "update", "ref": "sales:Lead:1"},
    **{"created": True, "track": "", "values": PAYLOAD["values"], "words": PAYLOAD["words"]},
}
ALIKE = [
    *(("write", WRITE), ("sent", SENT), ("sent", SENT | {"attempt": 2}), ("done", DONE)),
    ("done", DONE | {"created": False, "ref": "sales:Lead:7"}),
    ("done", DONE | {"track": "timing", "changed_at": "2026-03-02T09:00:00.000000Z"}),
]
OTHERWISE = [
    ("write", WRITE | {"changes": {"Title": [None, "Other", "a rule"]}}),
    ("write", WRITE | {"obj": "Contact"}),
    ("write", WRITE | {"op": "nobody's"}),
    ("sent", SENT | {"system": "marketing"}),
    ("done", DONE | {"values": {"Title": "Head"}}),
    ("done", DONE | {"values": {**PAYLOAD["values"], "Key": "k1", "Title": "Chief"}}),
    ("done", DONE | {"values": {**PAYLOAD["values"], "Size": {"$n": "3"}}}),
    ("done", DONE | {"action": "enroll"}),
    ("done", DONE | {"words": {"title": True}}),
]


def stored(ledger: Ledger, number: int) -> dict[str, Any]:
    with ledger.read() as tx:
        rows = tx.conn.exec_driver_sql("SELECT data FROM event ORDER BY seq").scalars().all()
    found: dict[str, Any] = json.loads(unpress(bytes(rows[number])))
    return found


@pytest.mark.parametrize(("type_", "data"), [*ALIKE, *OTHERWISE])
@pytest.mark.parametrize("basis", [{}, {"agreement": "v1", "mapping": "m"}])
def test_an_entry_about_a_write_is_read_as_it_was_written(
    ledger: Ledger, entry: Entry, type_: str, data: dict[str, Any], basis: dict[str, str]
) -> None:
    item = replace(entry("k", "l1"), content=Content.stored(type_, data | basis))
    with ledger.write("test") as tx:
        outbox.put(tx, [operation()])
        events.append(tx, [item, entry("other", "l1")])
        read = events.since(tx, 0, 10)
    assert read[0].content.json == data | basis
    assert [one.type for one in read] == [type_, "changed"]


@pytest.mark.parametrize(("type_", "data"), ALIKE)
def test_what_the_operation_says_is_not_said_again(
    ledger: Ledger, entry: Entry, type_: str, data: dict[str, Any]
) -> None:
    with ledger.write("test") as tx:
        outbox.put(tx, [operation()])
        events.append(tx, [replace(entry("k", "l1"), content=Content.stored(type_, data))])
    assert "Head" not in str(stored(ledger, 0))
    assert not {"system", "obj", "action", "changes"} & stored(ledger, 0).keys()


def test_what_is_mostly_so_is_not_said(ledger: Ledger, entry: Entry) -> None:
    usual = DONE | {"created": False, "ref": "sales:Lead:7"}
    under = {"agreement": "v1:cbdfe8875d1e", "mapping": "a4cfd228a9a1d943"}
    told = [("write", WRITE | under), ("sent", SENT), ("done", usual)]
    with ledger.write("test") as tx:
        outbox.put(tx, [operation()])
        events.append(
            tx,
            [
                replace(entry(f"k{n}", "l1"), content=Content.stored(*one))
                for n, one in enumerate(told)
            ],
        )
    short = "AAAAAAAAUACAAAAAAAAAAQ"
    assert [stored(ledger, n) for n in range(3)] == [
        {"$w": short, "$b": 1},
        {"$w": short},
        {"$w": short},
    ]


def overwrite(tx: Tx, raw: bytes) -> None:
    """Put bytes where entries have what they say, as a build before did."""
    tx.conn.execute(update(event).values(data=type_coerce(raw, LargeBinary)))


@pytest.mark.parametrize(
    ("type_", "lies", "whole"),
    [
        ("write", {"$w": 1, "op": OP}, WRITE),
        ("sent", {"$w": 1, "op": OP, "attempt": 1}, SENT),
        ("done", {"$w": 1, "op": OP, "ref": "sales:Lead:1", "created": True, "track": ""}, DONE),
    ],
)
def test_an_entry_of_the_build_before_is_read_as_it_was_written(
    ledger: Ledger, entry: Entry, type_: str, lies: dict[str, Any], whole: dict[str, Any]
) -> None:
    with ledger.write("test") as tx:
        outbox.put(tx, [operation()])
        events.append(tx, [replace(entry("k", "l1"), content=Content.stored(type_, whole))])
        text = json.dumps(lies).encode()
        overwrite(tx, text)
        assert events.since(tx, 0, 10)[0].content.json == whole


def test_an_entry_that_names_no_operation_is_told(ledger: Ledger, entry: Entry) -> None:
    with ledger.write("test") as tx:
        outbox.put(tx, [operation()])
        events.append(tx, [replace(entry("k", "l1"), content=Content.stored("sent", SENT))])
        overwrite(tx, b'{"$w":"no such"}')
    with pytest.raises(LedgerError, match="damaged"), ledger.read() as tx:
        events.since(tx, 0, 10)


def test_what_decisions_were_taken_under_is_said_once(ledger: Ledger, entry: Entry) -> None:
    under = [{"agreement": f"v{n}", "mapping": "m"} for n in (1, 2, 1)]
    made = [
        replace(entry(f"k{n}", "l1"), kind=Kind.DECIDED, content=Content.stored("engaged", {**one}))
        for n, one in enumerate(under)
    ]
    with ledger.write("test") as tx:
        events.append(tx, made)
    assert [stored(ledger, n) for n in range(3)] == [{"$b": 1}, {"$b": 2}, {"$b": 1}]
    with ledger.read() as tx:
        assert [one.content.json for one in events.since(tx, 0, 10)] == under


def test_an_operation_that_somebody_removed_is_told(ledger: Ledger, entry: Entry) -> None:
    with ledger.write("test") as tx:
        outbox.put(tx, [operation()])
        events.append(tx, [replace(entry("k", "l1"), content=Content.stored("write", WRITE))])
        tx.conn.exec_driver_sql("DELETE FROM op")
    with pytest.raises(LedgerError, match="not in the ledger"), ledger.read() as tx:
        events.since(tx, 0, 10)


REF = Ref(system="marketing", obj="contacts", id="7")
FIELDS = ("email", "stage", "size", "city")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"email": "a@b.example", "stage": None, "size": 3, "city": None}, set(FIELDS)),
        ({"email": "a@b.example", "stage": None}, {"email", "stage"}),
        ({"city": None}, {"city"}),
        ({}, set()),
    ],
    ids=["all", "two", "an empty one alone", "none"],
)
@pytest.mark.parametrize("short", [True, False], ids=["the short way", "the general way"])
def test_a_first_look_keeps_what_is_empty_apart_from_what_was_not_told(
    ledger: Ledger, entry: Entry, raw: dict[str, Value], told: set[str], *, short: bool
) -> None:
    words = {"email": "email"}
    said = {"email": raw["email"]} if raw.get("email") else {}
    sighting = Sighting(ref=REF, values=said, raw=raw)
    content: Content = FirstLook(sighting, Asked.of(FIELDS, words), None)
    if not short:
        content = Content(first_seen(REF, raw, said, words, FIELDS))
    with ledger.write("pull") as tx:
        item = replace(entry("", "l1"), content=content, source=str(REF))
        (made,) = events.append(tx, [item])
    with ledger.read() as tx:
        found = events.by_seqs(tx, [made.seq])[made.seq].payload
    assert isinstance(found, FirstSeen)
    assert found.told == told
    assert found == content.payload
    filled = {name: value for name, value in raw.items() if value is not None}
    assert (found.raw, found.fields) == (filled, FIELDS)
    assert ("$h" in stored(ledger, made.seq - 1)) == (told != set(FIELDS))


def test_an_entry_that_does_not_tell_hidden_fields_hides_none() -> None:
    data = {"ref": str(REF), "fields": ["email", "city"], "raw": {}, "words": {}}
    assert FirstSeen.read(data).told == {"email", "city"}
