"""Salesforce without a network: names, quoting, ids, values, cursors, options, outcomes."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce import soql
from connectors.salesforce.options import parse_options
from connectors.salesforce.outcomes import is_lost, scrub, settled
from connectors.salesforce.reads import Cursor, parse_cursor
from connectors.salesforce.values import instant, read_record, read_value, schema, write_value
from crmbridge.errors import ConfigError, CursorGone, Refused, Unavailable
from crmbridge.model.record import Outcome, Row

LOOKBACK = timedelta(seconds=900)
LEAD = "00Q000000000001EAA"
KEY = "CrmBridge_Id__c"


def unquote(literal: str) -> str:
    """Read a SOQL literal back by the vendor's own rules: a backslash, then one of nine signs."""
    assert literal[0] == literal[-1] == "'"
    body, out, at = literal[1:-1], [], 0
    signs = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
    while at < len(body):
        assert body[at] != "'", "an unescaped quote ends the literal"
        if body[at] == "\\":
            at += 1
            assert body[at] in signs or body[at] in "\\'\""
            out.append(signs.get(body[at], body[at]))
        else:
            out.append(body[at])
        at += 1
    return "".join(out)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_survives_quoting_and_none_leaves_its_quotes(text: str) -> None:
    assert unquote(soql.text(text)) == text


@pytest.mark.parametrize(
    "value", ["O'Brien", "back\\slash", "' OR Name != '", "\\' OR Id != null", "a\nb"]
)
def test_hostile_texts_stay_inside_the_literal(value: str) -> None:
    assert unquote(soql.text(value)) == value


@given(st.text(), st.sampled_from(["\0", "\ud800", "\udbff", "\udc00", "\udfff"]), st.text())
def test_one_letter_that_no_record_can_hold_is_found_anywhere(
    before: str, letter: str, after: str
) -> None:
    assert not soql.sendable(before + letter + after)


@pytest.mark.parametrize("letter", ["a", "\ud7ff", "\ue000", "\U0001f600"])
def test_a_long_text_is_looked_at_as_a_whole_and_not_letter_by_letter(letter: str) -> None:
    asked: list[bool] = []

    def note(_frame: Any, event: str, _arg: Any) -> None:
        asked.append(event == "call")

    sys.setprofile(note)
    try:
        fine = soql.sendable(letter * 30_000)
    finally:
        sys.setprofile(None)
    assert fine
    assert sum(asked) < 5


@pytest.mark.parametrize("value", ["nul\0", "half \ud800"])
def test_texts_that_no_record_can_hold_are_refused(value: str) -> None:
    with pytest.raises(Refused):
        soql.text(value)


@pytest.mark.parametrize("name", ["", "1x", "a b", "Id FROM User--", "x'", "a.b", "é", "N\n"])
def test_names_that_are_no_names_never_reach_a_query(name: str) -> None:
    with pytest.raises(Refused):
        soql.name(name)
    with pytest.raises(Refused):
        soql.select("Lead", [name if "." not in name else "a..b"])


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("0018M000003uKqq", "0018M000003uKqqQAE"),
        ("001000000000001", "001000000000001AAA"),
        ("00Q000000000ABC", "00Q000000000ABCEA2"),
    ],
)
def test_a_short_id_grows_to_the_vendors_long_form(short: str, long: str) -> None:
    assert soql.long_id(short)[:15] == short
    assert soql.long_id(long) == soql.long_id(short)
    assert short != "0018M000003uKqq" or soql.long_id(short) == long


@pytest.mark.parametrize("ident", ["", "http://host/x", "../Account/001", "00Q'", "0" * 16])
def test_what_is_no_id_is_refused(ident: str) -> None:
    with pytest.raises(Refused):
        soql.long_id(ident)


def test_lookups_are_cut_by_number_and_by_length() -> None:
    addresses = [f"person{n}@example.com" for n in range(450)]
    conditions = list(soql.chunks_in("Email", addresses))
    assert [c.count("@") for c in conditions] == [200, 200, 50]
    long = list(soql.chunks_in("Email", ["ü" * 200 + str(n) for n in range(60)]))
    assert len(long) > 5


def test_a_stamp_is_taken_as_the_vendor_wrote_it_and_nothing_else_is() -> None:
    assert soql.stamp("2026-11-21T10:00:00.000+0000") == "2026-11-21T10:00:00.000Z"
    with pytest.raises(Refused):
        soql.stamp("2026-11-21T10:00:00Z OR Id != null")


def test_numbers_come_in_one_spelling_each_with_its_type() -> None:
    seen = [read_value("decimal", raw) for raw in (100, Decimal("100.0"), Decimal("1E+2"))]
    assert {repr(value) for value in seen} == {"Decimal('100')"}
    assert read_value("decimal", Decimal("0.10")) == Decimal("0.1")
    assert type(read_value("int", Decimal("42.0"))) is int
    with pytest.raises(Refused):
        read_value("int", Decimal("42.5"))


def test_every_kind_of_value_goes_out_and_comes_back() -> None:
    at = datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    assert write_value("F", at) == "2026-11-21T08:30:00.000Z"
    assert read_value("datetime", write_value("F", at)) == at.astimezone(UTC)
    assert read_value("date", write_value("F", date(2026, 2, 28))) == date(2026, 2, 28)
    assert write_value("F", ("a", "b")) == "a;b"
    assert read_value("multi", "a;b") == ("a", "b")
    assert write_value("F", None) is None
    assert write_value("F", ()) is None
    assert write_value("F", True) is True
    assert write_value("F", Decimal("1.50")) == Decimal("1.50")


@pytest.mark.parametrize(
    "value",
    ["a\0b", "\udc00", ("a;b",), Decimal("NaN"), datetime(2026, 1, 1)],  # noqa: DTZ001
)
def test_what_has_no_form_in_json_is_refused_with_its_field(value: object) -> None:
    with pytest.raises(Refused) as caught:
        write_value("Some__c", value)  # type: ignore[arg-type]
    assert caught.value.field == "Some__c"


def test_a_hidden_field_is_absent_and_an_empty_one_is_none() -> None:
    raw = {"Id": LEAD, "Email": None, "Owner": {"Email": "x@y.z"}, "Campaign": None}
    kinds = {"Email": "text", "Phone": "text", "Owner.Email": "text", "Campaign.Name": "text"}
    record = read_record("Lead", raw, kinds)
    assert dict(record.values) == {"Email": None, "Owner.Email": "x@y.z", "Campaign.Name": None}


def test_a_value_of_the_wrong_type_spoils_itself_and_not_the_record() -> None:
    record = read_record("Lead", {"Id": LEAD, "D": "soon", "E": "e"}, {"D": "date", "E": "text"})
    assert dict(record.values) == {"E": "e"}


def test_a_deleted_loser_names_the_winner_of_its_merge() -> None:
    raw = {"Id": LEAD, "IsDeleted": True, "MasterRecordId": "00Q000000000002"}
    record = read_record("Lead", raw, {})
    assert (record.deleted, record.merged_into) == (True, soql.long_id("00Q000000000002"))


def test_describe_tells_what_can_be_written_and_how() -> None:
    rows = [
        {"name": "LastName", "type": "string", "nillable": False, "createable": True, "length": 80},
        {
            "name": "Status",
            "type": "picklist",
            "nillable": False,
            "createable": True,
            "defaultedOnCreate": True,
            "restrictedPicklist": True,
            "picklistValues": [{"value": "Open", "active": True}, {"value": "X", "active": False}],
        },
        {"name": "Address", "type": "address"},
        {
            "name": "OwnerId",
            "type": "reference",
            "referenceTo": ["Group", "User"],
            "relationshipName": "Owner",
        },
    ]
    known = schema("Lead", {"fields": rows})
    assert set(known.fields) == {"LastName", "Status", "OwnerId"}
    assert (known.fields["LastName"].required, known.fields["LastName"].length) == (True, 80)
    status = known.fields["Status"]
    assert (status.required, status.choices, status.restricted) == (False, ("Open",), True)
    assert known.parents == {"Owner": ""}
    with pytest.raises(Unavailable):
        schema("Lead", {"fields": []})


def test_a_finished_cursor_looks_back_from_the_servers_time() -> None:
    place = parse_cursor("Lead", Cursor(mark="2026-11-21T10:00:00Z").text(), LOOKBACK)
    assert place.where() == "SystemModstamp >= 2026-11-21T09:45:00Z"


def test_a_cursor_inside_a_run_goes_on_behind_stamp_and_id() -> None:
    at = "2026-11-21T10:00:00.000+0000"
    text = Cursor(mark="2026-11-21T11:00:00Z", at=at, id=LEAD).text()
    place = parse_cursor("Lead", text, LOOKBACK)
    assert place.at == at
    bound = "2026-11-21T10:00:00.000Z"
    assert place.where() == (
        f"SystemModstamp >= {bound} AND (SystemModstamp > {bound} OR Id > '{LEAD}')"
    )


def test_the_first_run_has_no_bound_even_after_an_empty_page() -> None:
    assert parse_cursor("Lead", None, LOOKBACK).where() == ""
    again = Cursor(mark="2026-11-21T11:00:00Z", low="").text()
    assert parse_cursor("Lead", again, LOOKBACK).where() == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"v":2,"mark":"2026-11-21T11:00:00Z"}',
        '{"v":1,"mark":"yesterday"}',
        '{"v":1,"mark":"2026-11-21T11:00:00"}',
        '{"v":1,"mark":"2026-11-21T11:00:00Z","at":"2026-11-21T10:00:00Z"}',
        '{"v":1,"mark":"2026-11-21T11:00:00Z","at":"1 OR 2","id":"00Q000000000001EAA"}',
    ],
)
def test_a_strange_cursor_is_gone(text: str) -> None:
    with pytest.raises(CursorGone) as told:
        parse_cursor("Lead", text, LOOKBACK)
    assert told.value.obj == "Lead"


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"lookback": 3}, "lookback"),
        ({"lookback_seconds": 60}, "600"),
        ({"key_field": "x y"}, "key_field"),
        ({"duplicates": "maybe"}, "refuse"),
        ({"limits": {"daily": 0}}, "daily"),
        ({"limits": {"weekly": 1}}, "daily"),
        ({"limits": {"timeout": 0}}, "timeout"),
        ({"page_size": 5000}, "page_size"),
    ],
)
def test_a_wrong_option_is_named(config: dict[str, object], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        parse_options(config)


def test_options_reach_the_limits_and_the_headers() -> None:
    options = parse_options({"limits": {"daily": 15_000}, "duplicates": "allow"})
    assert options.limits.budgets[0].calls == 15_000
    assert options.headers["Sforce-Duplicate-Rule-Header"] == "allowSave=true"
    assert options.headers["Sforce-Auto-Assign"] == "FALSE"
    assert parse_options({}).headers["Sforce-Duplicate-Rule-Header"] == "allowSave=false"


def row(ident: str = LEAD, **values: str) -> Row:
    return Row(op="op", key="lead-1", id=ident, values=values or {"LastName": "Quaxolotl"})


def failed(code: str, message: str = "", *fields: str) -> dict[str, object]:
    error = {"statusCode": code, "message": message, "fields": list(fields)}
    return {"success": False, "errors": [error]}


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("UNABLE_TO_LOCK_ROW", Outcome.LATER),
        ("ALL_OR_NONE_OPERATION_ROLLED_BACK", Outcome.LATER),
        ("DUPLICATES_DETECTED", Outcome.AMBIGUOUS),
        ("DUPLICATE_EXTERNAL_ID", Outcome.AMBIGUOUS),
        ("INVALID_FIELD", Outcome.REFUSED),
        ("INACTIVE_OWNER_OR_USER", Outcome.REFUSED),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", Outcome.REFUSED),
        ("UNKNOWN_EXCEPTION", Outcome.UNKNOWN),
    ],
)
def test_each_row_error_has_its_outcome(code: str, outcome: Outcome) -> None:
    assert settled("Lead", row(), failed(code), KEY).outcome is outcome


def test_an_error_keeps_code_and_fields_and_loses_the_person() -> None:
    text = "Status: bad value for restricted picklist field: Quaxolotl"
    result = settled("Lead", row(), failed("INVALID_OR_NULL_FOR_X", text, "Status", "Rating"), KEY)
    assert (result.code, result.field) == ("INVALID_OR_NULL_FOR_X", "Status")
    assert "Quaxolotl" not in result.message
    assert "Rating" in result.message


@pytest.mark.parametrize(
    "text",
    [
        "Email: invalid email address: ann@zyx.example",
        "call +49 (170) 123 45 67 first",
        "Last Name: data value too large: Zaphod Beeblebrox (max length=80)",
        "zAPHOD is not allowed",
    ],
)
def test_personal_data_is_cut_out_of_vendor_texts(text: str) -> None:
    clean = scrub(text, {"LastName": "Zaphod"}).lower()
    assert not any(word in clean for word in ("zaphod", "beeblebrox", "ann@", "123 45"))


def test_a_taken_key_is_a_race_for_a_create_and_a_move_for_an_update() -> None:
    text = f"duplicate value found: {KEY} duplicates value on record with id: 00Q000000000002"
    race = settled("Lead", row(""), failed("DUPLICATE_VALUE", text), KEY)
    moved = settled("Lead", row(), failed("DUPLICATE_VALUE", text), KEY)
    other = settled("Lead", row(), failed("DUPLICATE_VALUE", text.replace(KEY, "Tax__c")), KEY)
    assert race.outcome is Outcome.LATER
    assert moved.moved_to == ("Lead", soql.long_id("00Q000000000002"))
    assert (other.outcome, other.moved_to) == (Outcome.REFUSED, None)


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        {"success": "true", "id": LEAD},
        {"success": True},
        {"success": True, "id": "nonsense"},
        {"success": True, "id": "00Q000000000009EAA"},
    ],
)
def test_a_success_that_does_not_add_up_is_unknown(told: object) -> None:
    assert settled("Lead", row(), told, KEY).outcome is Outcome.UNKNOWN


def test_only_errors_about_the_rows_own_record_send_us_looking() -> None:
    own = settled("Lead", row(), failed("INVALID_CROSS_REFERENCE_KEY"), KEY)
    owner = settled("Lead", row(), failed("INVALID_CROSS_REFERENCE_KEY", "", "OwnerId"), KEY)
    assert is_lost(row(), own)
    assert not is_lost(row(), owner)


def test_instants_are_read_with_any_spelling_of_utc() -> None:
    spelled = ["2026-11-21T10:00:00.000+0000", "2026-11-21T10:00:00Z", "2026-11-21T11:00:00+01:00"]
    assert {instant(text) for text in spelled} == {datetime(2026, 11, 21, 10, tzinfo=UTC)}
