"""Column types refuse what they could not give back."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from crmbridge.model.event import Kind
from crmbridge.store import cursors, schema
from crmbridge.store.ledger import Ledger
from crmbridge.store.types import (
    Choice,
    Flag,
    Instant,
    JsonBlob,
    KindCode,
    Mark,
    OpaqueJson,
    Packed,
    as_kept,
)

DIALECT: Any = None

TEXTS = (
    *("", "lead1", "é\ud800", "gone", "0" * 32, "af" * 16, "af" * 32, "AF" * 16, "x" * 15),
    *("x" * 16, "x" * 31, "x" * 32, "\x01" * 15, "\x03", "00000000-0000-5000-8000-000000000000"),
    *("00000000-0000-5000-8000-00000000000", "z0000000-0000-5000-8000-000000000000"),
)
"""Ids and hashes as they are, and whatever else may stand in their place."""


def both_ways(column: Any, value: Any) -> Any:
    return column.process_result_value(column.process_bind_param(value, DIALECT), DIALECT)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (Instant(), datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)),
        (Flag(), True),
        (Flag(), False),
        (Choice(Kind), Kind.SETTLED),
        (JsonBlob(), {"é": ["\ud800", None, 1, True]}),
        (OpaqueJson(), {"é": ["\ud800", None, 1, True]}),
        (KindCode(), Kind.DELIVERED),
        *((Packed(size), text) for size in (16, 32) for text in TEXTS),
    ],
)
def test_a_value_comes_back_as_it_went_in(column: Any, value: Any) -> None:
    assert both_ways(column, value) == value
    assert both_ways(column, None) is None


def test_instants_are_kept_as_numbers_that_sort_by_time() -> None:
    east = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=5)))
    stored = Instant().process_bind_param(east, DIALECT)
    assert stored == 1_772_424_000_000_000
    before = Instant().process_bind_param(datetime(1969, 12, 31, tzinfo=UTC), DIALECT)
    assert isinstance(before, int)
    assert before < 0
    assert both_ways(Instant(), datetime(1969, 12, 31, 1, 2, 3, 4, UTC)).microsecond == 4


@pytest.mark.parametrize("size", [16, 32])
def test_no_two_texts_are_packed_alike(size: int) -> None:
    packed = [Packed(size).process_bind_param(text, DIALECT) for text in TEXTS]
    assert len(set(packed)) == len(TEXTS)


@given(st.text(), st.text(), st.sampled_from([16, 32]))
def test_any_text_is_packed_and_read_back(one: str, two: str, size: int) -> None:
    column = Packed(size)
    assert both_ways(column, one) == one
    stored = [column.process_bind_param(text, DIALECT) for text in (one, two)]
    assert (stored[0] == stored[1]) == (one == two)


def test_a_key_is_kept_as_its_digest_and_can_be_written_again() -> None:
    kept = both_ways(Mark(), "acme:sales:Lead:1")
    assert kept == as_kept("acme:sales:Lead:1") != "acme:sales:Lead:1"
    assert both_ways(Mark(), kept) == kept
    assert (both_ways(Mark(), ""), both_ways(Mark(), None), as_kept("")) == ("", "", "")


def test_json_has_one_form() -> None:
    assert OpaqueJson().process_bind_param({"b": 1, "a": 2}, DIALECT) == b'{"a":2,"b":1}'


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (Instant(), datetime(2026, 3, 2)),  # noqa: DTZ001
        (JsonBlob(), float("nan")),
        (OpaqueJson(), float("inf")),
        (Choice(Kind), "lost"),
        (KindCode(), "lost"),
    ],
)
def test_what_cannot_be_kept_is_refused(column: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"time zone|not JSON compliant|is no Kind"):
        column.process_bind_param(value, DIALECT)


def test_a_state_that_does_not_exist_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StatementError, match="is no HeldState"), ledger.write("t") as tx:
        tx.conn.execute(schema.held.update().values(state="lost"))
    with ledger.read() as tx:
        assert cursors.get_meta(tx, "none") is None


def test_every_personal_payload_has_its_person_beside_it() -> None:
    opaque = {
        table.name
        for table in schema.metadata.tables.values()
        if any(isinstance(column.type, OpaqueJson) for column in table.columns)
    }
    person = {"lead": "id", "vendor_user": "ref", "deal": "id", "firm": "id"}
    named = {
        name
        for name, table in schema.metadata.tables.items()
        if name in opaque and person.get(name, "lead") in table.columns
    }
    people = {
        *("event", "lead", "ref", "touch", "deal", "firm", "vendor_user", "queue", "op", "held"),
        "rating",
    }
    assert opaque == named == people
