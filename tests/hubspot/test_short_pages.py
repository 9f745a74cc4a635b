"""No read of HubSpot ends before its end: every paged read, every short page, every total."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from connectors.hubspot import HubSpot
from crmbridge.errors import Unavailable
from crmbridge.model.record import Page
from crmbridge.testing.emulator.vendor import Request, Response
from tests.contract.scripted import scripted

OLD = 1_700_000_000_000
CURSOR = json.dumps({"v": 1, "mode": "search", "hi": OLD, "run": 0, "last": ""})
STAMP = "2026-11-02T08:59:00.000Z"
GUID = "11111111-1111-1111-1111-111111111111"


def record(number: int) -> dict[str, Any]:
    return {"id": str(number), "properties": {"firstname": f"N{number}"}, "updatedAt": STAMP}


def after(request: Request) -> int:
    """The id above which a search asks."""
    filters = request.json()["filterGroups"][0]["filters"]
    return int(next(f["value"] for f in filters if f["propertyName"] == "hs_object_id"))


class Index:
    """A search index that holds ids 1 to `count`, and gives of chosen calls less than it has.

    `cut` maps the number of a call to how many rows it gives; `total` and `cursor` say whether a
    cut answer still tells the truth by its total, and by its paging.
    """

    def __init__(self, count: int, cut: dict[int, int], *, total: bool, cursor: bool) -> None:
        self.count, self.cut, self.total, self.cursor = count, cut, total, cursor
        self.calls = 0

    def __call__(self, request: Request) -> Response:
        self.calls += 1
        left = list(range(after(request) + 1, self.count + 1))
        most = self.cut.get(self.calls, 200)
        given = left[: min(most, 200)]
        short = self.calls in self.cut
        body: dict[str, Any] = {"results": [record(n) for n in given]}
        body["total"] = len(left) if self.total or not short else len(given)
        if len(left) > len(given) and (self.cursor or not short):
            body["paging"] = {"next": {"after": str(len(given) or 200)}}
        return Response(body=body)


def looks(connector: HubSpot, obj: str, cursor: str, most: int) -> tuple[set[str], str, int]:
    """Read as the pull does, from the last cursor, again after an error; ids, cursor, errors."""
    seen: set[str] = set()
    failed = 0
    for _ in range(most):
        try:
            for page in connector.read(obj, ["firstname"], cursor):
                seen |= {one.id for one in page.records}
                cursor = page.cursor
            return seen, cursor, failed
        except Unavailable:
            failed += 1
    return seen, cursor, failed


SHORT = [
    (count, {call: rows}, total, cursor)
    for count, call, rows, (total, cursor) in product(
        (1, 150, 200, 201, 400, 450),
        (1, 2, 3),
        (0, 1, 99, 199),
        ((True, True), (True, False), (False, True)),
    )
    if (call - 1) * 200 < count and rows < min(200, count - (call - 1) * 200)
]


@pytest.mark.parametrize(("count", "cut", "total", "cursor"), SHORT)
def test_a_short_page_with_more_behind_it_is_no_end_of_a_search(
    count: int, cut: dict[int, int], total: bool, cursor: bool
) -> None:
    with scripted(Index(count, cut, total=total, cursor=cursor)) as (connector, _):
        seen, end, failed = looks(connector, "contacts", CURSOR, 3)
    assert seen == {str(n) for n in range(1, count + 1)}
    assert json.loads(end)["hi"] > OLD
    assert failed <= 1


@pytest.mark.parametrize("count", [2, 250, 401])
@pytest.mark.parametrize("promised", [1, 7, 300])
def test_a_total_that_shrinks_while_paging_is_asked_about_again(count: int, promised: int) -> None:
    calls = 0

    def answer(request: Request) -> Response:
        nonlocal calls
        calls += 1
        left = list(range(after(request) + 1, count + 1))
        # the first pass is promised more than its later pages know of
        told = len(left) + (promised if calls == 1 else 0)
        given = left[: 200 if calls > 1 or count > 200 else 1]
        return Response(body={"total": told, "results": [record(n) for n in given]})

    with scripted(answer) as (connector, _):
        seen, end, failed = looks(connector, "contacts", CURSOR, 2)
    assert len(seen) == count
    assert (json.loads(end)["hi"] > OLD, failed) == (True, 0)


@pytest.mark.parametrize("obj", ["contacts", "deals", "companies", "0-1", "meetings"])
@pytest.mark.parametrize("ghosts", [1, 300])
def test_a_search_that_stays_short_never_moves_the_watermark_and_stalls_nothing(
    obj: str, ghosts: int
) -> None:
    def answer(request: Request) -> Response:
        left = list(range(after(request) + 1, 6))
        results = [record(n) for n in left]
        return Response(body={"total": len(left) + ghosts, "results": results})

    cursor, errors, ended = CURSOR, [], 0
    seen: set[str] = set()
    with scripted(answer) as (connector, _):
        for _ in range(12):
            try:
                for page in connector.read(obj, ["firstname"], cursor):
                    seen |= {one.id for one in page.records}
                    cursor = page.cursor
                ended += 1
                assert seen == {"1", "2", "3", "4", "5"}
                seen.clear()  # each later look gives them all again
            except Unavailable as error:
                errors.append(str(error))
            assert json.loads(cursor)["hi"] == OLD
    assert errors
    assert ended
    assert all("more" in text for text in errors)


def test_a_search_that_was_short_goes_on_once_the_vendor_agrees_with_itself() -> None:
    ghosts = 3

    def answer(request: Request) -> Response:
        left = list(range(after(request) + 1, 6))
        return Response(body={"total": len(left) + ghosts, "results": [record(n) for n in left]})

    cursor = CURSOR
    with scripted(answer) as (connector, _):
        for _ in range(12):
            try:
                for page in connector.read("contacts", ["firstname"], cursor):
                    cursor = page.cursor
            except Unavailable:
                continue
        held = json.loads(cursor)
        ghosts = 0
        seen, end, failed = looks(connector, "contacts", cursor, 1)
    assert held["hi"] == OLD
    assert (len(seen), failed) == (5, 0)
    assert json.loads(end)["hi"] > OLD
    assert json.loads(end)["short"] == 0


# the reads by list: contacts, the archive, owners, submissions of a form


def pages_of(kind: str, connector: HubSpot) -> Iterator[Page]:
    if kind == "archive":
        return connector.read_deleted("contacts", None)
    obj = {"list": "contacts", "owners": "owners", "form": f"form:{GUID}"}[kind]
    return connector.read(obj, [], None)


def row(kind: str, number: int) -> dict[str, Any]:
    if kind == "form":
        return {"conversionId": str(number), "submittedAt": OLD + 1_000 - number, "values": []}
    if kind == "owners":
        return {"id": str(number), "email": f"o{number}@x.example"}
    return {**record(number), "archivedAt": STAMP}


def walk(kind: str, sizes: list[int], told: int | None) -> Callable[[Request], Response]:
    """Answer with pages of these sizes, each but the last with a cursor to the next."""

    def answer(request: Request) -> Response:
        page = int(request.one("after") or 1) - 1
        body: dict[str, Any] = {"results": []}
        if kind == "owners" and request.one("archived") == "true":
            return Response(body=body)
        start = sum(sizes[:page])
        body["results"] = [row(kind, start + n + 1) for n in range(sizes[page])]
        if page + 1 < len(sizes):
            body["paging"] = {"next": {"after": str(page + 2)}}
        if told is not None:
            body["total"] = told
        return Response(body=body)

    return answer


SIZES = [list(sizes) for sizes in product((0, 1, 3), repeat=3)]
KINDS = ("list", "archive", "owners", "form")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_an_empty_or_short_page_with_a_cursor_is_no_end_of_a_list(
    kind: str, sizes: list[int]
) -> None:
    with scripted(walk(kind, sizes, None)) as (connector, _):
        found = [one.id for page in pages_of(kind, connector) for one in page.records]
    assert sorted(found, key=int) == [str(n + 1) for n in range(sum(sizes))]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sizes", [[0], [2], [3, 0], [0, 3]], ids=str)
@pytest.mark.parametrize("missing", [1, 40])
def test_a_list_whose_total_says_more_than_came_is_no_end(
    kind: str, sizes: list[int], missing: int
) -> None:
    with scripted(walk(kind, sizes, sum(sizes) + missing)) as (connector, _):
        read = pages_of(kind, connector)
        cursors: list[str] = []
        with pytest.raises(Unavailable):
            cursors += (page.cursor for page in read)
    assert all(json.loads(one)["hi"] == 0 for one in cursors)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cycle", [1, 2])
def test_pages_that_go_round_in_a_circle_end_the_read(kind: str, cycle: int) -> None:
    def answer(request: Request) -> Response:
        page = int(request.one("after") or 0)
        following = 1 if page == cycle else page + 1
        return Response(body={"results": [], "paging": {"next": {"after": str(following)}}})

    with scripted(answer) as (connector, _), pytest.raises(Unavailable):
        list(pages_of(kind, connector))


# associations and batches by id


def linked(give: Callable[[int, list[str]], list[str]]) -> Callable[[Request], Response]:
    calls = 0

    def answer(request: Request) -> Response:
        nonlocal calls
        if "/associations/" not in request.path:
            return Response(body={"results": [record(n) for n in (1, 2, 3)]})
        calls += 1
        asked = [one["id"] for one in request.json()["inputs"]]
        rows = [
            {"from": {"id": i}, "to": [{"toObjectId": 10 + int(i)}]} for i in give(calls, asked)
        ]
        return Response(body={"status": "COMPLETE", "results": rows})

    return answer


@pytest.mark.parametrize("given", [(), ("1",), ("2",), ("1", "3"), ("1", "2")], ids=str)
def test_associations_that_an_answer_leaves_out_without_a_word_are_asked_for_again(
    given: tuple[str, ...],
) -> None:
    def give(call: int, asked: list[str]) -> list[str]:
        return [one for one in asked if call > 1 or one in given]

    with scripted(linked(give)) as (connector, _):
        (page,) = connector.read("deals", ["associations.contacts"], None)
    assert [r.values["associations.contacts"] for r in page.records] == [("11",), ("12",), ("13",)]


def test_associations_that_fail_for_another_reason_than_none_are_no_answer() -> None:
    def answer(request: Request) -> Response:
        if "/associations/" not in request.path:
            return Response(body={"results": [record(1)]})
        trouble = {"category": "INTERNAL_ERROR", "message": "try later"}
        return Response(status=207, body={"results": [], "errors": [trouble], "numErrors": 1})

    with scripted(answer) as (connector, _), pytest.raises(Unavailable):
        list(connector.read("deals", ["associations.contacts"], None))


def test_an_empty_page_of_associations_with_a_cursor_is_no_end() -> None:
    def answer(request: Request) -> Response:
        if "/associations/" not in request.path:
            return Response(body={"results": [record(1)]})
        (asked,) = request.json()["inputs"]
        place = int(asked.get("after", 0))
        ends: list[Any] = [[], [{"toObjectId": 11}], [], [{"toObjectId": 12}]][place]
        found: dict[str, Any] = {"from": {"id": "1"}, "to": ends}
        if place < 3:
            found["paging"] = {"next": {"after": str(place + 1)}}
        return Response(body={"results": [found]})

    with scripted(answer) as (connector, _):
        (page,) = connector.read("deals", ["associations.contacts"], None)
    assert page.records[0].values["associations.contacts"] == ("11", "12")


@pytest.mark.parametrize("told", [True, False])
def test_a_batch_by_id_that_leaves_records_out_is_asked_again(told: bool) -> None:
    many = ["firstname", *(f"a_rather_long_property_name_{n}" for n in range(120))]
    batches = 0

    def answer(request: Request) -> Response:
        nonlocal batches
        if "search" in request.path:
            return Response(body={"total": 3, "results": [record(n) for n in (1, 2, 3)]})
        batches += 1
        asked = [one["id"] for one in request.json()["inputs"]]
        given = [one for one in asked if batches > 1 or one != "2"]
        body: dict[str, Any] = {"results": [record(int(one)) for one in given]}
        if told and batches == 1:
            body |= {"numErrors": 1, "errors": [{"category": "OBJECT_NOT_FOUND"}]}
        return Response(status=207 if told and batches == 1 else 200, body=body)

    with scripted(answer) as (connector, _):
        (page,) = connector.read("contacts", many, CURSOR)
    wanted = {"1", "3"} if told else {"1", "2", "3"}
    assert {one.id for one in page.records} == wanted
