"""Paths of a manifest, and its codecs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crmbridge.kit.fields import Unreadable
from crmbridge.kit.manifest import where
from crmbridge.kit.manifest.codecs import Codecs, plain_text, tagged
from crmbridge.kit.manifest.shape import CodecShape, FieldShape

AT = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
PARTS = {"hour": 9, "minute": 30, "second": 15, "microsecond": 250_000}
DAY = {"__class__": "date", "year": 2026, "month": 3, "day": 2}
DATA = {
    "a": {"b": 1, "none": None},
    "list": [{"v": "x"}, {"v": "y", "primary": True}],
    "party.": {"name": "Ann"},
}


@pytest.mark.parametrize(
    ("path", "held"),
    [
        ("a/b", (1,)),
        ("a/none/deeper", (None,)),
        ("a/gone", None),
        ("list/0/v", ("x",)),
        ("list/?primary/v", ("y",)),
        ("list/?gone/v", ("x",)),
        ("list/-/v", (["x", "y"],)),
        ("list/7/v", None),
        ("party./name", ("Ann",)),
        ("a/b/deeper", None),
    ],
)
def test_a_path_leads_to_its_value(path: str, held: Any) -> None:
    assert where.at(DATA, path) == held


def test_what_is_no_list_of_records_is_told() -> None:
    assert where.rows({"items": [{"item": {"id": 1}}]}, "items", "item") == [{"id": 1}]
    for odd in ({"items": {}}, {}, {"items": [1]}):
        with pytest.raises(TypeError):
            where.rows(odd, "items")


def test_tables_are_nested_and_merged() -> None:
    assert where.nest("custom/a", 1) == {"custom": {"a": 1}}
    made = where.merged({"custom": {"a": 1}, "b": 2}, {"custom": {"c": 3}, "b": 4})
    assert made == {"custom": {"a": 1, "c": 3}, "b": 4}


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("iso", "2026-03-02T09:30:15.250Z"),
        ("seconds", "2026-03-02T09:30:15Z"),
        ("naive", "2026-03-02 09:30:15"),
        ("ms", 1772443815250),
        ("object", {**DAY, "__class__": "datetime", **PARTS}),
    ],
)
def test_a_time_is_written_and_read_as_the_vendor_has_it(kind: Any, sent: Any) -> None:
    codecs, field = Codecs(CodecShape(datetime=kind)), FieldShape(type="datetime")
    assert codecs.write(field, AT) == sent
    whole = AT if kind in ("iso", "ms", "object") else AT.replace(microsecond=0)
    assert codecs.read(field, sent) == whole


@pytest.mark.parametrize(
    ("field", "value", "sent"),
    [
        ({"type": "number"}, Decimal("12.50"), {"__class__": "Decimal", "decimal": "12.50"}),
        ({"type": "number", "codec": "text"}, Decimal("1E+2"), "100"),
        ({"type": "number", "codec": "plain"}, 7, 7),
        ({"type": "date"}, date(2026, 3, 2), DAY),
        ({"type": "ref"}, "7", 7),
        ({"type": "enum", "codec": "plain"}, "12", 12),
        ({"type": "multi"}, ("a", "b"), ["a", "b"]),
        ({"type": "bool"}, False, False),
        ({"type": "text"}, None, None),
        ({"codec": "html"}, "a < b\nc & d", "a &lt; b<br>c &amp; d"),
    ],
)
def test_a_value_is_written_and_reads_back(field: dict[str, Any], value: Any, sent: Any) -> None:
    codecs = Codecs(CodecShape(number="object", date="object", ids="number"))
    shape = FieldShape(**field)
    assert codecs.write(shape, value) == sent
    assert codecs.read(shape, sent) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"type": "number"}, "many"),
        ({"type": "bool"}, "yes"),
        ({"type": "ref"}, "seven"),
        ({"type": "text"}, date(2026, 3, 2)),
        ({"type": "datetime"}, datetime(2026, 3, 2, 9)),  # noqa: DTZ001 - it has no zone
        ({"type": "bool", "one_of": ["out"], "put": {}}, False),
    ],
)
def test_what_a_field_cannot_hold_is_not_sent(field: dict[str, Any], value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        Codecs(CodecShape(ids="number")).write(FieldShape(**field), value)


def test_nulls_are_the_vendors_own_and_a_no_is_none_of_them() -> None:
    codecs = Codecs(CodecShape(nulls=["", False]))
    assert codecs.read(FieldShape(), "") is None
    assert codecs.read(FieldShape(), False) is None
    assert codecs.read(FieldShape(type="bool"), False) is False
    assert Codecs(CodecShape()).read(FieldShape(), "") == ""


def test_yes_and_no_are_read_off_other_values() -> None:
    codecs = Codecs(CodecShape())
    assert codecs.read(FieldShape(type="bool", one_of=["won"]), "won") is True
    assert codecs.read(FieldShape(type="bool", one_of=["won"]), None) is False
    assert codecs.read(FieldShape(type="bool", has="7"), [6, 7]) is True
    assert codecs.read(FieldShape(type="bool", has="7"), None) is False


@pytest.mark.parametrize(
    ("field", "raw"),
    [({}, {"a": 1}), ({"type": "number"}, "x"), ({"type": "date"}, 7), ({"type": "bool"}, "no")],
)
def test_a_value_of_another_type_is_told(field: dict[str, Any], raw: Any) -> None:
    with pytest.raises(Unreadable):
        Codecs(CodecShape()).read(FieldShape(**field), raw)


def test_html_of_people_reads_as_text() -> None:
    assert plain_text("<p>One &amp; two</p><p>three<br/>four</p>") == "One & two\nthree\nfour"
    assert plain_text(tagged("a\nb <c>")) == "a\nb <c>"
