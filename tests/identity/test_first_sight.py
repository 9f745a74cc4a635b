"""People whom nobody knows: the short way for them writes what the general one writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmbridge.company import Company
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.first_sight import unknown
from crmbridge.flows.read.observe.people import observe_people, preload
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref, Sighting, Status, StatusType
from crmbridge.model.touch import Touch
from crmbridge.store import events, schema
from crmbridge.store.compare import differences
from crmbridge.store.dump import canonical_dump
from crmbridge.store.projection import rebuild
from crmbridge.store.table import Tx
from tests.stages.play import example
from tests.stages.still import seen, still

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OBJECTS = {"contacts": "marketing", "Lead": "sales", "Contact": "sales"}
EMAIL = {"contacts": "email", "Lead": "Email", "Contact": "Email"}


def record(obj: str, number: int, address: str, **more: Any) -> Sighting:
    raw: dict[str, Any] = {EMAIL[obj]: address.upper() or ("  " if "blank" in more else None)}
    values: dict[str, Any] = {"email": address or more.get("blank")}
    more.pop("blank", None)
    if "title" in more:
        name = "jobtitle" if obj == "contacts" else "Title"
        raw[name] = values["title"] = more.pop("title")
    if "opted_out" in more:
        raw["out"] = values["opted_out"] = more.pop("opted_out")
    ref = Ref(system=OBJECTS[obj], obj=obj, id=str(number))
    return Sighting(ref=ref, values=values, raw=raw, **more)


WHENS = st.sampled_from([None, AT - timedelta(days=3), AT + timedelta(days=1)])
STATUS = Status(label="Open - Not Contacted", type=StatusType.OPEN)


@st.composite
def sightings(draw: st.DrawFn) -> Sighting:
    obj = draw(st.sampled_from(sorted(OBJECTS)))
    more: dict[str, Any] = {"changed_at": draw(WHENS), "created_at": draw(WHENS)}
    rarely = st.integers(0, 9)
    if draw(st.booleans()):
        more["title"] = draw(st.sampled_from(["Head", None, "", "  "]))
    if draw(rarely) < 2:
        more["opted_out"] = draw(st.sampled_from([True, False, None]))
    if draw(rarely) == 0:
        more["filtered"] = True
    if draw(rarely) == 0:
        more["deleted"] = True
    if draw(rarely) == 0:
        more["merged_into"] = Ref(system=OBJECTS[obj], obj=obj, id=str(draw(st.integers(0, 6))))
        more["deleted"] = True
    if draw(rarely) == 0:
        more["key"] = draw(st.sampled_from(["nobody", "00" * 16]))
    if draw(rarely) == 0:
        more["absorbed"] = (Ref(system=OBJECTS[obj], obj=obj, id=str(draw(st.integers(0, 6)))),)
    if draw(rarely) == 0 and obj == "Lead":
        more["converted_to"] = Ref(system="sales", obj="Contact", id=str(draw(st.integers(0, 6))))
        more["status"] = Status(label="Closed - Converted", type=StatusType.WON)
    elif obj == "Lead" and draw(st.booleans()):
        more["status"] = STATUS
    if draw(rarely) < 3:
        more["owner"] = "005A"
    if draw(rarely) == 0:
        more["blank"] = ""
    address = draw(st.sampled_from(["", *(f"p{n}@b.example" for n in range(5))]))
    return record(obj, draw(st.integers(0, 6)), address, **more)


def page(company: Company, people: list[Sighting], *, alone: bool) -> None:
    with company.ledger.write("pull") as tx:
        scene = Scene.open(company, tx)
        observe_people(scene, people, Counted(), alone=alone)
        scene.work.flush()


def told(tx: Tx) -> list[Any]:
    """Everything that was written: entries, projections, who is due, what is held."""
    lines: list[Any] = list(canonical_dump(tx))
    lines += [(one, one.content.json) for one in events.since(tx, 0, 1000)]
    for table in (schema.due, schema.shape, schema.held):
        lines += [tuple(row) for row in tx.conn.execute(table.select())]
    return lines


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(pages=st.lists(st.lists(sightings(), max_size=6), min_size=1, max_size=3))
def test_the_two_ways_write_the_same_ledger(pages: list[list[Sighting]]) -> None:
    found = []
    for alone in (False, True):
        with still(example(), at=AT) as (company, clock):
            for people in pages:
                page(company, people, alone=alone)
                clock.advance(timedelta(hours=1))
            with company.ledger.read() as tx:
                found.append(told(tx))
    assert found[0] == found[1]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(pages=st.lists(st.lists(sightings(), max_size=6), min_size=1, max_size=3))
def test_a_rebuild_makes_what_the_short_way_made(pages: list[list[Sighting]]) -> None:
    with still(example(), at=AT) as (company, clock):
        for people in pages:
            page(company, people, alone=True)
            clock.advance(timedelta(hours=1))
        with company.ledger.dry("test") as tx:
            before = list(canonical_dump(tx))
            rebuild(tx)
            assert list(differences(before, canonical_dump(tx))) == []


PLAIN = record("contacts", 1, "a@b.example", title="Head")


@pytest.mark.parametrize(
    ("known", "people", "short"),
    [
        ([], [PLAIN], {"1"}),
        ([], [PLAIN, record("contacts", 2, "")], {"1", "2"}),
        ([], [PLAIN, record("contacts", 2, "a@b.example")], set()),
        ([], [PLAIN, PLAIN], set()),
        ([], [PLAIN, record("Lead", 2, "", absorbed=(PLAIN.ref,))], set()),
        ([], [PLAIN, record("Lead", 2, "x@b.example", status=STATUS)], {"1"}),
        (
            [],
            [PLAIN, record("contacts", 2, "", deleted=True, merged_into=PLAIN.ref)],
            set(),
        ),
        ([PLAIN], [PLAIN], set()),
        ([PLAIN], [record("contacts", 2, "a@b.example")], set()),
        ([], [record("contacts", 1, "a@b.example", opted_out=True)], set()),
        ([record("Lead", 9, "a@b.example", opted_out=True, filtered=True)], [PLAIN], set()),
        (
            [
                Touch(
                    ref=Ref(system="marketing", obj="form:1", id="s1"),
                    at=AT,
                    kind="form",
                    email="a@b.example",
                )
            ],
            [PLAIN],
            set(),
        ),
    ],
)
def test_who_goes_the_short_way(known: list[Any], people: list[Sighting], short: set[str]) -> None:
    with still(example(), at=AT) as (company, _clock):
        for one in known:
            seen(company, [one])
        with company.ledger.dry("test") as tx:
            scene = Scene.open(company, tx)
            preload(scene, people)
            assert {ref.id for ref in unknown(scene, people)} == short
