"""Random worlds under random small limits: what both audits say was written is within them."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest

from crmbridge.errors import StopError
from crmbridge.flows.limits.allow import arm
from crmbridge.flows.operate.plan import Word, apply, plan
from crmbridge.flows.operate.turn import turn
from crmbridge.policy.limits.judge import KINDS
from crmbridge.testing.emulator import Refusal
from tests.limits.audited import Audited
from tests.limits.stage import tally
from tests.operate.worlds import World, world
from tests.stages.deeds import DEEDS, NAMES, turn_once, wait
from tests.stages.late import ALL

WORLDS = 400 if ALL else 8
SHARE = 4
"""Worlds of one test."""
WITHIN_A_DAY = [one for one in DEEDS if one not in (turn_once, wait)]
told: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def _told() -> Iterator[None]:
    yield
    if "CRMBRIDGE_TEST_TELL" in os.environ:
        print(dict(told))


def small(drawn: random.Random) -> dict[str, tuple[int, int]]:
    """Limits that a handful of people reaches."""
    found = {}
    for kind in KINDS:
        each = drawn.randint(1, 3)
        found[kind] = (each, each + drawn.randint(0, 1))
    return found


@pytest.mark.parametrize("first", range(0, WORLDS, SHARE))
def test_nothing_beyond_the_limits_is_ever_written(first: int) -> None:
    for seed in range(first, first + SHARE):
        limits = small(random.Random(seed))
        with world(seed, limits) as one:
            audited = Audited(one.play.box)
            _begin(one, audited, limits)
            days: Counter[tuple[str, str]] = Counter()
            for _ in range(8):
                _live(one)
                _turn(one, audited, limits, days)


def _live(one: World) -> None:
    """Let people do things within the day, and now and then let days pass."""
    for _ in range(one.drawn.randint(1, 6)):
        with suppress(Refusal):
            one.drawn.choice(WITHIN_A_DAY)(one.play, one.drawn.choice(NAMES))
    if one.drawn.random() < 0.2:
        wait(one.play, one.drawn.choice(NAMES))
    one.play.later(minutes=5)


def _begin(one: World, audited: Audited, limits: dict[str, tuple[int, int]]) -> None:
    """A first plan is written whole, or not at all until a person lets it through."""
    one.read()
    saved = plan(one.play.company).to_json()
    audited.look()
    over = [each["kind"] for each in saved["counts"]["over"]]
    if over:
        told["plans stopped"] += 1
        with pytest.raises(StopError, match="nothing was written"):
            apply(one.play.company, saved)
        assert not audited.counts()
        with pytest.raises(StopError, match="nothing was written"):
            apply(one.play.company, saved, word=Word(allow=over[1:]))
        assert not audited.counts()
    apply(one.play.company, saved, word=Word(allow=over))
    wrote = audited.counts()
    told["plans"] += 1
    for kind, (each, _) in limits.items():
        assert kind in over or wrote[kind] <= (0 if kind == "backward" else each), (kind, wrote)


def _turn(
    one: World,
    audited: Audited,
    limits: dict[str, tuple[int, int]],
    days: Counter[tuple[str, str]],
) -> None:
    audited.look()
    day = one.play.company.now().astimezone(one.play.company.zone).date().isoformat()
    before = tally(one.play)
    made = turn(one.play.company, sleep=lambda _: None)
    wrote = audited.counts()
    told["turns"] += 1
    told.update({f"wrote {kind}": number for kind, number in wrote.items()})
    after = tally(one.play)
    for kind, (each, whole) in limits.items():
        days[day, kind] += wrote[kind]
        assert wrote[kind] <= each, (kind, wrote, limits)
        assert days[day, kind] <= whole, (kind, days, limits)
    if before.stopped and after.stopped:
        assert audited.opt_outs_only()
    if made.over:
        told["turns stopped"] += 1
        if one.drawn.random() < 0.5:
            _let_through(one, audited, [each.kind for each in made.over], days, day)
    else:
        counted = {kind: after.passed.get(kind, 0) for kind in KINDS}
        assert counted == {kind: wrote[kind] for kind in KINDS}


def _let_through(
    one: World, audited: Audited, kinds: list[str], days: Counter[tuple[str, str]], day: str
) -> None:
    """What a person lets through leaves once, as many as was counted, and counts against no day."""
    granted = arm(one.play.company, allow=kinds, by="Mia")
    one.play.later(seconds=5)
    audited.look()
    turn(one.play.company, sleep=lambda _: None)
    wrote = audited.counts()
    told["let through"] += 1
    for kind in KINDS:
        if kind in granted:
            assert wrote[kind] <= granted[kind], (kind, wrote, granted)
