"""Payloads of entries: what is written is read back, by type, and nobody else knows the keys."""

from __future__ import annotations

import ast
import dataclasses
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.errors import LedgerError
from crmbridge.model import payload
from crmbridge.model.deal import DealState
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import RANK, WITHDRAWN, Correction
from crmbridge.model.payload import PAYLOADS, Capacity, Changed, Payload, Score, Step, read
from crmbridge.model.payload.form import entry
from crmbridge.model.record import Value
from crmbridge.model.state import Return

ROOT = Path(__file__).resolve().parents[2]
ROOM = ROOT / "crmbridge" / "model" / "payload"

text = st.text(max_size=12)
# `strftime` writes no leading zero before the year 1000
instants = st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year > 999)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=4)
refs = st.builds(
    Ref,
    system=st.sampled_from(["sales", "marketing"]),
    obj=st.sampled_from(["Lead", "on"]),
    id=text,
)
values: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), st.integers(), text, numbers, instants, st.dates()
) | st.lists(text, max_size=3).map(tuple)
words = st.dictionaries(text, values, max_size=3)
json_objects = st.dictionaries(text, st.none() | st.booleans() | st.integers() | text, max_size=3)
points = instants | st.sampled_from(["won", "rejected", "bad_timing"])

OF_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: text,
    int: st.integers(-(10**9), 10**9),
    bool: st.booleans(),
    datetime: instants,
    Decimal: numbers,
    Fraction: st.fractions(),
    Ref: refs,
    DealState: st.sampled_from(DealState),
    Changed: st.builds(Changed, before=values, after=values, rule=text),
    Correction: st.builds(
        Correction, cycle=st.integers(1, 9), milestone=text, before=points, after=st.none() | points
    ),
    Return: st.builds(
        Return,
        at=instants,
        reason=text,
        klass=text,
        track=text,
        loops=st.integers(0, 9),
        until=st.none() | instants,
        outcome=text,
        rep=text,
        counted=st.booleans(),
        avoid=st.booleans(),
        cycle=st.integers(0, 9),
        past=st.booleans(),
    ),
    date: st.dates(),
    Value: values,
    Any: st.none() | st.integers() | text,
}


def of_hint(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in OF_TYPE:
        return OF_TYPE[hint]
    if origin is Annotated:
        return of_hint(inner[0])
    if origin in (Union, UnionType):
        return st.one_of(*(st.none() if one is NoneType else of_hint(one) for one in inner))
    if origin is tuple:
        return st.lists(of_hint(inner[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(text, of_hint(inner[1]), max_size=3)
    return payloads(hint)


def payloads(cls: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls, include_extras=True)
    return st.builds(cls, **{one.name: of_hint(hints[one.name]) for one in dataclasses.fields(cls)})


@pytest.mark.parametrize("cls", PAYLOADS.values(), ids=PAYLOADS)
def test_what_is_written_is_read_back(cls: type[Payload]) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(payloads(cls))
    def holds(made: Payload) -> None:
        data = made.to_json()
        again = read(cls.type, json.loads(json.dumps(data, allow_nan=False)))
        assert again.to_json() == data
        assert again == made
        if isinstance(made, Step):
            at = datetime(2026, 3, 2, tzinfo=UTC)
            assert isinstance(again, Step)
            assert again.happened(at) == made.happened(at)

    holds()


def test_a_record_that_was_not_looked_at_tells_no_stamp_of_it() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    ref = Ref(system="sales", obj="Lead", id="1")
    looked = payload.RecordSeen(ref=ref, raw={}, values={}, status="")
    assert looked.to_json() == {
        "ref": "sales:Lead:1", "raw": {}, "values": {}, "status": "", "changed_at": "",
    }  # fmt: skip
    gone = payload.RecordSeen(ref=ref, deleted=True)
    assert gone.to_json() == {"ref": "sales:Lead:1", "deleted": True}
    assert dataclasses.replace(looked, changed_at=at).to_json()["changed_at"][:10] == "2026-03-02"


def test_instants_are_in_utc_whatever_zone_they_came_in() -> None:
    there = timezone(timedelta(hours=2))
    made = payload.SalesTouched(since=datetime(2026, 3, 2, 11, tzinfo=there))
    assert made.since is not None
    assert made.since.tzinfo is UTC
    assert made.to_json() == {"since": "2026-03-02T09:00:00.000000Z"}


def test_no_value_stands_in_a_repr() -> None:
    made = payload.Reinstated(by="Dana", why="they wrote")
    assert repr(made) == "Reinstated()"
    assert repr(payload.Unknown("x", {"mail": "jo@buyer.example"})) == "Unknown()"


def test_the_steps_of_a_lifecycle_are_those_that_its_order_knows() -> None:
    steps = {name for name, one in PAYLOADS.items() if issubclass(one, Step)}
    # a first look is the step `known`, a take-over `adopted`, and what is taken back is none
    told = {"taken_over": "adopted"}
    assert {told.get(one, one) for one in steps - {"first_seen", WITHDRAWN}} == set(RANK)


def test_every_payload_of_the_room_is_known_by_its_type() -> None:
    found = set()
    for path in ROOM.glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(_is_name(one, "type") for one in node.body):
                found.add(node.name)
    assert found - {"Payload"} == {one.__name__ for one in PAYLOADS.values()}


def _is_name(node: ast.stmt, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else []
    return any(isinstance(one, ast.Name) and one.id == name for one in targets)


def _moved_up(data: dict[str, Any]) -> dict[str, Any]:
    return {"owner": data["rep"]}


@entry
class Second(Payload):
    """A payload whose second version calls its field otherwise."""

    type = "second"
    upgrades = (_moved_up,)
    owner: str


def test_a_payload_of_an_earlier_version_is_read_as_one_of_today() -> None:
    assert Second.read({"rep": "ann"}) == Second(owner="ann")
    assert Second(owner="ann").to_json() == {"owner": "ann", "$v": 2}
    assert Second.read({"owner": "ann", "$v": 2}) == Second(owner="ann")
    with pytest.raises(LedgerError, match="version 3; this build of crmbridge knows versions up t"):
        Second.read({"owner": "ann", "$v": 3})


WRITES_JSON = {"crmbridge/store/events.py"}
"""Who makes contents of what lies in the ledger."""
TAKES_JSON = {
    "crmbridge/store/chain.py",
    "crmbridge/store/events.py",
    "crmbridge/store/export.py",
    "crmbridge/store/lean.py",
    "crmbridge/store/projection/on/routing.py",
    "crmbridge/report/explain/history.py",
    "crmbridge/flows/explain/whole.py",
}
"""Who hands an entry's JSON on as a whole: to the ledger, to a lead's promise, to a document."""


def modules() -> Iterator[tuple[str, ast.AST]]:
    rooms = (ROOT / "crmbridge", ROOT / "connectors")
    for path in (path for room in rooms for path in sorted(room.rglob("*.py"))):
        name = path.relative_to(ROOT).as_posix()
        if ROOM not in path.parents and name != "crmbridge/model/event.py":
            yield name, ast.parse(path.read_text("utf-8"))


def is_json(node: ast.AST) -> bool:
    """`event.content.json`, or a payload written."""
    if isinstance(node, ast.Attribute) and node.attr == "json":
        return isinstance(node.value, ast.Attribute | ast.Name) and _last(node.value) == "content"
    return False


def _last(node: ast.Attribute | ast.Name) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id


def test_nobody_but_the_room_reads_or_makes_the_data_of_entries_by_their_keys() -> None:
    wrong = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript | ast.Attribute) and is_json(node.value):
                wrong.append(f"{name}:{node.lineno} takes the JSON of an entry apart")
            if is_json(node) and name not in TAKES_JSON:
                wrong.append(f"{name}:{node.lineno} has no need of the JSON of entries")
            made = isinstance(node, ast.Attribute) and node.attr == "stored"
            if made and _of_content(node) and name not in WRITES_JSON:
                wrong.append(f"{name}:{node.lineno} makes an entry of JSON")
    assert wrong == []


def _of_content(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "Content"


def test_the_search_for_keys_finds_them() -> None:
    tree = ast.parse("a = event.content.json['x']\nb = one.content.json.get('x')\nc = f.json['x']")
    found = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript | ast.Attribute) and is_json(node.value)
    ]
    assert sorted(found) == [1, 2]


def test_entries_have_no_data_by_which_they_could_be_read() -> None:
    """What AST cannot see, types do: there is no `data` on an entry any more."""
    from crmbridge.model.event import Event

    assert not hasattr(Event, "data")


def test_parts_are_read_as_wholes() -> None:
    room = Capacity(open=3, limit=None, fill=Fraction(1, 3), bar="hot")
    assert Capacity.of(room.to_json()) == room
    score = Score(grade="A1", rating="hot", engagement=40, score_fit=None, given=None)
    assert Score.of(score.to_json()) == score
    assert score.to_json()["given"] == ""
    assert date(2026, 3, 2).isoformat() in json.dumps(
        Changed(before=None, after=date(2026, 3, 2), rule="r").row()
    )
