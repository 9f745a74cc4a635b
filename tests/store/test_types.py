"""Column types refuse what they could not give back."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy.exc import StatementError

from crmbridge.model.event import Kind
from crmbridge.store import cursors, schema
from crmbridge.store.ledger import Ledger
from crmbridge.store.types import Choice, Flag, Instant, JsonBlob, OpaqueJson

DIALECT: Any = None


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
    ],
)
def test_a_value_comes_back_as_it_went_in(column: Any, value: Any) -> None:
    assert both_ways(column, value) == value
    assert both_ways(column, None) is None


def test_instants_are_kept_in_utc_and_sort_as_text() -> None:
    east = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=5)))
    stored = Instant().process_bind_param(east, DIALECT)
    assert stored == "2026-03-02T04:00:00.000000Z"


def test_json_has_one_form() -> None:
    assert OpaqueJson().process_bind_param({"b": 1, "a": 2}, DIALECT) == b'{"a":2,"b":1}'


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (Instant(), datetime(2026, 3, 2)),  # noqa: DTZ001
        (JsonBlob(), float("nan")),
        (OpaqueJson(), float("inf")),
        (Choice(Kind), "lost"),
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
    named = {
        table.name for table in schema.metadata.tables.values() if "person_key" in table.columns
    }
    people = {
        *("event", "lead", "ref", "touch", "deal", "firm", "vendor_user", "queue", "op", "held"),
    }
    assert opaque == named == people
