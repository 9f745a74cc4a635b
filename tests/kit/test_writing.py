"""Rows sent in calls of many, to a vendor that is made up: what becomes of each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import ClassVar

import pytest

from crmbridge.errors import (
    AuthFailed,
    ConnectorError,
    NotSupported,
    Refused,
    Throttled,
    Unavailable,
    Unknown,
)
from crmbridge.kit import words
from crmbridge.kit.children import Bringing, Child, Way, changes
from crmbridge.kit.kept import Kept
from crmbridge.kit.keys import Name, keyed, known_as
from crmbridge.kit.linking import Linking, Trouble
from crmbridge.kit.tracks import Tracks
from crmbridge.kit.writing import Kinds, Writing
from crmbridge.model.record import Outcome, Record, Row, Value, Written

Answer = Callable[[Sequence[Row]], Sequence[Written]]


def row(number: int, ident: str = "", **values: Value) -> Row:
    return Row(op=f"op{number}", key=f"lead-{number}", id=ident, values=values)


def taken(rows: Sequence[Row]) -> list[Written]:
    return [words.done("lead", one, one.id or f"new {one.key}", created=not one.id) for one in rows]


class Made(Writing):
    """Four rows a call, to a vendor that is a function; what it was asked is kept."""

    batch: ClassVar[int] = 4

    def __init__(self, answer: Answer, rows: Sequence[Row]) -> None:
        super().__init__("lead", rows)
        self.answer, self.calls = answer, list[list[str]]()

    def body(self, row: Row) -> Mapping[str, Value]:
        if "unsendable" in row.values:
            raise ValueError("no form of it")
        return {"key": row.id or keyed(row), **row.values}

    def names(self, row: Row) -> Sequence[Name]:
        return known_as(row)

    def call(self, numbers: Sequence[int]) -> None:
        rows = [self.rows[n] for n in numbers]
        self.calls.append([one.op for one in rows])
        self.results.update(zip(numbers, self.answer(rows), strict=True))

    def spoils(self, error: Refused) -> bool:
        return error.code == "spoilt"


def written(answer: Answer, *rows: Row, kind: type[Made] = Made) -> tuple[Made, list[str]]:
    made = kind(answer, rows)
    made.run()
    return made, [made.results[n].outcome.value for n in range(len(rows))]


def raising(*errors: Exception | None) -> Answer:
    left = iter(errors)

    def answer(rows: Sequence[Row]) -> Sequence[Written]:
        if error := next(left, None):
            raise error
        return taken(rows)

    return answer


def test_what_has_an_id_goes_first_and_by_itself() -> None:
    made, told = written(taken, row(1), row(2, "2"), row(3), row(4, "4"))
    assert made.calls == [["op2", "op4"], ["op1", "op3"]]
    assert told == ["done"] * 4


def test_a_row_that_cannot_be_sent_is_refused_and_the_others_go() -> None:
    made, told = written(taken, row(1, unsendable="x"), Row(op="op2", key="", values={}), row(3))
    assert (told, made.calls) == (["refused", "refused", "done"], [["op3"]])
    assert [made.results[n].code for n in (0, 1)] == ["bad_value", "NO_KEY"]


def test_a_later_row_of_a_record_waits_while_an_older_one_is_open() -> None:
    made, told = written(raising(Unknown("cut")), row(1, "7"), row(2, "7"), row(3, "8"))
    assert (told, made.calls) == (["unknown", "later", "unknown"], [["op1", "op3"]])


def test_an_idle_row_is_not_sent_and_keeps_its_place() -> None:
    made = Made(taken, [row(1, "7"), row(2, "7"), row(3, "8")])
    made.run(idle={0})
    assert made.calls == [["op3"], ["op2"]]
    assert sorted(made.results) == [1, 2]


def test_one_spoilt_row_is_found_by_halves() -> None:
    def answer(rows: Sequence[Row]) -> Sequence[Written]:
        if any(one.op == "op3" for one in rows):
            raise Refused("spoilt", code="spoilt", field="name")
        return taken(rows)

    made, told = written(answer, *(row(n) for n in range(1, 5)))
    assert told == ["done", "done", "refused", "done"]
    assert made.results[2].field == "name"
    assert [len(one) for one in made.calls] == [4, 2, 2, 1, 1]


class Sparing(Made):
    """One that may search with two calls a batch."""

    search: ClassVar[int | None] = 2


def test_a_search_that_has_no_calls_left_puts_the_rest_off() -> None:
    def answer(rows: Sequence[Row]) -> Sequence[Written]:
        raise Refused("spoilt", code="spoilt")

    made, told = written(answer, *(row(n) for n in range(4)), kind=Sparing)
    assert (told, len(made.calls)) == (["later"] * 4, 3)


@pytest.mark.parametrize(
    ("error", "told", "wait"),
    [
        (Throttled("slow down", retry_after=7), ["later", "later"], 7.0),
        (Unavailable("down"), ["later", "later"], 0.0),
        (Unknown("cut"), ["unknown", "done"], 0.0),
        (Refused("no", code="no"), ["refused", "done"], 0.0),
        (NotSupported("no"), ["refused", "done"], 0.0),
    ],
)
def test_an_error_stops_what_follows_or_not(
    error: ConnectorError, told: list[str], wait: float
) -> None:
    made, found = written(raising(error), *(row(n) for n in range(8)))
    assert found == [each for each in told for _ in range(4)]
    assert made.results[0].retry_after == wait


class Halting(Made):
    """One that sends nothing more after any error."""

    stops: ClassVar[Kinds] = (ConnectorError,)


def test_what_is_not_sent_for_an_unknown_outcome_before_it_is_for_later() -> None:
    made, found = written(raising(Unknown("cut")), *(row(n) for n in range(8)), kind=Halting)
    assert (found, len(made.calls)) == (["unknown"] * 4 + ["later"] * 4, 1)


def test_a_rejected_credential_leaves_as_long_as_nothing_was_sent() -> None:
    with pytest.raises(AuthFailed):
        written(raising(AuthFailed("no")), row(1))
    _, told = written(raising(None, AuthFailed("no")), *(row(n) for n in range(5)))
    assert told == ["done"] * 4 + ["later"]


def test_one_id_answered_for_two_rows_makes_both_unknown() -> None:
    _, told = written(lambda rows: [words.done("lead", one, "9") for one in rows], row(1), row(2))
    assert told == ["unknown", "unknown"]


def test_parts_of_an_answer_are_matched_by_name_and_one_stray_error_by_what_is_left() -> None:
    made = Made(taken, [row(1), row(2), row(3)])

    def done(ident: str, one: Row) -> Written:
        return words.done("lead", one, ident)

    def bad(one: Row) -> Written:
        return words.refused(one, "bad", "")

    results = [([("key", f"lead-{n}")], partial(done, str(n))) for n in (3, 1)]
    made.match([0, 1, 2], known_as, results, [([("id", "x")], bad)], partial(done, "none"))
    assert [made.results[n].id for n in (0, 1, 2)] == ["1", "", "3"]
    assert made.results[1].code == "bad"


def test_a_record_that_is_gone_is_told_from_one_that_was_merged() -> None:
    made = Made(taken, [row(1, "1"), row(2, "2"), row(3, "3")])
    made.results = {n: words.gone(one, "NONE") for n, one in enumerate(made.rows)}
    found = [Record(obj="lead", id="9", absorbed=("2",)), Record(obj="lead", id="3")]
    made.find_survivors(lambda ids: found, range(3), "NONE")
    assert [made.results[n].outcome.value for n in range(3)] == ["gone", "moved", "later"]
    assert made.results[1].moved_to == ("lead", "9")


class Stage(Kept):
    """A stage that the vendor keeps as often as it is told to."""

    field: ClassVar[str] = "stage"
    code: ClassVar[str] = "STAGE"
    why: ClassVar[str] = "kept"

    def __init__(self, *, backward: bool, keeps: int) -> None:
        super().__init__("lead", backward=backward)
        self.keeps, self.writes = keeps, list[dict[str, str]]()

    def held(self, ids: Sequence[str]) -> dict[str, str]:
        self.keeps -= 1
        return dict.fromkeys(ids, "old" if self.keeps >= 0 else "new")

    def put(self, values: Mapping[str, str]) -> None:
        self.writes.append(dict(values))

    def doubtful(self, row: Row) -> bool:
        return row.before.get("stage") != "new"


@pytest.mark.parametrize(
    ("backward", "keeps", "outcome", "code", "writes"),
    [
        (False, 0, Outcome.DONE, "", []),
        (False, 1, Outcome.DONE, "STAGE_KEPT", []),
        (True, 1, Outcome.DONE, "", [{"7": ""}, {"7": "new"}]),
        (True, 2, Outcome.REFUSED, "STAGE_KEPT", [{"7": ""}, {"7": "new"}]),
    ],
)
def test_a_value_that_a_vendor_keeps_is_found_and_set_again_where_that_is_allowed(
    backward: bool, keeps: int, outcome: Outcome, code: str, writes: list[dict[str, str]]
) -> None:
    stage, one = Stage(backward=backward, keeps=keeps), row(1, "7", stage="new")
    results = {0: words.done("lead", one, "7")}
    stage.check([one], results, [0])
    assert (results[0].outcome, results[0].code, stage.writes) == (outcome, code, writes)


class Ties(Linking):
    """Ties of which those to 13 fail because it is gone."""

    batch: ClassVar[int] = 9

    def ties(self, row: Row) -> list[str]:
        return [name for name in row.values if name == "people"]

    def link(self, field: str, pairs: Sequence[tuple[str, str]]) -> list[Trouble]:
        return [({"13"}, lambda one: words.gone(one, "NONE"))] if pairs else []


def test_a_tie_that_fails_is_its_own_rows_refusal() -> None:
    rows = [row(1, "1", people=("12", "13")), row(2, "2", people="12")]
    results = {n: words.done("deal", one, one.id) for n, one in enumerate(rows)}
    Ties().settle(rows, results, [0, 1])
    assert [results[n].outcome.value for n in (0, 1)] == ["refused", "done"]
    assert (results[0].id, results[0].field) == ("1", "people")


class Lists(Tracks):
    """Lists of which one is looked up at a time."""

    batch: ClassVar[int] = 2

    def __init__(self) -> None:
        super().__init__()
        self.looked, self.moved = list[str](), list[tuple[list[str], list[str]]]()

    def found(self, track: str) -> str:
        self.looked.append(track)
        return "1"

    def move(self, own: str, add: Sequence[str], remove: Sequence[str]) -> set[str]:
        self.moved.append(([*add], [*remove]))
        return {"9"}

    def strange(self, record: str) -> str:
        return "" if record.isdigit() else "no id"


def test_a_list_is_looked_up_once_and_each_id_has_its_answer() -> None:
    lists = Lists()
    told = lists.enroll("Again", ["1", "2", "x"], ["2", "9"])
    assert told == {"1": "done", "2": "done", "x": "no id", "9": "gone"}
    assert lists.moved == [(["1"], ["2"]), ([], ["9"])]
    assert lists.enroll("Again", [], []) == {}
    assert lists.looked == ["Again"]


def test_what_makes_room_goes_first() -> None:
    there = {("a",): Decimal(50), ("b",): Decimal(30), ("c",): Decimal(20), ("d",): Decimal(0)}
    wanted = {("b",): Decimal(60), ("c",): Decimal(10), ("d",): Decimal(0), ("e",): Decimal(30)}
    assert list(changes(there, wanted, [("a",), ("z",)])) == [
        ("delete", ("a",)),
        ("update", ("c",)),
        ("update", ("b",)),
        ("create", ("e",)),
    ]


class Shares(Bringing):
    """Children of which the deletions are stale and the change of `op1` is refused."""

    batch: ClassVar[int] = 9
    stale: ClassVar[frozenset[str]] = frozenset({"GONE"})

    def __init__(self) -> None:
        self.sent: list[tuple[Way, list[str]]] = []

    def send(self, way: Way, rows: Sequence[Row]) -> list[Written]:
        self.sent.append((way, [one.op for one in rows]))
        if way == "delete":
            return [words.refused(one, "GONE", "") for one in rows]
        return [
            words.refused(one, "bad", "") if one.op == "op1" else words.done("share", one, "5")
            for one in rows
        ]


def test_of_an_operation_of_which_a_part_did_not_go_no_later_part_is_sent() -> None:
    ways: tuple[Way, ...] = ("delete", "update", "create")
    shares = Shares()
    worst = shares.bring([Child(way=way, row=row(n, "5")) for way in ways for n in (1, 2)])
    assert {op: one.code for op, one in worst.items()} == {"op1": "bad"}
    assert shares.sent[-1] == ("create", ["op2"])
