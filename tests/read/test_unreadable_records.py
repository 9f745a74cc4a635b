"""One record that cannot be read, whatever is in it, is held by its id and stops nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmbridge.files import load
from crmbridge.flows.read import backfill
from crmbridge.mapping import translate
from crmbridge.mapping.addresses import each
from crmbridge.mapping.transforms import email
from crmbridge.mapping.values import day_in, instant_of, money_of, noon_of
from crmbridge.model.record import Page, Record
from crmbridge.store import held
from crmbridge.system import System
from tests.stages.late import state
from tests.stages.places import AL, JO, MAPPINGS, START
from tests.stages.play import Play
from tests.stages.rest import edit, ready, rest, retouch, turns

PAGES = ("http://[oops/demo", "https://acme\u2100.example/demo", "//[", "http://[::1")
NESTED = "mailto:" * 2000
EAST, WEST = timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
KIND = "record_unreadable"
HUGE = 10**5000
"""Python makes no text of it."""

texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from([*PAGES, NESTED, f"{NESTED}>", f"{NESTED}a@b.example>", "\x00", "1E999999999"]),
)
numbers = st.one_of(
    st.integers(),
    st.decimals(),
    st.sampled_from([Decimal("1E999999999"), Decimal("1E-999999999"), Decimal("sNaN"), 10**400]),
)
days = st.one_of(st.dates(), st.sampled_from([date.min, date.max]))
instants = st.one_of(st.datetimes(timezones=st.just(UTC)), st.sampled_from([FIRST, LAST]))
one_value = st.one_of(st.none(), st.booleans(), texts, numbers, days, instants)
values: st.SearchStrategy[Any] = st.one_of(
    one_value,
    st.lists(texts, max_size=3).map(tuple),
    st.recursive(
        one_value,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
        max_leaves=4,
    ),
)


class Nowhere:
    """A connector of which nothing is asked: what is translated is given."""


def systems() -> list[System]:
    mapping = load(MAPPINGS, "acme").mapping
    nowhere: Any = Nowhere()
    return [
        System(side, spec, nowhere, zone=ZoneInfo(mapping.zone), currency=mapping.currency)
        for side, spec in mapping.systems()
    ]


TABLES = [(one, obj) for one in systems() for obj in one.objects]


@pytest.mark.parametrize(("system", "obj"), TABLES, ids=[f"{a.name}-{b}" for a, b in TABLES])
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_value_of_any_field_keeps_the_rest_of_a_page_from_being_read(
    system: System, obj: str, data: st.DataObject
) -> None:
    fields = system.objects[obj]
    odd = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(fields, values)))
    stamp = data.draw(st.none() | instants)
    bad = Record(obj=obj, id="1", values=odd, changed_at=stamp, deleted=data.draw(st.booleans()))
    good = Record(obj=obj, id="2", values={}, changed_at=stamp)
    seen = system.translate(obj, Page(records=(bad, good), cursor="c", more=False))
    assert set(seen.odd) <= {"1"}
    assert seen.cursor == "c"


@pytest.mark.parametrize("page", PAGES)
def test_a_web_address_that_is_none_is_kept_as_it_is(page: str) -> None:
    spec = next(one for one in load(MAPPINGS, "acme").mapping.marketing.touch.values() if one.asset)
    told = {spec.at: START, spec.asset: page}
    one = translate.touch("marketing", spec, Record(obj=spec.object, id="1", values=told))
    assert one is not None
    assert one.asset == page


@pytest.mark.parametrize("text", [NESTED, f"{NESTED}>", f"{NESTED}jo@buyer.example>"])
def test_schemes_within_schemes_are_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        email(text)
    assert each(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "mailto:jo@buyer.example?subject=x",
        "mailto:Jo <jo@buyer.example>",
        "Jo <mailto:jo@buyer.example>",
        "mailto:<jo@buyer.example>?subject=x",
        "MAILTO:jo@buyer.example",
    ],
)
def test_an_address_is_found_in_what_mail_programs_put_around_it(text: str) -> None:
    assert email(text) == JO


@pytest.mark.parametrize("number", [Decimal("1E999999999"), Decimal("-1E999999999")])
def test_a_number_of_a_billion_digits_is_no_amount(number: Decimal) -> None:
    assert money_of(number, "EUR") is None


@pytest.mark.parametrize("at", [FIRST, LAST, date.min, date.max])
def test_what_lies_at_the_end_of_the_calendar_is_no_instant(at: date) -> None:
    assert instant_of(at) is None


def test_a_day_at_either_end_of_the_calendar_has_its_noon_and_an_instant_its_day() -> None:
    assert noon_of(date.min, EAST).date() == date.min
    assert noon_of(date.max, timezone(-timedelta(hours=13))).date() == date.max
    assert day_in(LAST, EAST) == date.max
    assert day_in(FIRST, WEST) == date.min


def opt_out(play: Play, side: str) -> None:
    if side == "marketing":
        play.box.marketing.act("opt_out", email=JO)
    else:
        edit(play, JO, HasOptedOutOfEmail=True)


def says_no_in_both(play: Play) -> bool:
    sales = play.lead(JO)["HasOptedOutOfEmail"] is True
    return sales and str(play.person(JO).get("hs_email_optout")).lower() == "true"


def kept(play: Play, state: Any = None) -> list[tuple[str, str]]:
    with play.company.ledger.read() as tx:
        return [(one.op, one.state.value) for one in held.find(tx, kind=KIND, state=state)]


def spoil(play: Play, side: str, ident: str, field: str) -> Callable[[], None]:
    """Let a connector give a number that no text is long enough for; returns the end of it."""
    connector: Any = play.company.systems[side].connector
    many = hasattr(connector, "read_many")
    name = "read_many" if many else "read"
    real = getattr(connector, name)

    def spoilt(page: Page) -> Page:
        rows = [
            replace(one, values={**one.values, field: HUGE}) if one.id == ident else one
            for one in page.records
        ]
        return replace(page, records=tuple(rows))

    def read(*args: Any) -> Any:
        for one in real(*args):
            yield (one[0], spoilt(one[1])) if many else spoilt(one)

    setattr(connector, name, read)
    return lambda: setattr(connector, name, real)


@pytest.mark.parametrize("page", PAGES)
def test_a_form_with_a_page_that_is_none_stops_nobody(play: Play, page: str) -> None:
    ready(play, "jo")
    rest(play)
    play.form("x@b.example", page)
    play.later(minutes=5)
    play.box.marketing.act("opt_out", email=JO)
    play.keen(AL)
    assert not turns(play, 2).errors
    assert play.lead(JO)["HasOptedOutOfEmail"] is True
    assert play.lead(AL)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hs_additional_emails", f"{NESTED}>"),
        ("numberofemployees", "1E999999999"),
        ("numberofemployees", "9" * 300),
        ("createdate", "9999-12-31T23:59:59Z"),
        ("createdate", "0001-01-01T00:00:00Z"),
    ],
)
def test_a_contact_with_a_hostile_value_stops_nobody(play: Play, field: str, value: str) -> None:
    told = {"email": AL, "lastname": "x", field: value}
    play.box.marketing.seed(contacts=[{"properties": told}])
    play.form(AL)
    play.contact(JO, lastname="Kern")
    play.later(minutes=5)
    assert not turns(play, 3).errors
    assert play.person(JO).get("crmbridge_id")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1700-01-01"])
@pytest.mark.parametrize("obj", ["Opportunity", "Task", "CampaignMember", "Lead"])
def test_a_record_of_sales_with_a_far_day_stops_nobody(play: Play, obj: str, day: str) -> None:
    ready(play, "jo")
    rest(play)
    who, late = play.lead(JO)["Id"], f"{day}T23:30:00.000+0000"
    seeds: dict[str, list[dict[str, Any]]] = {
        "Opportunity": [
            {"Name": "D", "StageName": one, "CloseDate": day, "Amount": 5, "CreatedDate": late}
            for one in ("Closed Won", "Closed Lost", "Prospecting")
        ],
        "Task": [{"WhoId": who, "Status": "Completed", "Subject": "Call", "ActivityDate": day}],
        "CampaignMember": [{"LeadId": who, "FirstRespondedDate": day, "CreatedDate": late}],
        "Lead": [{"LastName": "Far", "Company": "B", "Email": "f@b.example", "CreatedDate": late}],
    }
    play.box.sales.seed(**{obj: seeds[obj]})
    play.later(minutes=20)
    edit(play, JO, HasOptedOutOfEmail=True)
    play.keen(AL)
    assert not turns(play, 3).errors
    assert says_no_in_both(play)
    assert play.lead(AL)


@pytest.mark.parametrize(
    ("side", "field"),
    [
        ("marketing", "crmbridge_id"),
        ("marketing", "firstname"),
        ("marketing", "hs_additional_emails"),
        ("sales", "Status"),
        ("sales", "FirstName"),
    ],
)
def test_what_cannot_be_read_is_held_its_opt_out_is_heard_and_its_next_change_resolves_it(
    play: Play, side: str, field: str
) -> None:
    ready(play, "jo")
    rest(play)
    mine = {"marketing": play.person(JO)["id"], "sales": play.lead(JO)["Id"]}
    obj = {"marketing": "contacts", "sales": "Lead"}[side]
    readable = spoil(play, side, mine[side], field)
    play.later(minutes=5)
    opt_out(play, side)
    play.keen(AL)
    assert not turns(play, 3).errors
    about = f"{side}:{obj}:{mine[side]}"
    assert kept(play) == [(about, "open")]
    assert says_no_in_both(play)
    assert play.lead(AL)
    readable()
    play.later(minutes=5)
    retouch(play, JO, firstname="Short")
    edit(play, JO, City="Bonn")
    turns(play, 2)
    assert kept(play) == [(about, "resolved")]


@pytest.mark.parametrize("field", ["crmbridge_id", "firstname"])
def test_a_backfill_holds_what_cannot_be_read_and_reads_the_rest(play: Play, field: str) -> None:
    ident = play.contact(JO, lastname="Kern")
    play.contact(AL, lastname="Good")
    readable = spoil(play, "marketing", ident, field)
    report = backfill.backfill(play.company, sleep=lambda _s: None)
    assert report.complete
    assert kept(play) == [(f"marketing:contacts:{ident}", "open")]
    readable()
    play.turn()
    assert state(play, AL).value("last_name") == "Good"
