"""An echo puts back what was there, as far as the vendor lets it, and says the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from crmbridge.errors import Refused
from crmbridge.model.record import Field, Outcome, Record, Row, Value, Written
from crmbridge.testing.attempt import echo

FIELDS = (
    Field(name="name", type="text"),
    Field(name="size", type="number", scale=0),
    Field(name="owner", type="ref"),
    Field(name="seen", type="text", writable=False),
)


class Vendor:
    """One record, whose owner cannot be taken away and whose name loses blanks at its ends."""

    def __init__(self, **held: Value) -> None:
        self.held: dict[str, Value] = {"name": None, "size": None, "owner": None, **held}
        self.writes = 0

    def describe(self, obj: str) -> tuple[Field, ...]:
        return FIELDS

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        if values != ["1"]:
            return []
        return [Record(obj=obj, id="1", values={name: self.held[name] for name in fields})]

    def write(self, obj: str, rows: Sequence[Row]) -> list[Written]:
        self.writes += 1
        (row,) = rows
        if "owner" in row.values and row.values["owner"] is None:
            return [Written(op=row.op, outcome=Outcome.REFUSED, code="owner_left", field="owner")]
        for name, value in row.values.items():
            self.held[name] = value.strip() if isinstance(value, str) else value
        return [Written(op=row.op, outcome=Outcome.DONE, id="1")]


def told(vendor: Any, **values: str) -> dict[str, str]:
    return {one.name: one.told for one in echo(vendor, "people", "1", values)}


def test_what_was_there_is_there_again() -> None:
    vendor = Vendor(name="Ann", size=3)
    assert set(told(vendor, name="Ben", size="4").values()) == {"kept as it was sent"}
    assert (vendor.held["name"], vendor.held["size"]) == ("Ann", 3)
    assert vendor.writes == 2


def test_a_field_that_cannot_be_put_back_keeps_no_other_from_it() -> None:
    vendor = Vendor(name="Ann", size=3)
    said = told(vendor, name="Ben", size="4", owner="u_1")
    assert (vendor.held["name"], vendor.held["size"]) == ("Ann", 3)
    assert said["name"] == "kept as it was sent"
    assert "NOT PUT BACK" in said["owner"]
    assert vendor.held["owner"] == "u_1"


def test_a_form_that_is_the_same_to_people_is_said() -> None:
    assert "the same to people" in told(Vendor(), name=" Ann ")["name"]


@pytest.mark.parametrize(
    ("values", "why"),
    [({"seen": "x"}, "seen"), ({"nothing": "x"}, "nothing"), ({"size": "many"}, "size")],
)
def test_what_cannot_be_sent_is_said_before_anything_is(values: dict[str, str], why: str) -> None:
    vendor = Vendor(name="Ann")
    with pytest.raises(Refused, match=why):
        told(vendor, **values)
    assert vendor.writes == 0


def test_a_record_that_is_not_there_is_said() -> None:
    with pytest.raises(Refused, match="no live record"):
        echo(Vendor(), "people", "2", {"name": "x"})  # type: ignore[arg-type]
