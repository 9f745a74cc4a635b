"""Under which names a vendor knows a row's record, and which part of an answer is about it."""

from __future__ import annotations

import pytest

from crmbridge.errors import Refused
from crmbridge.kit.keys import Places, by_place, doubted, keyed, known_as, rounds
from crmbridge.kit.words import done
from crmbridge.model.record import Outcome, Row, Value, Written


def row(number: int, ident: str = "", **values: Value) -> Row:
    return Row(op=f"op{number}", key=f"lead-{number}", id=ident, values=values)


def test_no_call_names_a_record_twice_and_later_rows_go_later() -> None:
    same = [(n, row(1, LastName=f"V{n}")) for n in range(3)]
    other = [(3, row(2))]
    made = list(rounds([*same, *other], known_as))
    assert [[index for index, _ in part] for part in made] == [[0, 3], [1], [2]]


def test_a_record_is_the_same_under_any_of_its_names() -> None:
    first, second, third = row(1, email="A@x.example"), row(2, "7", email="a@X.example "), row(3)
    made = list(
        rounds(enumerate([first, second, third, row(9, "7")]), lambda r: known_as(r, "email"))
    )
    assert [[index for index, _ in part] for part in made] == [[0, 2], [1], [3]]


def test_a_part_of_an_answer_is_matched_by_the_first_name_that_a_row_has() -> None:
    rows = {4: row(4), 5: row(5, "50")}
    places = Places(rows, known_as)
    assert places.of([("id", "51"), ("key", "lead-4")]) == [4]
    assert places.of([("id", "50"), ("key", "lead-5")]) == [5]
    assert places.of([("id", "none")]) == []


def test_one_id_for_two_rows_makes_both_doubtful_and_nothing_else() -> None:
    rows = {n: row(n) for n in range(3)}
    results = {
        n: done("Lead", one, ident) for (n, one), ident in zip(rows.items(), "aab", strict=True)
    }
    told = doubted(results, rows)
    assert {n: one.outcome for n, one in told.items()} == dict.fromkeys(range(3), Outcome.UNKNOWN)
    assert doubted({**results, 1: done("Lead", rows[1], "c")}, rows) == {}


@pytest.mark.parametrize("told", [None, {}, [], ["a"], ["a", "b", "c"]])
def test_an_answer_with_another_count_of_parts_says_nothing_of_any_row(told: object) -> None:
    def settle(one: Row, part: object) -> Written:
        return done("Lead", one, str(part))

    rows = [row(1), row(2)]
    assert {one.outcome for one in by_place(rows, told, settle)} == {Outcome.UNKNOWN}
    assert [one.id for one in by_place(rows, ["a", "b"], settle)] == ["a", "b"]


def test_a_row_without_id_and_key_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        keyed(Row(op="op", key="", values={}))
    assert caught.value.code == "NO_KEY"
