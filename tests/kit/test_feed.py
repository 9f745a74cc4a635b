"""Reading without a gap: cursors, walks to their end, and questions that are asked in parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crmbridge.connector import LookUp
from crmbridge.errors import ConnectorError, CursorGone, Refused, Unavailable
from crmbridge.kit.feed import cursor as texts
from crmbridge.kit.feed import keyset, window
from crmbridge.kit.feed.back import Lookback
from crmbridge.kit.feed.chain import end_of, followed
from crmbridge.kit.feed.gather import Part, Question, gathered
from crmbridge.kit.feed.log import Log, Reach, logged
from crmbridge.kit.feed.look import find_many, readable_ones
from crmbridge.kit.feed.parts import by_ids, fitting
from crmbridge.kit.feed.walk import Batch, walk
from crmbridge.kit.feed.walked import all_but_old, newest
from crmbridge.kit.fields import millis
from crmbridge.model.record import Record

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_cursor_comes_back_as_it_went() -> None:
    place = keyset.Place(mark="2026-11-02T09:00:00Z", low="")
    assert place.text() == '{"v":1,"mark":"2026-11-02T09:00:00Z","low":""}'
    assert texts.read(keyset.Place, place.text()) == place
    cursor = window.Cursor(mode="list", hi=3, last="7")
    assert texts.read(window.Cursor, cursor.text()) == cursor


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "[]", "{}", "null", '{"v":2,"mode":"list"}', '{"v":1}', '{"v":1,"mode":4}'),
        *('{"v":1,"mode":"list","hi":"3"}', '{"v":1,"mode":"list","hi":true}'),
    ],
)
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorGone, match="things cannot be read"):
        window.parse("Vendor", "things", text, "list")


def test_a_cursor_of_another_feed_is_refused() -> None:
    with pytest.raises(CursorGone, match="'form' came where list is read"):
        window.parse("Vendor", "things", window.Cursor(mode="form").text(), "list")


def pages(*batches: Batch) -> Any:
    given = {"": 0} | {one.next: n + 1 for n, one in enumerate(batches) if one.next}
    return lambda place: batches[given[place]]


def rows(*ids: str) -> list[dict[str, Any]]:
    return [{"id": each} for each in ids]


def test_a_walk_ends_where_the_vendor_says_so_and_no_earlier() -> None:
    ask = pages(Batch(rows=rows("1"), next="a"), Batch(rows=(), next="b"), Batch(rows=rows("2")))
    assert [len(one.rows) for one in walk("Vendor", "leads", ask)] == [1, 0, 1]
    assert [len(one.rows) for one in walk("Vendor", "leads", ask, "b")] == [1]
    short = pages(Batch(rows=rows("1"), next="a"), Batch(rows=rows("2"), total=5))
    with pytest.raises(Unavailable, match="3 more of leads"):
        list(walk("Vendor", "leads", short))


def test_a_walk_in_a_circle_is_stopped() -> None:
    asked: list[str] = []

    def ask(place: str) -> Batch:
        asked.append(place)
        return Batch(rows=rows("1"), next="b" if place == "a" else "a")

    with pytest.raises(Unavailable, match="again and again"):
        list(walk("Vendor", "leads", ask))
    assert asked == ["", "a", "b"]


def record(row: Mapping[str, Any]) -> Record:
    return Record(obj="forms", id=row["id"], changed_at=row.get("at"))


def test_a_list_from_the_newest_on_is_read_down_to_the_last_look_and_its_overlap() -> None:
    first: list[dict[str, Any]] = [{"id": "9", "at": NOW}, {"id": "8", "at": NOW - DAY}]
    older: list[dict[str, Any]] = [{"id": "7", "at": NOW - 2 * DAY}, {"id": "6"}]
    ask = pages(Batch(rows=first, next="a"), Batch(rows=older, next="b"), Batch(rows=()))
    start = window.Cursor(mode="form", hi=millis(NOW - DAY))
    found = list(newest("Vendor", "a form", start, 3600, ask, record))
    assert [[one.id for one in page.records] for page in found] == [["9", "8"], []]
    assert [page.more for page in found] == [True, False]
    assert window.parse("Vendor", "things", found[-1].cursor, "form").hi == millis(NOW)


def test_a_list_that_is_walked_whole_gives_what_came_onto_it_since() -> None:
    there: list[dict[str, Any]] = [
        {"id": "1", "at": NOW - 9 * DAY},
        {"id": "2", "at": NOW},
        {"id": "3"},
    ]
    ask = pages(Batch(rows=there, date=NOW))
    start = window.Cursor(mode="archived", hi=millis(NOW - DAY))
    (page,) = all_but_old(
        "Vendor",
        "gone",
        start,
        60,
        ask,
        lambda row: row.get("at"),
        lambda some: [*map(record, some)],
    )
    assert [one.id for one in page.records] == ["2", "3"]
    assert window.parse("Vendor", "things", page.cursor, "archived").hi == millis(NOW)


def test_a_log_is_asked_for_no_more_than_it_holds_and_tells_what_is_still_kept() -> None:
    spans: list[tuple[datetime, datetime]] = []
    kept = Record(obj="Lead", id="2", values={"a": "b"})

    def ask(start: datetime, end: datetime) -> Log:
        spans.append((start, end))
        return Log(gone={"1": NOW, "2": NOW}, until=keyset.moment(end))

    reach = Reach(back=15 * DAY, least=timedelta(minutes=2))
    for low in ("", "2026-01-01T00:00:00Z", "2026-11-02T08:00:00Z", "2026-11-03T00:00:00Z"):
        place = keyset.Place(low=low)
        page = logged("Lead", place, NOW, reach, ask, lambda ids: {"2": kept})
    early, old, hour, ahead = (NOW - start for start, _ in spans)
    assert (early, old, hour, ahead) == (15 * DAY, 15 * DAY, timedelta(hours=1), reach.least)
    assert [(one.deleted, dict(one.values)) for one in page.records] == [
        (True, {}),
        (False, {"a": "b"}),
    ]


def test_what_hangs_on_records_is_gathered_to_its_end_and_asked_for_twice_where_silent() -> None:
    asked: list[Sequence[Question]] = []

    def ask(some: Sequence[Question]) -> Iterator[Part]:
        asked.append(some)
        for own, after in some:
            if own != "3":
                yield Part(own=own, ends=[f"{own}{after}", "x"], after="" if after else "more")

    found = gathered("Vendor", "ties", ["1", "2", "3"], 2, ask)
    assert found == {"1": ("1", "x", "1more"), "2": ("2", "x", "2more"), "3": ()}
    assert [own for own, _ in asked[-1]] == ["3"]
    assert sum(own == "3" for some in asked for own, _ in some) == 2


def too_large(error: str = "") -> Refused:
    return Refused(error, code="http_413")


def test_records_that_are_too_large_are_named_and_the_others_read() -> None:
    calls: list[int] = []

    def ask(some: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
        calls.append(len(some))
        if "5" in some:
            raise too_large()
        return rows(*some), 0

    found, large = by_ids("Vendor", "leads", [str(n) for n in range(8)], 8, ask)
    assert ([row["id"] for row in found], large) == (["0", "1", "2", "3", "4", "6", "7"], ["5"])
    assert calls == [8, 4, 4, 2, 1, 1, 2]


def test_records_that_are_left_out_without_a_word_are_asked_for_once_more() -> None:
    silent = iter([rows("1"), rows("2"), rows("1"), []])
    assert by_ids("Vendor", "leads", ["1", "2"], 9, lambda _: (next(silent), 0)) == (
        rows("1", "2"),
        [],
    )
    with pytest.raises(Unavailable, match="1 more of leads"):
        by_ids("Vendor", "leads", ["1", "2"], 9, lambda _: (next(silent), 0))


def test_one_value_that_cannot_be_read_costs_none_of_the_others_and_all_are_an_error() -> None:
    def ask(some: Sequence[str]) -> Sequence[str]:
        if any("bad" in one for one in some):
            raise Refused("unreadable", code="INVALID")
        return some

    def of_one(error: ConnectorError) -> bool:
        return isinstance(error, Refused)

    assert readable_ones(["a", "bad", "b"], ask, of_one) == ["a", "b"]
    with pytest.raises(Refused):
        readable_ones(["bad 1", "bad 2"], ask, of_one)


def test_look_ups_that_one_call_does_not_answer_are_made_alone() -> None:
    looks = [LookUp(obj=obj, by="k", values=["1", "2", "3"], fields=()) for obj in ("a", "b")]
    alone: list[tuple[str, Sequence[str]]] = []

    def together(some: Sequence[LookUp]) -> dict[int, list[Record]]:
        if some[0].obj == "b":
            raise too_large()
        return {0: [Record(obj=some[0].obj, id=each) for each in some[0].values]}

    def by_itself(look: LookUp) -> list[Record]:
        alone.append((look.obj, look.values))
        return [Record(obj=look.obj, id=each) for each in look.values]

    def split(look: LookUp) -> list[Sequence[str]]:
        return [look.values[:2], look.values[2:]]

    found = find_many(looks, split, 2, together, by_itself)
    assert [[one.id for one in some] for some in found] == [["1", "2", "3"], ["1", "2", "3"]]
    assert alone == [("a", ["3"]), ("b", ["1", "2"]), ("b", ["3"])]


def test_values_are_put_together_as_far_as_they_fit() -> None:
    assert list(fitting(["aa", "bbbb", "c", "d"], len, 5, 9)) == [["aa"], ["bbbb", "c"], ["d"]]
    assert list(fitting("abc", len, 9, 2)) == [["a", "b"], ["c"]]
    assert list(fitting(["longer than all"], len, 5, 9)) == [["longer than all"]]
    assert list(fitting([], len, 5, 9)) == []


def test_a_chain_of_merges_is_followed_to_its_end_and_a_circle_is_left() -> None:
    rows_of = {"1": "2", "2": "3", "3": "", "8": "9", "9": "8"}
    asked: list[list[str]] = []

    def ask(ids: list[str]) -> dict[str, str]:
        asked.append(ids)
        return {each: rows_of[each] for each in ids if each in rows_of}

    known = followed(["1", "8", "7"], {"3": ""}, ask, str)
    assert asked == [["1", "8", "7"], ["2", "9"]]
    assert end_of("1", known, str) == ("3", "")
    assert end_of("7", known, str) == ("7", None)
    assert end_of("8", known, str)[0] in {"8", "9"}


def test_a_feed_that_lags_is_looked_back_further_and_no_other() -> None:
    back = Lookback(timedelta(seconds=60))
    back.reach_back("lead", 600)
    assert (back.of("lead"), back.of("deal")) == (timedelta(seconds=600), timedelta(seconds=60))
    back.reach_back("lead", 0)
    assert back.of("lead") == timedelta(seconds=60)
