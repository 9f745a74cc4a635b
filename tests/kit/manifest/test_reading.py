"""Reading by a manifest: pages in all ways, changes, look-ups, descriptions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crmbridge.connector import Wants
from crmbridge.errors import CursorGone, NotSupported, Refused, Unavailable
from tests.kit.manifest.shop import MANIFEST, Answer, Asked, changed, connected, shop

PEOPLE = [{"id": n, "name": f"P{n}", "changed": "2026-03-01T10:00:00Z"} for n in range(1, 6)]
PAGE = 'page = { by = "cursor", next = "next" }'
QUERY = 'query = { size = "{size}", after = "{cursor}", since = "{since}", fields = "{fields,}" }'


def by(page: str, place: str) -> str:
    """The manifest with pages that follow each other in another way."""
    query = f'query = {{ size = "{{size}}", place = "{{{place}}}", since = "{{since}}" }}'
    return changed((PAGE, f"page = {page}"), (QUERY, query))


def some(asked: Asked, start: int) -> list[dict[str, Any]]:
    return PEOPLE[start : start + int(asked.query["size"])]


WAYS = {
    by('{ by = "id" }', "after"): lambda a: {
        "items": [p for p in PEOPLE if p["id"] > int(a.query["place"])][: int(a.query["size"])]
    },
    by('{ by = "offset" }', "offset"): lambda a: {"items": some(a, int(a.query["place"]))},
    by('{ by = "offset", total = "all" }', "offset"): lambda a: {
        "items": some(a, int(a.query["place"])),
        "all": len(PEOPLE),
    },
    by('{ by = "number", start = 1, more = "more" }', "page"): lambda a: {
        "items": some(a, 2 * (int(a.query["place"]) - 1)),
        "more": int(a.query["place"]) < 3,
    },
    MANIFEST: lambda a: {
        "items": some(a, int(a.query.get("after", "0"))),
        "next": str(int(a.query.get("after", "0")) + 2) if a.query.get("after") != "4" else None,
    },
}


@pytest.mark.parametrize("text", WAYS, ids=["id", "offset", "total", "number", "cursor"])
def test_all_pages_come_once_and_each_cursor_goes_on_behind_its_page(text: str) -> None:
    ways: Any = WAYS[text]
    with shop(ways) as server:
        one = connected(server, text)
        pages = list(one.read("people", ["name"], None))
        assert [[r.id for r in page.records] for page in pages] == [["1", "2"], ["3", "4"], ["5"]]
        assert [page.more for page in pages] == [True, True, False]
        rest = [
            r.id for page in one.read("people", ["name"], pages[0].cursor) for r in page.records
        ]
        assert rest == ["3", "4", "5"]


def test_changes_are_asked_for_behind_the_vendors_own_clock_and_further_back() -> None:
    came: list[Asked] = []

    def answer(asked: Asked) -> Answer:
        came.append(asked)
        return {"items": []}

    with shop(answer) as server:
        one = connected(server, overlap_seconds=60)
        (page,) = one.read("people", ["name"], None)
        assert came[-1].query == {"size": "2", "fields": "name,id,changed"}
        list(one.read("people", ["name"], page.cursor))
        assert came[-1].query["since"] == "2026-03-02T08:59:00.000Z"
        one.reach_back("people", 3600)
        list(one.read("people", ["name"], page.cursor))
        assert came[-1].query["since"] == "2026-03-02T08:00:00.000Z"
        with pytest.raises(CursorGone):
            list(one.read("people", ["name"], "{}"))


def test_pages_in_a_circle_or_out_of_order_end_the_read() -> None:
    circle, turned = {"items": PEOPLE[:2], "next": "x"}, {"items": PEOPLE[1::-1]}
    with shop(lambda _: circle) as server, pytest.raises(Unavailable, match="same page"):
        list(connected(server).read("people", ["name"], None))
    text = by('{ by = "id" }', "after")
    with shop(lambda _: turned) as server, pytest.raises(Unavailable, match="order of ids"):
        list(connected(server, text).read("people", ["name"], None))


@pytest.mark.parametrize("odd", [{}, {"items": {}}, {"items": [{"name": "x"}]}, {"items": [7]}, []])
def test_an_answer_of_another_shape_is_tried_again(odd: Any) -> None:
    with shop(lambda _: odd) as server, pytest.raises(Unavailable, match="cannot be read"):
        list(connected(server).read("people", ["name"], None))


def test_a_value_of_another_type_stays_absent_and_a_missing_one_too() -> None:
    rows = [{"id": 1, "name": ["x"], "email": "a@b.example", "changed": None}, {"id": 2}]
    with shop(lambda _: {"items": rows}) as server:
        (page,) = connected(server).read("people", ["name", "email"], None)
    assert [dict(r.values) for r in page.records] == [{"email": "a@b.example"}, {}]
    assert [r.changed_at for r in page.records] == [None, None]


def test_a_record_that_is_marked_as_deleted_is_told_as_such() -> None:
    rows = [{"id": 1, "gone": True}, {"id": 2, "gone": False}]
    text = changed(('stamps = ["changed"]', 'stamps = ["changed"]\ndead = "gone"'))
    with shop(lambda _: {"items": rows}) as server:
        one = connected(server, text)
        (page,) = one.read("people", [], None)
        assert [r.deleted for r in page.records] == [True, False]
        assert [r.id for r in one.find("people", "id", ["1", "2"], [])] == ["2"]
        assert [r.id for page in one.stamps("people", None) for r in page.records] == ["2"]


def test_a_snapshot_is_read_whole_each_time_and_is_no_list_of_live_ids() -> None:
    text = changed(('stamps = ["changed"]', 'feed = "snapshot"\ndeletes = "never told"'))
    with shop(WAYS[MANIFEST]) as server:
        one = connected(server, text)
        cursor = list(one.read("people", [], None))[-1].cursor
        again = [r.id for page in one.read("people", [], cursor) for r in page.records]
        assert again == ["1", "2", "3", "4", "5"]
        with pytest.raises(NotSupported):
            list(one.stamps("people", None))


def test_look_ups_go_in_batches_and_those_of_strangers_give_nothing() -> None:
    came: list[Asked] = []

    def answer(asked: Asked) -> Answer:
        came.append(asked)
        wanted = asked.query.get("in", asked.query.get("ids", "")).split(",")
        return {"items": [p for p in PEOPLE if p["name"] in wanted or str(p["id"]) in wanted]}

    find = '[objects.people.find."*"]\n'
    text = changed((find, f"{find}batch = 2\n"))
    with shop(answer) as server:
        one = connected(server, text)
        found = one.find("people", "name", ["P1", "P2", "P2", "P9"], ["name"])
        assert [(r.id, r.values["name"]) for r in found] == [("1", "P1"), ("2", "P2")]
        assert [asked.query["in"] for asked in came] == ["P1,P2", "P9"]
        assert [r.id for r in one.find("people", "id", ["3", "77"], [])] == ["3"]
        with pytest.raises(Refused, match="no field 'nam'; did you mean 'name'"):
            one.find("people", "nam", ["x"], [])
        with pytest.raises(Refused, match="no object"):
            one.find("folk", "id", ["x"], [])


def test_a_look_up_that_finds_too_much_is_sifted_and_one_that_tells_little_is_read_again() -> None:
    rows = [{"id": 1, "email": "A@b.example"}, {"id": 2, "email": "xa@b.example"}]

    def answer(asked: Asked) -> Answer:
        if asked.call == "GET /find":
            return {"items": [{"item": row} for row in rows]}
        return {"items": [{**row, "name": "whole"} for row in rows]}

    more = 'records = "items"\nrecord = "item"\nexact = true\nagain = true\n'
    find = '[objects.people.find."*"]\npath = "/find"\n'
    text = changed((find, f"[objects.people.find.email]\npath = '/find'\n{more}\n{find}"))
    with shop(answer) as server:
        one = connected(server, text)
        found = one.find("people", "email", ["a@B.example"], ["name"])
        assert [(r.id, r.values["name"]) for r in found] == [("1", "whole")]
    first = changed((find, f"[objects.people.find.email]\npath = '/find'\n{more[:-14]}\n{find}"))
    with shop(answer) as server:
        found = connected(server, first).find("people", "email", ["a@B.example"], ["email"])
        assert [r.id for r in found] == ["1"]


DESCRIBE = """
[objects.people.describe]
path = "/fields"
records = "fields"
name = "code"
label = "title"
type = "kind"
types = { str = "text", opt = { type = "enum", codec = "plain" } }
required = "must"
readonly = "fixed"
choices = "options"
choice = "id"
nested = { own = "custom/{name}" }
"""


def test_fields_are_described_by_the_vendor_and_by_the_manifest_which_goes_first() -> None:
    fields = [
        {"code": "name", "kind": "str", "title": "Name", "must": True},
        {"code": "h4sh", "kind": "opt", "own": True, "options": [{"id": 1}, {"id": 2}]},
        {"code": "fixed", "kind": "str", "fixed": True},
        {"code": "odd", "kind": "matrix"},
    ]
    row = {"id": 1, "custom": {"h4sh": 2}, "name": "P1"}

    def answer(asked: Asked) -> Answer:
        return {"fields": fields} if asked.call == "GET /fields" else {"items": [row]}

    with shop(answer) as server:
        one = connected(server, MANIFEST + DESCRIBE, key_field="ours")
        told = {field.name: field for field in one.describe("people")}
        assert set(told) == {"name", "h4sh", "fixed", "id", "email", "ours", "state"}
        assert told["h4sh"].choices == ("1", "2")
        assert (told["fixed"].writable, told["ours"].unique, told["id"].refers) == (
            False,
            True,
            ("people",),
        )
        (page,) = one.read("people", ["h4sh", "name"], None)
        assert dict(page.records[0].values) == {"h4sh": "2", "name": "P1"}
    with shop(lambda _: {"fields": 7}) as server, pytest.raises(Unavailable):
        connected(server, MANIFEST + DESCRIBE).describe("people")


def test_the_account_tells_its_users_and_its_currency() -> None:
    audit = """
[audit]
users = { object = "people", email = "email" }
currency = { path = "/me" }
currency_at = "money"
"""
    rows = [{"id": 1, "email": "Ann@acme.example"}, {"id": 2, "email": "x@acme.example"}]

    def answer(asked: Asked) -> Answer:
        return {"money": "EUR"} if asked.call == "GET /me" else {"items": rows}

    with shop(answer) as server:
        made: Any = connected(server, MANIFEST + audit)
        told = made.audit(Wants(emails=("ann@acme.example",)))
    assert told.currency == "EUR"
    assert [(one.id, one.active) for one in told.users] == [("1", True)]


def test_a_cursor_is_plain_text_without_a_secret() -> None:
    with shop(WAYS[MANIFEST]) as server:
        one = connected(server)
        cursor = list(one.read("people", [], None))[-1].cursor
    assert json.loads(cursor)["mode"] == "search"
    assert "k-1" not in f"{cursor} {one!r}"
