"""What nobody knows the outcome of is read back, all in one look, and compared value by value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from crmbridge.connector import Info, Side
from crmbridge.errors import ConnectorError, NotSupported, Refused, Throttled, Unavailable, Unknown
from crmbridge.files import load
from crmbridge.flows.deliver.lookup import read_back
from crmbridge.flows.deliver.send import send
from crmbridge.model.codec import encode_map
from crmbridge.model.limits import Limits
from crmbridge.model.record import Field, Outcome, Page, Record, Row, Value, Written
from crmbridge.store.outbox import Op
from crmbridge.system import System

FILES = load(Path(__file__).resolve().parents[2] / "mappings", "acme")
SPEC = FILES.mapping.sales
PERSON = next(one for one in SPEC.people if one.object == "Lead")
TITLE = PERSON.fields["title"].field
PLAIN = Limits(read_page=10, write_batch=10, budgets=())


class Kept:
    """A vendor that holds records, can be asked for them, and counts how often it was."""

    info: ClassVar[Info] = Info(
        name="kept", title="Kept", sides=frozenset({Side.SALES}), limits=PLAIN, credentials={}
    )
    limits = PLAIN

    def __init__(self, *records: Record, fails: ConnectorError | None = None) -> None:
        self.records = records
        self.fails = fails
        self.asked: list[tuple[str, str, int]] = []
        self.written: list[Row] = []

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        if self.fails:
            raise self.fails
        self.asked.append((obj, by, len(values)))
        wanted = {one.lower() for one in values}
        return [
            one
            for one in self.records
            if one.obj == obj
            and wanted
            & ({one.id.lower(), *one.absorbed} if by == "id" else {str(one.values.get(by)).lower()})
        ]

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        self.written += rows
        if self.fails:
            raise self.fails
        return [Written(op=row.op, outcome=Outcome.DONE, id="1") for row in rows]

    def check(self) -> str:
        return "kept"

    def describe(self, obj: str) -> tuple[Field, ...]:
        return ()

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        yield Page(records=(), cursor="", more=False)

    def close(self) -> None:
        pass


def system(connector: Kept) -> System:
    return System("sales", SPEC, connector, zone=ZoneInfo("UTC"), currency="EUR")


def op(number: int, *, action: str = "update", obj: str = "Lead", **payload: Any) -> Op:
    lead = f"lead-{number}"
    return Op(
        id=f"op-{number}",
        key=f"k{number}",
        system="sales",
        obj=obj,
        action=action,
        lead=lead,
        priority=2,
        payload={"key": lead, "values": {}, **payload},
        payload_hash="h",
        created_at=0.0,
    )


def update(number: int, title: str = "New", **payload: Any) -> Op:
    return op(number, id=f"id-{number}", values=encode_map({TITLE: title}), **payload)


def create(number: int, title: str = "New") -> Op:
    return op(number, action="handoff", values=encode_map({TITLE: title}))


def record(number: int, title: Value = "New", **more: Any) -> Record:
    values = {TITLE: title, PERSON.key: f"lead-{number}"}
    return Record(obj="Lead", id=f"id-{number}", values=values, **more)


def told(connector: Kept, *ops: Op) -> list[tuple[Outcome, str]]:
    results = read_back(system(connector), ops)
    assert [one.id for one, _ in results] == [one.id for one in ops]
    assert all(written.op == one.id for one, written in results)
    return [(written.outcome, written.id) for _, written in results]


DONE, LATER, AMBIGUOUS = Outcome.DONE, Outcome.LATER, Outcome.AMBIGUOUS


@pytest.mark.parametrize("number", [1, 2, 60, 250])
def test_all_of_a_kind_are_read_back_in_one_look(number: int) -> None:
    vendor = Kept(*(record(n) for n in range(0, number, 2)))
    ops = [update(n) for n in range(number)]
    right = [(DONE, f"id-{n}") if n % 2 == 0 else (LATER, "") for n in range(number)]
    assert told(vendor, *ops) == right
    assert vendor.asked == [("Lead", "id", number)]


def test_ids_keys_and_marks_of_tasks_are_one_look_each() -> None:
    tasks = [
        op(n, action="task", obj="Task", key_field="CrmBridge_Op__c", values={}) for n in (7, 8, 9)
    ]
    mark = Record(obj="Task", id="t8", values={"CrmBridge_Op__c": "OP-8"})
    vendor = Kept(record(1), record(2, "Old"), record(3), mark)
    ops = [tasks[0], update(1), create(2), tasks[1], create(3), op(5, action="enroll"), tasks[2]]
    assert told(vendor, *ops) == [
        (LATER, ""),
        (DONE, "id-1"),
        (LATER, ""),
        (DONE, "t8"),
        (DONE, "id-3"),
        (LATER, ""),
        (LATER, ""),
    ]
    assert sorted(vendor.asked) == [
        ("Lead", PERSON.key, 2),
        ("Lead", "id", 1),
        ("Task", "CrmBridge_Op__c", 3),
    ]


@pytest.mark.parametrize(("held", "wanted"), list(product(["New", "Old", None, ""], ["New", ""])))
@pytest.mark.parametrize("make", [update, create])
def test_a_write_is_done_only_where_each_of_its_values_stands(
    make: Any, held: Value, wanted: str
) -> None:
    outcome, _ = told(Kept(record(1, held)), make(1, wanted))[0]
    assert outcome is (DONE if held == wanted else LATER)


def test_a_value_that_the_vendor_does_not_show_is_not_taken_to_stand() -> None:
    silent = Record(obj="Lead", id="id-1", values={PERSON.key: "lead-1"})
    assert told(Kept(silent), update(1)) == [(LATER, "")]


def test_a_survivor_answers_for_the_record_that_was_merged_into_it() -> None:
    assert told(Kept(record(2, absorbed=("id-1",))), update(1)) == [(DONE, "id-2")]


def test_two_records_of_one_key_are_for_a_person() -> None:
    twin = Record(obj="Lead", id="id-9", values={TITLE: "New", PERSON.key: "LEAD-1"})
    assert told(Kept(record(1), twin), create(1), create(2)) == [(AMBIGUOUS, ""), (LATER, "")]


def test_a_vendor_that_cannot_be_asked_leaves_it_to_a_person() -> None:
    vendor = Kept(fails=NotSupported("cannot"))
    assert told(vendor, update(1), create(2), op(3, action="enroll")) == [
        (AMBIGUOUS, ""),
        (AMBIGUOUS, ""),
        (LATER, ""),
    ]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Unknown("no answer"), Outcome.UNKNOWN),
        (Unavailable("away"), Outcome.LATER),
        (Throttled("slower", retry_after=60), Outcome.LATER),
        (Refused("no", code="X"), Outcome.REFUSED),
        (NotSupported("cannot"), Outcome.REFUSED),
    ],
)
@pytest.mark.parametrize("number", [1, 5])
def test_what_becomes_of_a_call_that_failed_and_an_unknown_one_is_never_sent_blindly(
    error: ConnectorError, outcome: Outcome, number: int
) -> None:
    vendor = Kept(fails=error)
    ops = [update(n) for n in range(number)]
    results = send(system(vendor), FILES.mapping, ops, lambda seconds: None)
    assert [(one.id, written.outcome) for one, written in results] == [
        (one.id, outcome) for one in ops
    ]
    tries = 3 if isinstance(error, Unavailable) and not isinstance(error, Throttled) else 1
    assert len(vendor.written) == tries * number


def test_a_row_without_a_result_is_one_whose_outcome_nobody_knows() -> None:
    class Forgetful(Kept):
        def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
            return super().write(obj, rows)[:-1]

    ops = [update(1), update(2)]
    results = send(system(Forgetful()), FILES.mapping, ops, lambda seconds: None)
    assert [written.outcome for _, written in results] == [Outcome.DONE, Outcome.UNKNOWN]
