"""Which week is due, which weeks were missed, and what of a week is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.errors import ConfigError
from crmbridge.policy.digest.choose import AGAIN, CLASS, MOST, Before, Kind, choose, in_order
from crmbridge.policy.digest.week import before, due_at, key_back, missed, named, number_of

BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class Thing:
    key: str
    kind: Kind
    value: int


def test_a_week_is_due_from_seven_on_monday_by_the_companys_clock() -> None:
    # the clocks of Berlin changed on the Sunday before: seven is 05:00 UTC, where it was 06:00
    assert due_at(datetime(2026, 3, 30, 4, 59, 59, tzinfo=UTC), BERLIN).key == "2026-W12"
    week = due_at(datetime(2026, 3, 30, 5, tzinfo=UTC), BERLIN)
    assert week.key == "2026-W13"
    assert (week.end - week.start).total_seconds() == 167 * 3600
    assert due_at(datetime(2026, 4, 5, 21, tzinfo=UTC), BERLIN).key == "2026-W13"


def test_a_week_is_found_by_its_name_and_the_one_before_it_over_the_new_year() -> None:
    first = named("2026-W01", BERLIN)
    assert first.start == datetime(2025, 12, 28, 23, tzinfo=UTC)
    assert before(first, BERLIN).key == "2025-W52"
    assert key_back("2026-W01", 1) == "2025-W52"
    assert key_back("2021-W01", 1) == "2020-W53"
    assert number_of("2021-W01") - number_of("2020-W53") == 1


@pytest.mark.parametrize("text", ["", "2026", "2026-W54", "2026-W00", "W12", "2026-13", "x-Wy"])
def test_what_is_no_week_is_an_error_that_shows_the_form(text: str) -> None:
    with pytest.raises(ConfigError, match="2026-W13"):
        named(text, BERLIN)


def test_weeks_without_a_digest_are_named_the_oldest_first() -> None:
    assert missed("2026-W12", "2026-W13") == ()
    assert missed("2025-W51", "2026-W02") == ("2025-W52", "2026-W01")


def test_what_hardly_grew_is_held_back_and_said_again_after_four_weeks() -> None:
    thing = Thing("src:x", Kind.SOURCE_WORSE, 120)
    assert choose([thing], {"src:x": Before(100, 1)}).held == ("src:x",)
    assert choose([thing], {"src:x": Before(99, 1)}).said == ("src:x",)
    assert choose([thing], {"src:x": Before(100, AGAIN)}).said == ("src:x",)


def test_clocks_and_hot_leads_are_said_every_week() -> None:
    things = [Thing("sla:a", Kind.SLA_BREACH, 1), Thing("hot:a", Kind.HOT_WAITING, 1)]
    told = {one.key: Before(1, 1) for one in things}
    assert choose(things, told).said == ("sla:a", "hot:a")


THINGS = st.lists(
    st.builds(Thing, st.uuids().map(str), st.sampled_from(Kind), st.integers(1, 50)), max_size=20
)


@given(things=THINGS, seed=st.randoms(use_true_random=False))
def test_nothing_is_lost_or_said_twice_whatever_the_order(things: list[Thing], seed) -> None:  # type: ignore[no-untyped-def]
    told = {one.key: Before(one.value, 1) for one in things[::2]}
    found = choose(things, told)
    assert len(found.said) <= MOST
    assert len(found.said) + found.more + len(found.held) == len(things)
    assert len({*found.said, *found.held}) == len(found.said) + len(found.held)
    mixed = list(things)
    seed.shuffle(mixed)
    assert choose(mixed, told) == found
    order = [(CLASS[one.kind], -one.value) for one in in_order(things)]
    assert order == sorted(order)
