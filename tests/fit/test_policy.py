"""Each sort of value against each sort of field: what is sent, and what is the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.model.record import Field, Value
from crmbridge.policy.fit.fit import Why, fit
from crmbridge.policy.fit.same import same
from crmbridge.policy.fit.text import cut
from crmbridge.policy.merge import ABSENT, Merged, merge

BERLIN = ZoneInfo("Europe/Berlin")
LATE = datetime(2026, 3, 2, 23, 30, 5, 123456, tzinfo=UTC)
TEN = Field(name="f", type="text", length=10)
PICKS = ("New", "Old", "Very old")


def of(kind: str, **more: object) -> Field:
    return Field(name="f", type=kind, **more)  # type: ignore[arg-type]


FITS: list[tuple[Value, Field, Value]] = [
    ("short", TEN, "short"),
    ("0123456789", TEN, "0123456789"),
    ("0123456789A", TEN, "0123456789"),
    (("a", "b"), of("text"), "a;b"),
    (250, of("text", length=3), "250"),
    (Decimal("1.50"), of("text"), "1.5"),
    (Decimal("1E+2"), of("text"), "100"),
    (True, of("text"), "true"),
    (LATE, of("text"), "2026-03-02T23:30:05.123Z"),
    (date(2026, 3, 2), of("text"), "2026-03-02"),
    ("250", of("number"), 250),
    (" 2.50 ", of("number"), Decimal("2.50")),
    (Decimal("2.345"), of("number", scale=2), Decimal("2.35")),
    (Decimal("-0.5"), of("number", scale=0), -1),
    (999, of("number", digits=3, scale=0), 999),
    ("yes", of("bool"), True),
    ("0", of("bool"), False),
    (1, of("bool"), True),
    (LATE, of("date"), date(2026, 3, 3)),
    (date(2026, 3, 2), of("date"), date(2026, 3, 2)),
    ("2026-03-02", of("date"), date(2026, 3, 2)),
    ("2026-03-02T23:30:00Z", of("date"), date(2026, 3, 3)),
    (LATE, of("datetime"), datetime(2026, 3, 2, 23, 30, 5, 123000, tzinfo=UTC)),
    (date(2026, 3, 2), of("datetime"), datetime(2026, 3, 2, 11, tzinfo=UTC)),
    ("old", of("enum", choices=PICKS), "Old"),
    (("Old",), of("enum", choices=PICKS), "Old"),
    ("Other", of("enum", choices=PICKS, restricted=False), "Other"),
    ("Other", of("enum"), "Other"),
    (True, of("enum", choices=("Yes", "No")), "Yes"),
    (("old", "New"), of("multi", choices=PICKS), ("New", "Old")),
    ("Old;New;Old", of("multi", choices=PICKS), ("New", "Old")),
    ("Old", of("multi", choices=PICKS), ("Old",)),
    ("b; c", of("enum", choices=("A", "B; C")), "B; C"),
    ("Bonn; Ulm", of("enum", choices=PICKS, restricted=False), "Bonn; Ulm"),
    ("00Q1", of("ref"), "00Q1"),
    (None, TEN, None),
    ("", of("date"), None),
]
UNFIT: list[tuple[Value, Field | None, Why]] = [
    ("x", None, Why.MISSING),
    ("x", of("text", writable=False), Why.READ_ONLY),
    (None, of("text", required=True), Why.REQUIRED),
    (12345678901, TEN, Why.LONG),
    (LATE, TEN, Why.LONG),
    ("many", of("number"), Why.NUMBER),
    ("1,5", of("number"), Why.NUMBER),
    (True, of("number"), Why.NUMBER),
    (LATE, of("number"), Why.NUMBER),
    (Decimal("NaN"), of("number"), Why.NUMBER),
    (1000, of("number", digits=3), Why.RANGE),
    (Decimal("999.5"), of("number", digits=3, scale=0), Why.RANGE),
    ("maybe", of("bool"), Why.TRUTH),
    ("soon", of("date"), Why.DAY),
    (7, of("datetime"), Why.DAY),
    ("2026-03-02T10:00:00", of("datetime"), Why.DAY),  # of no zone
    ("Other", of("enum", choices=PICKS), Why.CHOICE),
    (("New", "Old"), of("enum", choices=PICKS), Why.SEVERAL),
    ("New;Old", of("enum", choices=PICKS), Why.SEVERAL),
    (("New", "Other"), of("multi", choices=PICKS), Why.CHOICE),
]


@pytest.mark.parametrize(("value", "field", "sent"), FITS)
def test_a_value_is_sent_as_its_field_can_hold_it(value: Value, field: Field, sent: Value) -> None:
    made = fit(value, field, BERLIN)
    assert (made.value, type(made.value), made.why) == (sent, type(sent), None)
    assert same(made.value, value, BERLIN) or made.note
    assert fit(made.value, field, BERLIN).value == made.value  # it fits from then on


@pytest.mark.parametrize(("value", "field", "why"), UNFIT)
def test_a_value_that_a_field_cannot_hold_is_not_sent(
    value: Value, field: Field | None, why: Why
) -> None:
    made = fit(value, field, BERLIN)
    assert (made.value, made.why) == (None, why)


def test_a_note_has_the_lengths_and_no_word_of_the_value() -> None:
    made = fit("Secret" * 50, of("text", length=255), BERLIN)
    assert made.note == "cut: it is 300 characters, 255 fit"
    assert "Secret" not in repr(made)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("12345678 ab", "12345678"),  # no space is left at the end
        ("12345678e\u0301x", "12345678"),  # an accent stays on its letter
        ("1234567\U0001f469\u200d\U0001f4bb", "1234567"),  # a woman at a computer is one sign
        ("123456789\U0001f44b\U0001f3fd", "123456789"),
        ("123456789\U0001f1e9\U0001f1ea", "123456789"),  # half a flag is another
    ],
)
def test_a_cut_leaves_signs_whole(text: str, left: str) -> None:
    assert cut(text, 9 if len(left) < 9 else 10) == left


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_a_cut_is_the_beginning_and_never_too_long(text: str, length: int) -> None:
    made = cut(text, length)
    assert text.startswith(made)
    assert len(made) <= length


@pytest.mark.parametrize(
    ("held", "ours", "equal"),
    [
        (None, "", True),
        ("a ", "a", True),
        ("A", "a", False),
        (("a", "b"), ("b", "a"), True),
        (("a", "b"), "b; a", True),
        (("a",), ("a", "b"), False),
        ("250", 250, True),
        (Decimal("250.0"), 250, True),
        (True, 1, False),
        ("true", True, True),
        (None, False, False),
        (date(2026, 3, 3), LATE, True),
        (date(2026, 3, 2), LATE, False),
        (LATE.replace(microsecond=0), LATE, True),
        (0, None, False),
    ],
)
def test_two_values_of_a_field_are_the_same_to_people(
    held: Value, ours: Value, equal: bool
) -> None:
    assert same(held, ours, BERLIN) is equal
    assert same(ours, held, BERLIN) is equal


def test_choices_are_merged_as_sets() -> None:
    one, other = ("alpha", "gamma"), ("gamma", "alpha")
    assert merge(ABSENT, one, other, "hold") == Merged(value=one, by="both")
    assert merge(one, other, ("beta",), "hold") == Merged(value=("beta",), by="sales")
