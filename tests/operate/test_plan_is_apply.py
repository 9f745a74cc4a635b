"""A plan is what apply writes: both vendors' audits against the plan, line by line, both ways."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.operate.worlds import world
from tests.stages.late import ALL
from tests.stages.rest import rest

WORLDS = 1_000 if ALL else 50
SHARE = 25
"""Worlds of one test."""
tally: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def _told() -> Iterator[None]:
    yield
    if "CRMBRIDGE_TEST_TELL" in os.environ:
        print(dict(tally))


@pytest.mark.parametrize("first", range(0, WORLDS, SHARE))
def test_what_a_first_plan_says_is_written_and_nothing_else(first: int) -> None:
    for seed in range(first, first + SHARE):
        with world(seed) as one:
            made = one.applied()
            made.must_be_one()
            tally.update(worlds=1, plans=1, lines=made.lines, **made.ended)
            if seed % 2:
                one.live()
                later = one.applied()
                later.must_be_one()
                tally.update(plans=1, lines=later.lines, **later.ended)
            if seed % 5 == 0:
                one.play.later(minutes=5)
                rest(one.play)
                one.applied().must_be_one()
