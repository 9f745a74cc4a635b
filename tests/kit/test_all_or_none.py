"""Rows of which a vendor takes all or none, to one that is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from crmbridge.errors import RefusalCause, Unavailable
from crmbridge.kit import words
from crmbridge.kit.keys import keyed
from crmbridge.kit.writing import AllOrNone
from crmbridge.model.record import Outcome, Record, Row, Value, Written


class Vendor:
    """Records by id with their keys; a bad value spoils a call, `blind` ones without a word."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.values: dict[str, dict[str, Value]] = {}
        self.calls: list[list[str]] = []
        self.looks = 0
        self.blind = self.silent = False

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        self.looks += 1
        held = [(own, key) for own, key in self.keys.items() if key in values]
        return [Record(obj=obj, id=own, values={by: key}) for own, key in held]

    def load(self, rows: Sequence[tuple[str, Row]]) -> tuple[list[str], dict[object, Any]]:
        self.calls.append([row.op for _, row in rows])
        if self.silent:
            return [], {}
        bad = {n: "bad" for n, (_, row) in enumerate(rows) if row.values.get("name") == "bad"}
        gone = {n: "gone" for n, (own, _) in enumerate(rows) if own and own not in self.keys}
        if bad or gone:
            return [], {"all": "no"} if self.blind else {**bad, **gone}
        for own, row in rows:
            key = own or f"new {row.key}"
            self.keys.setdefault(key, row.key)
            self.values.setdefault(key, {}).update(row.values)
        return [own or f"new {row.key}" for own, row in rows], {}


class Load(AllOrNone):
    batch: ClassVar[int] = 4

    def __init__(self, vendor: Vendor, rows: Sequence[Row]) -> None:
        super().__init__("lead", rows, "our_key", vendor.find)
        self.vendor = vendor

    def body(self, row: Row) -> Row:
        assert row.id or keyed(row)
        return row

    def together(self, numbers: Sequence[int]) -> tuple[Sequence[object], Mapping[object, Any]]:
        return self.vendor.load([(self.id_of(self.rows[n]), self.rows[n]) for n in numbers])

    def blamed(self, row: Row, said: Any) -> Written:
        return (
            words.gone(row, "gone") if said == "gone" else words.refused(row, "bad", "bad", "name")
        )


def row(number: int, name: str = "good", ident: str = "", **more: Value) -> Row:
    values = {"name": name, **more}
    return Row(op=f"op{number}", key=f"k{number}", id=ident, values=values)


def written(vendor: Vendor, *rows: Row) -> list[Written]:
    run = Load(vendor, rows)
    run.run()
    return [run.results[number] for number in range(len(rows))]


@pytest.fixture
def vendor() -> Vendor:
    return Vendor()


def test_a_key_makes_one_record_and_later_rows_go_to_it_by_id(vendor: Vendor) -> None:
    told = written(vendor, row(1), row(2), row(1, "later"))
    assert [(one.outcome, one.id, one.created) for one in told] == [
        (Outcome.DONE, "new k1", True),
        (Outcome.DONE, "new k2", True),
        (Outcome.DONE, "new k1", False),
    ]
    assert vendor.calls == [["op1", "op2"], ["op1"]]
    assert vendor.looks == 1
    (again,) = written(vendor, row(1))
    assert (again.id, again.created) == ("new k1", False)


def test_who_is_blamed_is_refused_and_the_rest_is_sent_again(vendor: Vendor) -> None:
    vendor.keys["7"] = "k7"
    told = written(vendor, row(1), row(2, "bad"), row(3))
    assert [one.outcome for one in told] == [Outcome.DONE, Outcome.REFUSED, Outcome.DONE]
    assert vendor.calls == [["op1", "op2", "op3"], ["op1", "op3"]]
    told = written(vendor, row(7, ident="7"), row(8, ident="8"))
    assert [one.outcome for one in told] == [Outcome.DONE, Outcome.GONE]
    assert vendor.looks == 1  # rows with an id are not looked up


def test_a_call_that_blames_nobody_is_halved_until_the_bad_row_stands_alone(
    vendor: Vendor,
) -> None:
    vendor.blind = True
    told = written(vendor, row(1), row(2), row(3, "bad"), row(4))
    assert [one.outcome for one in told] == [
        Outcome.DONE,
        Outcome.DONE,
        Outcome.REFUSED,
        Outcome.DONE,
    ]


def test_an_answer_that_says_nothing_is_unknown_for_all(vendor: Vendor) -> None:
    vendor.silent = True
    told = written(vendor, row(1), row(2))
    assert {one.outcome for one in told} == {Outcome.UNKNOWN}


def test_rows_with_other_fields_go_by_themselves(vendor: Vendor) -> None:
    written(vendor, row(1), row(2, size=3), row(3))
    assert sorted(vendor.calls) == [["op1", "op3"], ["op2"]]


def test_a_key_that_several_records_have_is_for_a_person(vendor: Vendor) -> None:
    vendor.keys |= {"5": "k1", "6": "k1"}
    told = written(vendor, row(1), row(2))
    assert [one.outcome for one in told] == [Outcome.AMBIGUOUS, Outcome.DONE]


def test_a_look_that_fails_writes_nothing(vendor: Vendor) -> None:
    class Down(Vendor):
        def find(self, *_: Any) -> list[Record]:
            raise Unavailable("later")

    with pytest.raises(Unavailable):
        written(Down(), row(1))


def test_an_owner_who_cannot_be_one_is_refused_before_anything_is_sent(vendor: Vendor) -> None:
    rows = [row(1, owner="7"), row(2, owner="8"), row(3)]
    run = Load(vendor, rows)
    assert run.named("owner") == ["7", "8"]
    run.refuse_but({"7"}, "owner", "no such user")
    run.run()
    told = run.results[1]
    assert (told.outcome, told.cause, told.field) == (
        Outcome.REFUSED,
        RefusalCause.OWNER,
        "owner",
    )
    assert "op2" not in [op for call in vendor.calls for op in call]
    assert run.results[0].outcome is run.results[2].outcome is Outcome.DONE
