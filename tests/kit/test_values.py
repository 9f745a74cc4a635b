"""Typed values, options, and a vendor's words: what a connector makes of what it is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from crmbridge.errors import (
    AuthFailed,
    ConfigError,
    ConnectorError,
    NotSupported,
    Refused,
    Throttled,
    Unavailable,
    Unknown,
)
from crmbridge.kit import fields, words
from crmbridge.kit.options import (
    CALLS,
    DECLARED,
    PRIORITY,
    SWITCH,
    Number,
    OneOf,
    Table,
    Text,
    applied,
    option,
    parsed,
)
from crmbridge.model.limits import Budget, Limits
from crmbridge.model.record import Outcome, Row, Written

READERS: fields.Readers = {
    "text": str,
    "int": fields.whole,
    "decimal": fields.exact,
    "bool": fields.flag,
    "datetime": lambda raw: fields.in_utc(str(raw)),
    "multi": fields.multi,
    "": fields.as_it_is,
}


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("int", Decimal("42.5")),
        ("int", "many"),
        ("bool", "true"),
        ("datetime", "2026-11-02T09:00:00"),
        ("datetime", 5),
        ("unheard of", "x"),
    ],
)
def test_what_is_not_of_its_type_is_unreadable_and_nothing_else(kind: str, raw: object) -> None:
    with pytest.raises(fields.Unreadable):
        fields.typed(READERS, kind, raw)


def test_a_row_gives_what_it_carries_and_tells_of_what_is_odd() -> None:
    raw = {"a": "x", "n": "soon", "none": None, "up": {"b": True}, "flat": 1}
    kinds = {"a": "text", "n": "int", "none": "int", "up.b": "", "flat.c": "text", "z": "text"}
    odd: list[str] = []
    found = fields.values_of(raw, kinds, READERS, odd.append)
    assert (found, odd) == ({"a": "x", "none": None, "up.b": True}, ["n"])


def test_values_go_out_in_one_form() -> None:
    at = datetime(2026, 11, 2, 10, 0, 0, 250_999, tzinfo=timezone(timedelta(hours=1)))
    assert fields.iso(at) == "2026-11-02T09:00:00.250Z"
    assert fields.iso(date(2026, 2, 28)) == "2026-02-28"
    assert fields.joined(["a", "b"]) == "a;b"
    with pytest.raises(ValueError, match="semicolon"):
        fields.joined(["a;b"])
    with pytest.raises(ValueError, match="zone"):
        fields.iso(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("data", [None, 3, "text", [1, None], {"a": 1}])
def test_json_of_any_shape_has_a_safe_reading(data: object) -> None:
    assert all(isinstance(each, Mapping) for each in fields.items(data))
    assert isinstance(fields.mapping(data), Mapping)
    assert isinstance(fields.first(data), Mapping)
    assert isinstance(fields.text(data), str)


def test_a_description_is_asked_for_once_in_a_while_and_its_changes_are_counted() -> None:
    now, asked = [0.0], list[str]()
    answers = iter(["one", "one", "two", "three"])

    def fetch(obj: str) -> str:
        asked.append(obj)
        return next(answers)

    known = fields.Described(fetch, 60.0, lambda: now[0])
    assert [known.get("lead"), known.get("lead")] == ["one", "one"]
    now[0] = 61.0
    assert (known.get("lead"), known.changes) == ("one", 0)
    assert (known.renew("lead"), known.changes) == ("two", 1)
    known.forget(["lead", "deal"])
    assert (known.get("lead"), known.changes, len(asked)) == ("three", 1, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    key: str = option(Text(pattern=re.compile(r"\w+"), what="a name"), "own")
    seconds: int = option(Number(least=600, most=900), 600)
    wait: float = option(Number(least=0, most=60, whole=False, above=True), 30.0)
    on: bool = option(SWITCH, True)
    way: str = option(OneOf(("refuse", "allow")), "refuse")
    priority: int = option(PRIORITY, 1)
    limits: Mapping[str, int] = option(Table({"daily": CALLS}), {})
    length: timedelta = option(Number(least=1, most=9), 2, lambda hours: timedelta(hours=hours))


def test_options_are_what_they_are_declared_to_be() -> None:
    found = parsed(Options, "Vendor", {"seconds": 700, "limits": {"daily": 5}, "length": 3})
    assert (found.key, found.seconds, dict(found.limits)) == ("own", 700, {"daily": 5})
    assert (found.length, parsed(Options, "Vendor", {}).length) == (
        timedelta(hours=3),
        timedelta(hours=2),
    )


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"sconds": 700}, "Vendor has no option 'sconds'; did you mean 'seconds'?"),
        ({"key": "a b"}, "Vendor option 'key': give a name"),
        ({"key": 3}, "Vendor option 'key': give a name"),
        ({"seconds": 599}, "Vendor option 'seconds': give a whole number, 600 to 900"),
        ({"seconds": 700.5}, "Vendor option 'seconds': give a whole number"),
        ({"seconds": True}, "Vendor option 'seconds': give a whole number"),
        ({"wait": 0}, "Vendor option 'wait': give a number, above 0, up to 60"),
        ({"on": 1}, "Vendor option 'on': give true or false"),
        ({"way": "maybe"}, "Vendor option 'way': give refuse or allow"),
        ({"priority": True}, "Vendor option 'priority': give 0 or 1 or 2 or 3"),
        ({"limits": {"weekly": 1}}, "Vendor option 'limits': give a table with daily"),
        ({"limits": {"daily": 0}}, "Vendor option 'limits': give daily a whole number, 1 to"),
        ({"limits": 5}, "Vendor option 'limits': give a table with daily"),
    ],
)
def test_a_wrong_option_is_answered_with_what_it_takes(config: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(Options, "Vendor", config)
    assert str(caught.value).startswith(said)


def test_the_companys_own_calls_are_in_the_limits_with_their_source() -> None:
    budgets = tuple(
        Budget(name=name, calls=10, seconds=1.0, share=1.0, source="the vendor")
        for name in ("daily", "burst")
    )
    found = applied(Limits(read_page=1, write_batch=1, budgets=budgets), {"daily": 5}, 7)
    assert [(one.calls, one.source) for one in found.budgets] == [(5, DECLARED), (10, "the vendor")]
    assert found.timeout == 7.0


ROW = Row(op="op", key="lead-1", values={"name": "Zaphod", "tags": ("Beeblebrox",)})


@pytest.mark.parametrize(
    ("error", "outcome", "code", "wait"),
    [
        (Unknown("cut"), Outcome.UNKNOWN, "Unknown", 0.0),
        (Refused("no", code="BAD", field="name"), Outcome.REFUSED, "BAD", 0.0),
        (Refused("no"), Outcome.REFUSED, "Refused", 0.0),
        (NotSupported("no"), Outcome.REFUSED, "NotSupported", 0.0),
        (Unavailable("down"), Outcome.LATER, "Unavailable", 0.0),
        (Throttled("slow", retry_after=3), Outcome.LATER, "THROTTLED", 3.0),
        (Throttled("over", retry_after=9, daily=True), Outcome.LATER, "DAILY", 9.0),
        (AuthFailed("no"), Outcome.LATER, "AuthFailed", 0.0),
    ],
)
def test_an_error_of_a_whole_call_says_what_became_of_its_rows(
    error: ConnectorError, outcome: Outcome, code: str, wait: float
) -> None:
    told = words.failed(ROW, error)
    assert (told.op, told.outcome, told.code, told.retry_after) == ("op", outcome, code, wait)
    assert told.id == ""


def test_what_is_not_settled_is_worst() -> None:
    order = [Outcome.DONE, Outcome.REFUSED, Outcome.MOVED, Outcome.LATER, Outcome.UNKNOWN]
    results = [Written(op="op", outcome=one, id=one.value) for one in order]
    for better, worse in pairwise(results):
        assert words.worse(better, worse).outcome is worse.outcome
        assert words.worse(worse, better).outcome is worse.outcome
    assert words.worse(results[0], results[3]).id == "done"


def test_a_vendors_words_lose_the_person_in_them() -> None:
    said = 'zaphod  BEEBLEBROX of "Heart of Gold", a@b.example, +49 (170) 123 45 67, is odd'
    told = words.scrub(said, ROW.values, (words.ADDRESS, words.NUMBER), 200)
    assert told == '… … of "Heart of Gold", … …, is odd'
    assert "Gold" not in words.scrub(said, {}, (words.QUOTED,), 200)
    assert len(words.scrub("x" * 900, {}, (), 200)) == 200


def test_a_survivor_that_took_a_row_is_where_the_record_lives() -> None:
    known = Row(op="op", key="k", id="1", values={})
    assert words.done("lead", known, "1").outcome is Outcome.DONE
    told = words.done("lead", known, "2")
    assert (told.outcome, told.id, told.moved_to) == (Outcome.MOVED, "2", ("lead", "2"))


def test_the_epoch_is_counted_in_whole_milliseconds() -> None:
    assert fields.millis(datetime(1970, 1, 1, 0, 0, 1, 1_999, tzinfo=UTC)) == 1_001
