"""Strict JSON in and out."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.net import jsonx

BAD = {
    "empty": b"",
    "byte order mark": b"\xef\xbb\xbf{}",
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "latin-1": b'"\xe9"',
    "raw surrogate": b'"\xed\xa0\x80"',
    "duplicate key": b'{"a": 1, "a": 1}',
    "duplicate key below": b'[{"x": {"a": 1, "a": 2}}]',
    "duplicate key once cleaned": b'{"a": 1, "a\\u0000": 2}',
    "nan": b"[NaN]",
    "infinity": b"[-Infinity]",
    "overflow": b"[1e999]",
    "negative overflow": b"[-1E+400]",
    "underflow": b"[1e-999]",
    "huge exponent": b"[1e99999999999999999999]",
    "tiny exponent": b"[-0.001e-99999999999999999999]",
    "long whole": b"9" * 401,
    "long fraction": b"0." + b"9" * 400,
    "list depth": b"[" * 65 + b"]" * 65,
    "object depth": b'{"a":' * 65 + b"1" + b"}" * 65,
    "very deep": b"[" * 100_000,
    "trailing text": b"{} {}",
    "trailing comma": b"[1,]",
    "comment": b"{} // x",
    "raw control character": b'"a\x00b"',
    "single quotes": b"{'a': 1}",
    "html": b"<html>",
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_not_plain_bounded_json_is_a_value_error(what: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        jsonx.loads(BAD[what])
    assert type(caught.value) is ValueError
    assert caught.value.__cause__ is None


def test_the_limits_themselves_are_taken() -> None:
    assert jsonx.loads(b"9" * 400) == int("9" * 400)
    assert jsonx.loads(b"[" * 64 + b"]" * 64)
    assert jsonx.loads(b"[1e308, -0.0, 0e999, 0.000e-999]") == [Decimal("1e308"), 0, 0, 0]


def test_fractions_are_decimal_and_whole_numbers_int() -> None:
    values: Any = jsonx.loads(b"[1.10, 1e2, 7, true, null]")
    assert [str(v) for v in values] == ["1.10", "1E+2", "7", "True", "None"]
    assert [type(v) for v in values] == [Decimal, Decimal, int, bool, type(None)]


def test_lone_surrogates_and_nul_are_cleaned_and_counted() -> None:
    value, cleaned = jsonx.parse(rb'{"a\u0000": ["\ud83d\ude00", "\ud800x", "\\ud800"]}')
    assert value == {"a": ["😀", "�x", "\\ud800"]}
    assert cleaned == 2


def test_clean_text_leaves_good_text_alone() -> None:
    assert jsonx.clean_text("Zoë 😀") == ("Zoë 😀", 0)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("-Infinity"),
        Decimal("1e401"),
        "\ud800",
        {"\ud800": 1},
        {1: 2},
        {1, 2},
        b"x",
        object(),
    ],
)
def test_what_json_cannot_say_is_a_value_error(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        jsonx.dumps([value])


def test_endless_nesting_is_a_value_error() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="nested"):
        jsonx.dumps(loop)


def test_decimal_is_written_exactly() -> None:
    value = {"a": Decimal("0.10"), "b": Decimal("1E+3"), "c": Decimal("-0.000000001"), "d": 0.1}
    assert jsonx.dumps(value) == b'{"a":0.10,"b":1000,"c":-0.000000001,"d":0.1}'


def test_empty_containers_and_scalars_are_written() -> None:
    value: list[Any] = [[], {}, (), None, True, False, "é\n", 5]
    assert jsonx.dumps(value) == '[[],{},[],null,true,false,"é\\n",5]'.encode()


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | text,
    lambda inner: st.lists(inner) | st.dictionaries(text, inner),
    max_leaves=20,
)


@given(plain)
def test_what_is_written_is_read_back(value: object) -> None:
    assert jsonx.loads(jsonx.dumps(value)) == value
    assert json.loads(jsonx.dumps(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15))
def test_every_digit_of_a_decimal_comes_back(value: Decimal) -> None:
    back = jsonx.loads(jsonx.dumps([value]))
    assert back == [value]


@given(st.binary())
def test_no_bytes_raise_anything_but_value_error(data: bytes) -> None:
    try:
        value, cleaned = jsonx.parse(data)
    except ValueError as error:
        assert type(error) is ValueError  # noqa: PT017
    else:
        assert json.loads(data.decode()) == value or cleaned
