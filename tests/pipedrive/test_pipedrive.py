"""Pipedrive by its manifest, against answers as its documents have them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.pipedrive import CONNECTOR
from crmbridge.errors import (
    AuthFailed,
    NotSupported,
    RefusalCause,
    Refused,
    Throttled,
)
from crmbridge.model.offer import Key, Role
from crmbridge.model.record import Outcome, Row, Value
from tests.pipedrive.vendor import ANN, FIELDS, OURS, STATUS, Pipedrive, connected, good, serving

WORDS = ("name", "email", "opted_out", STATUS, "owner_id")


def row(record: str = "", key: str = "", **values: Value) -> Row:
    return Row(op=str(uuid.uuid4()), key=key or "k1", id=record, values=values)


def test_it_says_that_nobody_ran_it_and_what_it_serves() -> None:
    info = CONNECTOR.info
    assert info.proved == ""
    told = {one.name: one for one in info.objects}
    assert told["persons"].key is Key.SEARCH
    assert told["deals"].roles == {Role.DEAL}
    assert all(budget.source.startswith("Pipedrive's documents") for budget in info.limits.budgets)


def test_without_a_server_of_ones_own_it_calls_the_companys_own_host() -> None:
    one = CONNECTOR({"COMPANY": "northwind", "API_TOKEN": "x"})
    assert "Transport(northwind.pipedrive.com)" in repr(one)
    one.close()


def test_the_account_is_known_by_its_company() -> None:
    with serving(Pipedrive()) as server:
        assert connected(server).check() == "4711"
        with pytest.raises(AuthFailed):
            connected(server, token="another").check()


def test_fields_of_ones_own_are_described_by_their_hash_and_called_by_their_name() -> None:
    with serving(Pipedrive()) as server:
        told = {one.name: one for one in connected(server).describe("persons")}
    assert (told[OURS].label, told[OURS].unique) == ("crmbridge id", True)
    assert (told[STATUS].type, told[STATUS].choices) == ("enum", ("12", "13"))
    assert "emails" not in told
    assert told["opted_out"].writable


def test_people_are_read_page_by_page_and_then_what_changed() -> None:
    vendor = Pipedrive(ANN, {**ANN, "id": 2, "is_deleted": True}, {**ANN, "id": 3})
    with serving(vendor) as server:
        one = connected(server, page_size=2)
        pages = list(one.read("persons", WORDS, None))
        first = pages[0].records[0]
        assert dict(first.values) == {
            "name": "Ann Becker",
            "email": "ann@acme.example",
            "opted_out": False,
            STATUS: "12",
            "owner_id": "7",
        }
        assert first.changed_at == datetime(2026, 3, 1, 11, tzinfo=UTC)
        assert [(r.id, r.deleted) for page in pages for r in page.records] == [
            ("1", False),
            ("2", True),
            ("3", False),
        ]
        list(one.read("persons", WORDS, pages[-1].cursor))
    lists = [asked.query for asked in vendor.came if asked.call == "GET /api/v2/persons"]
    assert "updated_since" not in lists[0]
    assert lists[2] == {
        "limit": "2",
        "updated_since": "2026-03-02T08:55:00Z",
        "sort_by": "id",
        "sort_direction": "asc",
        "include_fields": "marketing_status",
    }


def test_a_person_is_made_once_and_changed_after_that() -> None:
    vendor = Pipedrive()
    with serving(vendor) as server:
        one = connected(server)
        values: dict[str, Value] = {"name": "Ann", "email": "ann@acme.example", STATUS: "12"}
        (made,) = one.write("persons", [row(**values)])
        assert (made.outcome, made.id, made.created) == (Outcome.DONE, "1", True)
        (again,) = one.write("persons", [row(name="Ann B")])
        assert (again.id, again.created) == ("1", False)
        (told,) = one.write("persons", [row("1", **{STATUS: "13"})])
        assert told.outcome is Outcome.DONE
        (gone,) = one.write("persons", [row("9", name="x")])
        assert gone.outcome is Outcome.GONE
    assert vendor.people[1] == {
        "id": 1,
        "name": "Ann B",
        "emails": [{"value": "ann@acme.example", "primary": True, "label": "work"}],
        "custom_fields": {STATUS: 13},
    }
    posts = [asked.body for asked in vendor.came if asked.call == "POST /api/v2/persons"]
    assert posts[0]["custom_fields"] == {OURS: "k1", STATUS: 12}


def test_who_opted_out_is_unsubscribed_and_never_subscribed_again() -> None:
    vendor = Pipedrive(ANN)
    with serving(vendor) as server:
        one = connected(server)
        (told,) = one.write("persons", [row("1", opted_out=True)])
        assert told.outcome is Outcome.DONE
        assert vendor.people[1]["marketing_status"] == "unsubscribed"
        (record,) = one.find("persons", "id", ["1"], ["opted_out"])
        assert record.values["opted_out"] is True
        (back,) = one.write("persons", [row("1", opted_out=False)])
        assert (back.outcome, back.cause) == (Outcome.REFUSED, RefusalCause.FIELD)


def test_people_are_looked_up_by_any_of_their_addresses() -> None:
    with serving(Pipedrive(ANN)) as server:
        one = connected(server)
        found = one.find("persons", "email", ["old@acme.example", "x@acme.example"], WORDS)
    assert [(r.id, r.values["email"]) for r in found] == [("1", "ann@acme.example")]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((429, {}), Throttled),
        ((403, {"success": False, "code": "feature_capping_deals_limit"}), NotSupported),
        ((403, {"success": False, "error": "no"}), Refused),
        ((400, {"success": False, "error": "bad", "error_info": "field x"}), Refused),
        ({"success": False, "error": "odd"}, Refused),
    ],
)
def test_an_error_says_what_to_do_next(answer: Any, kind: type[Exception]) -> None:
    vendor = Pipedrive()
    vendor.odd["GET /api/v2/persons"] = answer
    with serving(vendor) as server, pytest.raises(kind) as caught:
        list(connected(server).read("persons", ["name"], None))
    assert type(caught.value) is kind


def test_a_page_instead_of_json_stops_the_day_and_a_429_waits() -> None:
    vendor = Pipedrive()
    with serving(vendor) as server:
        vendor.odd["GET /api/v2/persons"] = (403, "<html>")
        with pytest.raises(Throttled) as caught:
            list(connected(server).read("persons", ["name"], None))
        assert caught.value.daily
        vendor.odd["GET /api/v2/persons"] = (429, {})
        with pytest.raises(Throttled) as caught:
            list(connected(server).read("persons", ["name"], None))
        assert (caught.value.daily, caught.value.retry_after) == (False, 10.0)


class Counted:
    """A budget that keeps what calls cost."""

    def __init__(self) -> None:
        self.taken: list[tuple[tuple[str, ...], int]] = []

    def take(self, names: Any, priority: int, cost: int = 1) -> float:
        self.taken.append((tuple(names), cost))
        return 0.0

    def feedback(self, name: str, **told: Any) -> None:
        raise AssertionError("nothing is stated of quotas here")


def test_a_call_takes_as_many_tokens_as_pipedrive_counts_for_it() -> None:
    budget = Counted()
    with serving(Pipedrive()) as server:
        connected(server, budget=budget).write("persons", [row(name="Ann")])
    both = ("daily", "two_secondly")
    assert budget.taken == [(both, 10), (both, 20), (both, 5)]  # fields, search, create


def test_deals_tell_amount_and_outcome_and_users_are_read_whole() -> None:
    deal = {
        "id": 5,
        "title": "Pumps",
        "value": 4999.9,
        "currency": "EUR",
        "status": "won",
        "person_id": 1,
        "close_time": "2026-03-01T12:00:00Z",
        "update_time": "2026-03-01T12:00:00Z",
    }
    vendor = Pipedrive()
    vendor.odd = {
        "GET /api/v2/dealFields": good(FIELDS),
        "GET /api/v2/deals": good([deal], next_cursor=None),
        "GET /api/v1/users": good([{"id": 7, "email": "a@acme.example", "active_flag": True}]),
    }
    with serving(vendor) as server:
        one = connected(server)
        words = ("value", "currency", "won", "closed", "person_id", "close_time")
        (page,) = one.read("deals", words, None)
        assert dict(page.records[0].values) == {
            "value": Decimal("4999.9"),
            "currency": "EUR",
            "won": True,
            "closed": True,
            "person_id": "1",
            "close_time": datetime(2026, 3, 1, 12, tzinfo=UTC),
        }
        (told,) = one.write("deals", [row("", name="x")])
        assert told.outcome is Outcome.REFUSED
        cursor = None
        for _ in range(2):
            (page,) = one.read("users", ["email", "active"], cursor)
            assert dict(page.records[0].values) == {"email": "a@acme.example", "active": True}
            cursor = page.cursor
        with pytest.raises(NotSupported):
            one.write("users", [row("7", name="x")])
