"""Rules per field: every rule over every pair of sides, and what holds of all of them for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.model.authority import KEEPING, Authority
from crmbridge.policy.merge import (
    ABSENT,
    Conflict,
    Merged,
    Opinion,
    Stands,
    agree,
    may_write,
    merge,
    says_nothing,
)

RULES: tuple[Authority, ...] = get_args(Authority)
T = datetime(2026, 5, 10, 12, tzinfo=UTC)
OLD = Stands(value="old", at=T - timedelta(days=1))

# What a side may say beside the agreed `old`: it is empty, as agreed, changed, or was cleared.
LATER = {"agreed": "old", "m": "m", "s": "s", "cleared": None, "untold": ABSENT}
"""marketing's word, sales' word -> the value that holds, by kind of rule; `!` is a question."""
LATER_ROWS = {
    # marketing, sales: marketing rules, sales rules, hold, fill_if_empty and off, once
    ("agreed", "agreed"): ("old", "old", "old", "old", "old"),
    ("agreed", "s"): ("s", "s", "s", "s", "old"),
    ("agreed", "cleared"): (None, None, None, "old", "old"),
    ("agreed", "untold"): ("old", "old", "old", "old", "old"),
    ("m", "agreed"): ("m", "m", "m", "m", "old"),
    ("m", "s"): ("m", "s", "!", "s", "old"),
    ("m", "m"): ("m", "m", "m", "m", "old"),
    ("m", "cleared"): ("m", None, "!", "m", "old"),
    ("m", "untold"): ("m", "m", "m", "m", "old"),
    ("cleared", "agreed"): (None, None, None, "old", "old"),
    ("cleared", "s"): (None, "s", "!", "s", "old"),
    ("cleared", "cleared"): (None, None, None, None, "old"),
    ("cleared", "untold"): (None, None, None, None, "old"),
    ("untold", "agreed"): ("old", "old", "old", "old", "old"),
    ("untold", "s"): ("s", "s", "s", "s", "old"),
    ("untold", "cleared"): (None, None, None, None, "old"),
    ("untold", "untold"): ("old", "old", "old", "old", "old"),
}
FIRST = {"m": "m", "s": "s", "empty": None, "blank": "  ", "untold": ABSENT}
FIRST_ROWS = {
    # at the first look nothing was agreed: a value beats an empty field, whoever has the last word
    ("m", "s"): ("m", "s", "!", "s", "m"),
    ("m", "m"): ("m", "m", "m", "m", "m"),
    ("m", "empty"): ("m", "m", "m", "m", "m"),
    ("m", "blank"): ("m", "m", "m", "m", "m"),
    ("m", "untold"): ("m", "m", "m", "m", "m"),
    ("empty", "s"): ("s", "s", "s", "s", "s"),
    ("blank", "s"): ("s", "s", "s", "s", "s"),
    ("untold", "s"): ("s", "s", "s", "s", "s"),
    ("empty", "empty"): (None, None, None, None, None),
    ("empty", "untold"): (None, None, None, None, None),
    ("untold", "empty"): (None, None, None, None, None),
    ("untold", "untold"): (ABSENT, ABSENT, ABSENT, ABSENT, ABSENT),
}
COLUMN: dict[Authority, int] = {
    "marketing": 0,
    "sales": 1,
    "hold": 2,
    "fill_if_empty": 3,
    "off": 3,
    "once": 4,
}
NEWER = {
    "latest of marketing": (T + timedelta(hours=1), T),
    "latest of sales": (T, T.replace(hour=23)),
}


def cases() -> list[tuple[str, str, str, Opinion, bool]]:
    found: list[tuple[str, str, str, Opinion, bool]] = []
    for table, first in ((LATER_ROWS, False), (FIRST_ROWS, True)):
        for (one, two), row in table.items():
            found += [(rule, one, two, row[at], first) for rule, at in COLUMN.items()]
            found += [("latest of marketing", one, two, row[0], first)]
            found += [("latest of sales", one, two, row[1], first)]
    return found


@pytest.mark.parametrize(("rule", "one", "two", "holds", "first"), cases())
def test_what_holds_of_every_pair_under_every_rule(
    rule: str, one: str, two: str, holds: Opinion, first: bool
) -> None:
    words = FIRST if first else LATER
    name: Authority = "latest" if rule.startswith("latest") else rule  # type: ignore[assignment]
    at = NEWER.get(rule, (T, T))
    base, stands = (ABSENT, Stands()) if first else ("old", OLD)
    found = merge(base, words[one], words[two], name, *at, stands=stands)
    if holds == "!":
        assert isinstance(found, Conflict)
    else:
        assert isinstance(found, Merged)
        assert found.value == holds or (holds is None and found.value == "  ")


@pytest.mark.parametrize("held", ["a", False, 0, ("a",)])
@pytest.mark.parametrize("rule", sorted(KEEPING))
def test_a_rule_that_keeps_writes_over_no_value(rule: Authority, held: Opinion) -> None:
    assert not may_write(rule, held)


@pytest.mark.parametrize("empty", [None, "", "   ", (), ABSENT])
def test_an_empty_field_is_filled_but_under_off(empty: Opinion) -> None:
    allowed = {rule for rule in RULES if may_write(rule, empty)}
    assert allowed == set(RULES) - {"off"}


@pytest.mark.parametrize("rule", ["marketing", "sales", "latest", "hold"])
def test_the_other_rules_may_write_over_a_value(rule: Authority) -> None:
    assert may_write(rule, "a")


def test_before_both_had_it_the_earlier_stamp_says_whose_value_was_first() -> None:
    told = Stands(value="m", at=T)
    later = merge(ABSENT, "m", "s", "once", T, T + timedelta(days=1), stands=told)
    earlier = merge(ABSENT, "m", "s", "once", T, T - timedelta(days=1), stands=told)
    assert (later, earlier) == (Merged(value="m", by="agreed"), Merged(value="s", by="sales"))
    other_way = merge(
        ABSENT,
        "m",
        "s",
        "once",
        T,
        T - timedelta(days=1),
        stands=Stands(value="s", at=T - timedelta(days=1)),
    )
    assert isinstance(other_way, Merged)
    assert other_way.value == "s"


def test_a_value_of_one_side_that_changed_before_the_other_had_it_stays_the_first() -> None:
    found = merge(ABSENT, "new", ABSENT, "once", T, None, stands=OLD)
    assert isinstance(found, Merged)
    assert found.value == "old"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("a ", "a"),
        ("", None),
        ("  ", ABSENT),
        (("x", "y"), ("y", "x")),
        (5, "5"),
        ("x;y", ("y", "x")),
    ],
)
def test_two_ways_to_write_one_value_are_no_dispute(one: Opinion, two: Opinion) -> None:
    found = merge("before", one, two, "hold")
    assert isinstance(found, Merged)


def test_a_value_that_comes_back_to_the_agreed_one_is_no_change() -> None:
    assert merge("a", "a", "c", "marketing") == Merged(value="c", by="sales")
    assert merge("a", " a", "c", "marketing") == Merged(value="c", by="sales")


# ------------------------------------------------------------------ a world of two fields

SIDES = ("marketing", "sales")
VALUES = st.sampled_from(["a", "b", "c", "c ", "", None])
EDITS = st.lists(st.tuples(st.sampled_from(SIDES), VALUES), max_size=3)
ROUNDS = st.lists(EDITS, min_size=1, max_size=6)


class World:
    """One field in two systems, and what a ledger keeps of it."""

    def __init__(self, rule: Authority, marketing: Opinion, sales: Opinion) -> None:
        self.rule = rule
        self.held: dict[str, Opinion] = {"marketing": marketing, "sales": sales}
        self.at = dict.fromkeys(SIDES, T)
        self.base: Opinion = ABSENT
        self.stands = Stands()
        self.now = T
        self.found: Merged | Conflict = Merged(value=ABSENT, by="agreed")

    def edit(self, side: str, value: Opinion) -> None:
        self.now += timedelta(minutes=1)
        self.held[side], self.at[side] = value, self.now

    def round(self) -> list[tuple[str, Opinion, Opinion]]:
        """Read both, merge, write, and read both again; the writes as (side, before, after)."""
        self.found = merge(
            self.base,
            self.held["marketing"],
            self.held["sales"],
            self.rule,
            self.at["marketing"],
            self.at["sales"],
            stands=self.stands,
        )
        if agree(self.held["marketing"], self.held["sales"]):
            self.base = self.held["marketing"]
        if isinstance(self.found, Conflict):
            return []
        value = self.found.value
        if value != self.stands.value:
            self.stands = Stands(value=value, at=self.at.get(self.found.by, self.now))
        writes: list[tuple[str, Opinion, Opinion]] = []
        for side in SIDES:
            before = self.held[side]
            if value is not ABSENT and not agree(before, value) and may_write(self.rule, before):
                writes.append((side, before, value))
                self.held[side], self.base = value, value
        return writes


@given(rule=st.sampled_from(RULES), one=VALUES, two=VALUES, story=ROUNDS)
def test_after_both_were_read_and_written_no_write_is_left(rule, one, two, story) -> None:
    world = World(rule, one, two)
    for edits in [[], *story]:
        for side, value in edits:
            world.edit(side, value)
        world.round()
        assert world.round() == []


@given(rule=st.sampled_from(RULES), one=VALUES, two=VALUES, story=ROUNDS)
def test_no_rule_writes_where_it_must_not(rule, one, two, story) -> None:
    world = World(rule, one, two)
    for edits in [[], *story]:
        for side, value in edits:
            world.edit(side, value)
        before = world.base
        for side, held, after in world.round():
            assert rule != "off"
            if rule in KEEPING:
                assert says_nothing(held)
                assert not says_nothing(after)
            elif not says_nothing(held) and not agree(held, before):
                # a side's own change gives way to the rule's winner alone
                winner = {"marketing": "sales", "sales": "marketing"}[side]
                assert rule in (winner, "latest")


@given(rule=st.sampled_from(["marketing", "sales"]), one=VALUES, two=VALUES, story=ROUNDS)
def test_a_change_of_the_side_with_authority_is_never_lost(rule, one, two, story) -> None:
    world = World(rule, one, two)
    world.round()
    for edits in story:
        before = world.base
        for side, value in edits:
            world.edit(side, value)
        mine = world.held[rule]
        world.round()
        if not agree(mine, before) and not says_nothing(mine):
            assert agree(world.held["marketing"], mine)
            assert agree(world.held["sales"], mine)


@given(one=VALUES, two=VALUES, story=ROUNDS)
def test_under_hold_a_dispute_stays_until_a_person_ends_it(one, two, story) -> None:
    world = World("hold", one, two)
    for edits in [[], *story]:
        for side, value in edits:
            world.edit(side, value)
        held = dict(world.held)
        world.round()
        if isinstance(world.found, Conflict):
            assert world.held == held


@given(one=VALUES, two=VALUES, story=ROUNDS)
def test_under_once_our_lead_never_has_another_value(one, two, story) -> None:
    world, first = World("once", one, two), ABSENT
    for edits in [[], *story]:
        for side, value in edits:
            world.edit(side, value)
        world.round()
        if says_nothing(first):
            first = world.stands.value
        assert world.stands.value == first or says_nothing(first)


@pytest.mark.parametrize(("rule", "one", "two"), [*product(RULES, ["m", None], ["s", None])])
def test_no_rule_depends_on_who_was_read_first(rule: Authority, one: Opinion, two: Opinion) -> None:
    whole = merge(ABSENT, one, two, rule, T, T + timedelta(hours=1))
    after = []
    for side, value, at in (("marketing", one, T), ("sales", two, T + timedelta(hours=1))):
        alone = {"marketing": ABSENT, "sales": ABSENT, side: value}
        first = merge(ABSENT, alone["marketing"], alone["sales"], rule, at, at)
        assert isinstance(first, Merged)
        stands = Stands(value=first.value, at=at)
        after.append(merge(ABSENT, one, two, rule, T, T + timedelta(hours=1), stands=stands))
    values = {str(one.value) if isinstance(one, Merged) else "!" for one in (whole, *after)}
    assert len(values) == 1
