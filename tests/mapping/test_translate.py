"""Vendor records into sightings, and leads into what a record should hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmbridge.mapping import translate
from crmbridge.mapping.check import check_person
from crmbridge.mapping.outward import wanted
from crmbridge.mapping.schema import (
    ActivityMap,
    DealMap,
    PersonMap,
    QueueMap,
    RepMap,
    RoleMap,
    TouchMap,
)
from crmbridge.model.deal import DealState
from crmbridge.model.lead import StatusType
from crmbridge.model.record import Field, Record, Value

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PERSON = PersonMap.model_validate(
    {
        "object": "Lead",
        "key": "Key__c",
        "owner": "OwnerId",
        "created": "CreatedDate",
        "fields": {
            "email": {"field": "Email", "via": "email"},
            "last_name": {"field": "LastName", "default": "[not given]"},
            "country": {"field": "Country", "values": {"DEU": "DE", "AUT": "AT"}},
            "opted_out": {"field": "OptOut", "via": "boolean"},
            "stage": {"field": "Stage", "way": "out", "values": {"handed": "MQL"}},
            "industry": {"field": "Industry", "way": "in"},
        },
        "status": {
            "field": "Status",
            "types": {"New": "open", "Dead": "lost", "Junk": "lost"},
            "reason": {"field": "Why", "values": {"Budget": "no_budget_now"}},
            "reason_of": {"Junk": "spam"},
        },
        "converted": {"flag": "IsConverted", "contact": "ContactId", "deal": "DealId"},
        "handoff": {"Status": "New", "Why": "clear"},
    }
)
DEAL = DealMap(
    object="Opportunity",
    amount="Amount",
    currency="Iso",
    closed="CloseDate",
    closed_at="StageAt",
    is_won="IsWon",
    is_closed="IsClosed",
)


def record(**values: Value) -> Record:
    return Record(obj="Lead", id="1", values=values, changed_at=AT)


def seen(**values: Value) -> Any:
    return translate.sighting("sales", PERSON, record(**values))


def test_a_field_that_was_not_sent_is_no_opinion_and_an_empty_one_is_empty() -> None:
    one = seen(LastName=None)
    assert one.values == {"last_name": None}
    assert one.raw == {"LastName": None}


def test_a_value_that_a_transform_refuses_is_left_out_and_the_rest_goes_on() -> None:
    one = seen(Email="no address", LastName="Kern")
    assert one.values == {"last_name": "Kern"}
    assert one.raw["Email"] == "no address"


def test_a_value_table_translates_and_lets_unknown_values_through() -> None:
    assert seen(Country="DEU").values["country"] == "DE"
    assert seen(Country="FRA").values["country"] == "FRA"


def test_a_field_that_only_goes_out_is_not_heard() -> None:
    assert "stage" not in seen(Stage="MQL").values


@pytest.mark.parametrize(
    ("values", "type_", "reason", "text"),
    [
        ({"Status": "New"}, StatusType.OPEN, "", ""),
        ({"Status": "Dead", "Why": "Budget"}, StatusType.LOST, "no_budget_now", ""),
        ({"Status": "Dead", "Why": "Moon"}, StatusType.LOST, "", "Moon"),
        ({"Status": "Junk"}, StatusType.LOST, "spam", ""),
        ({"Status": "On ice"}, None, "", ""),
    ],
)
def test_a_status_is_read_with_its_type_and_reason(
    values: dict[str, Value], type_: StatusType | None, reason: str, text: str
) -> None:
    status = seen(**values).status
    assert (status.type, status.reason, status.reason_text) == (type_, reason, text)


def test_a_status_that_is_hidden_is_no_status() -> None:
    assert seen(LastName="K").status is None


def test_a_conversion_names_the_contact_and_the_deal() -> None:
    one = seen(IsConverted=True, ContactId="003", DealId="006")
    assert str(one.converted_to) == "sales:Contact:003"
    assert one.converted_deal == "006"
    assert seen(IsConverted=False, ContactId="003").converted_to is None


def deal(at: datetime = datetime(2026, 7, 2, tzinfo=UTC), **values: Value) -> Any:
    made = Record(obj="Opportunity", id="6", values=values, changed_at=at)
    return translate.deal("sales", DEAL, made, BERLIN, "EUR")


def test_a_day_without_a_time_is_noon_of_the_companys_day() -> None:
    one = deal(IsWon=True, IsClosed=True, CloseDate=date(2026, 7, 1), Amount=Decimal(5))
    assert one.closed_at == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert one.precision == "day"


def test_the_instant_of_the_last_stage_counts_where_it_fits_the_day() -> None:
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)  # the first of July in Berlin
    one = deal(IsWon=True, IsClosed=True, CloseDate=date(2026, 7, 1), StageAt=late)
    assert (one.closed_at, one.precision) == (late, "second")


@pytest.mark.parametrize("state", [{"IsWon": True}, {"IsWon": False}])
@pytest.mark.parametrize(
    ("said", "stage", "closed"),
    [
        (date(2026, 12, 31), None, datetime(2026, 7, 2, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), None, datetime(2026, 7, 2, tzinfo=UTC)),
        (
            date(2026, 12, 31),
            datetime(2026, 7, 1, 8, tzinfo=UTC),
            datetime(2026, 7, 1, 8, tzinfo=UTC),
        ),
        (date(2026, 7, 3), datetime(2026, 7, 2, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)),
    ],
)
def test_a_deal_closed_no_later_than_it_was_seen_to(
    said: Value, stage: Value, closed: datetime, state: dict[str, Value]
) -> None:
    one = deal(IsClosed=True, CloseDate=said, StageAt=stage, **state)
    assert (one.closed_at, one.precision) == (closed, "second")
    assert one.said_closed_at is not None
    assert one.said_closed_at > closed


@pytest.mark.parametrize(
    ("amount", "code", "minor"),
    [
        (Decimal("10.01"), None, 1001),
        (Decimal("-3"), "EUR", -300),
        (Decimal("1000"), "JPY", 1000),
        (Decimal("1.234"), "BHD", 1234),
        (Decimal("1e15"), "EUR", 10**17),
        (0, "EUR", 0),
    ],
)
def test_money_is_in_the_smallest_unit_of_its_currency(
    amount: Value, code: Value, minor: int
) -> None:
    assert deal(Amount=amount, Iso=code).value.minor == minor


def test_an_amount_that_is_missing_or_no_number_is_no_money() -> None:
    assert deal(Amount=None).value is None
    assert deal(Amount=True).value is None
    assert deal(Amount="12").value is None


@pytest.mark.parametrize("amount", ["1e30", "NaN", "Infinity", "-1e16"])
def test_an_amount_that_the_ledger_cannot_hold_is_no_money_and_no_crash(amount: str) -> None:
    assert deal(Amount=Decimal(amount)).value is None


def test_a_deleted_deal_is_deleted_whatever_it_says() -> None:
    gone = Record(obj="Opportunity", id="6", values={"IsWon": True}, deleted=True)
    assert translate.deal("sales", DEAL, gone, BERLIN, "EUR").state is DealState.DELETED


def test_a_touch_without_a_time_or_out_of_the_filter_is_none() -> None:
    spec = TouchMap(object="Form", kind="form", at="at", email="mail", when={"ok": [True]})
    assert translate.touch("marketing", spec, record(ok=True, mail="a@b.de")) is None
    assert translate.touch("marketing", spec, record(at=AT, ok=False)) is None
    one = translate.touch("marketing", spec, record(at=AT, ok=True, mail="no address"))
    assert one is not None
    assert one.email == ""


def test_an_activity_may_belong_to_a_lead_or_a_contact() -> None:
    spec = ActivityMap(object="Task", at=["Done", "Made"], people={"WhoId": ["Lead", "Contact"]})
    found = translate.activities("sales", spec, record(Made=AT, WhoId="00Q"))
    assert [str(one.person) for one in found] == ["sales:Lead:00Q", "sales:Contact:00Q"]
    assert translate.activities("sales", spec, record(WhoId="00Q")) == []


def test_a_role_that_misses_an_end_is_none() -> None:
    spec = RoleMap(object="Role", deal="D", person="P", person_object="Contact")
    assert translate.role("sales", spec, "Opportunity", record(D="6")) is None
    found = translate.role("sales", spec, "Opportunity", record(D="6", P="3"))
    assert found is not None
    assert found.live


def shown(words: dict[str, Value], *, create: bool = False) -> dict[str, Value]:
    found = wanted("sales.lead", PERSON, words, create=create)
    return {name: one.value for name, one in found.items()}


def test_a_word_that_we_never_learned_is_left_alone_and_none_clears() -> None:
    assert shown({"country": None}) == {"Country": None}
    assert shown({}) == {}


def test_a_default_stands_in_on_creation_only() -> None:
    assert shown({}, create=True) == {"LastName": "[not given]"}
    assert shown({"last_name": None}) == {}
    assert shown({"last_name": None}, create=True) == {"LastName": "[not given]"}
    assert shown({"last_name": "Kern"}, create=True) == {"LastName": "Kern"}


def test_a_two_way_table_goes_back_the_other_way() -> None:
    assert shown({"country": "DE"}) == {"Country": "DEU"}
    assert shown({"stage": "handed"}) == {"Stage": "MQL"}


def test_a_field_that_only_comes_in_is_never_written() -> None:
    assert shown({"industry": "Steel"}) == {}


def test_a_value_that_a_transform_refuses_is_not_written() -> None:
    assert shown({"opted_out": "perhaps"}) == {}


KINDS = {"CreatedDate": "datetime", "IsConverted": "bool"}
FIELDS = tuple(
    Field(name=name, type=KINDS.get(name, "text"), unique=name == "Key__c")
    for name in (*translate.person_fields(PERSON), "Countri")
)


def check(**changes: Any) -> list[str]:
    fields = []
    for one in FIELDS:
        told = changes.get(one.name, {})
        if told is not None:
            shape = {"name": one.name, "type": one.type, "unique": one.unique} | told
            fields.append(Field(**shape))
    return [str(one) for one in check_person("sales.lead", PERSON, fields)]


def test_a_mapping_that_fits_the_vendor_has_no_finding() -> None:
    assert check() == []


def test_a_missing_field_is_found_with_the_nearest_name() -> None:
    (one,) = check(Country=None)
    assert "no field 'Country'" in one
    assert "'Countri'" in one


def test_a_key_that_is_not_unique_stops_the_start() -> None:
    fields = [Field(name=one.name, type=one.type) for one in FIELDS]
    (one,) = check_person("sales.lead", PERSON, fields)
    assert one.fatal
    assert "not unique" in one.what


def test_a_field_that_cannot_be_written_is_found() -> None:
    (one,) = check(Stage={"writable": False})
    assert "cannot be written" in one


def test_values_and_statuses_that_the_vendor_does_not_have_are_found() -> None:
    one, ours = check(Stage={"choices": ("Lead",)})
    assert "'MQL'" in one
    assert "Lead" in one
    assert "'known'" in ours
    (one,) = check(Status={"choices": ("New", "Dead", "Junk", "On ice")})
    assert "'On ice' has no type" in one


def test_a_user_whom_the_filter_leaves_out_is_nobodys_user_and_has_not_left() -> None:
    spec = RepMap(object="User", email="Email", active="IsActive", when={"UserType": "Standard"})
    values: dict[str, Value] = {"Email": "a@b.example", "IsActive": True, "UserType": "Partner"}
    left_out = translate.user("sales", spec, Record(obj="User", id="1", values=values))
    assert (left_out.email, left_out.active) == ("", True)
    standard = Record(obj="User", id="1", values=values | {"UserType": "Standard"})
    theirs = translate.user("sales", spec, standard)
    assert (theirs.email, theirs.active) == ("a@b.example", True)


def test_only_what_the_filter_lets_through_is_a_queue() -> None:
    spec = QueueMap(object="Group", name="Name", when={"Type": "Queue"})
    values: dict[str, Value] = {"Name": "Web", "Type": "Queue"}
    found = translate.queue("sales", spec, Record(obj="Group", id="1", values=values))
    assert found is not None
    assert (found.name, found.email, found.active) == ("Web", "", True)
    role = Record(obj="Group", id="2", values=values | {"Type": "Role"})
    assert translate.queue("sales", spec, role) is None
    gone = translate.queue("sales", spec, Record(obj="Group", id="1", deleted=True))
    assert gone is not None
    assert not gone.active


def test_a_name_that_is_too_long_for_a_key_keeps_its_beginning_and_stays_apart() -> None:
    assert translate.shortened("/a" * 1_000) == "/a" * 1_000
    one, other = (translate.shortened("/ü" * 1_000 + end) for end in ("x", "y"))
    assert one != other
    assert one.startswith("/ü" * 600)
    assert one == translate.shortened("/ü" * 1_000 + "x")
    assert {len(one.encode()) <= 2_000, len(other.encode()) <= 2_000} == {True}
