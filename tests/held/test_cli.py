"""Held work: listed, shown, sent again, resolved."""

import pytest

from crmbridge.store import held
from crmbridge.store.table import Tx
from tests.stages.line import Desk, Line
from tests.stages.places import START


def put(tx: Tx, kind: str, **more: str) -> str:
    detail = {"record": "sales:Lead:1", "label": "\x1b[1mOdd"}
    return held.put(tx, kind, advice="Mend it.", detail=detail, at=START, **more)


@pytest.fixture
def two(bare: Line) -> tuple[str, str]:
    with bare.ledger() as ledger, ledger.write("test") as tx:
        return put(tx, "two_records", lead="l1", op="a"), put(tx, "unmapped_status", op="b")


def test_held_work_is_listed_without_its_details(bare: Line, two: tuple[str, str]) -> None:
    data = bare.json("held", "list")
    assert {one["id"] for one in data["held"]} == set(two)
    assert "detail" not in data["held"][0]
    assert "two_records" in bare.ok("held", "list").out
    only = bare.json("held", "list", "--kind", "two_records")
    assert [one["kind"] for one in only["held"]] == ["two_records"]


def test_held_work_is_shown_whole_by_the_beginning_of_its_id(
    bare: Line, two: tuple[str, str]
) -> None:
    assert bare.json("held", "show", two[0][:8])["advice"] == "Mend it."
    text = bare.ok("held", "show", two[0]).out
    assert "record: sales:Lead:1" in text
    assert "\\x1b[1mOdd" in text


def test_unknown_held_work_is_an_error(bare: Line, two: tuple[str, str]) -> None:
    for text in ("feedfeed", two[0][:2]):
        said = bare.run("held", "show", text)
        assert said.code == 1
        assert "held list" in said.err


def test_resolved_work_is_gone_from_the_list_and_is_not_resolved_twice(
    bare: Line, two: tuple[str, str]
) -> None:
    bare.ok("held", "resolve", two[0])
    assert [one["id"] for one in bare.json("held", "list")["held"]] == [two[1]]
    assert len(bare.json("held", "list", "--all")["held"]) == 2
    said = bare.run("held", "resolve", two[0])
    assert (said.code, "already" in said.err) == (1, True)


def test_work_held_without_a_write_makes_its_lead_due(bare: Line, two: tuple[str, str]) -> None:
    assert bare.json("held", "retry", two[0]) == {
        "id": two[0],
        "again": 0,
        "replaced": 0,
        "stays": False,
    }
    assert bare.json("status")["companies"][0]["due"] == 1


def test_a_refused_write_goes_out_again_after_the_cause_was_mended(desk: Desk) -> None:
    desk.armed()
    rule = {"object": "Lead", "when": [{"field": "Company", "op": "equals", "value": "Odd"}]}
    desk.box.sales.config(validation_rules=[rule | {"message": "Not this one"}])
    desk.contact("jo@buyer.example", lastname="Kern", company="Odd")
    desk.form("jo@buyer.example")
    desk.ok("sync")
    (one,) = desk.json("held", "list")["held"]
    assert "Not this one" in one["advice"]
    assert "held" in desk.ok("explain", "jo@buyer.example").out
    desk.box.sales.config(validation_rules=[])
    said = desk.ok("held", "retry", one["id"][:8])
    assert "next `crmbridge sync`" in said.out
    desk.ok("sync")
    assert desk.lead("jo@buyer.example")["LastName"] == "Kern"
    assert desk.json("held", "list")["held"] == []
    assert "a person sends held work again" in desk.ok("history", "jo@buyer.example").out
    assert desk.json("ledger", "rebuild")["equal"] is True
