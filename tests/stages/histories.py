"""Random histories of a few people, from a list of what can happen to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crmbridge.testing.emulator.vendor import Refusal
from tests.stages.deeds import NAMES, Deed
from tests.stages.play import Play

History = list[tuple[Deed, str]]
FEW = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def histories(deeds: Sequence[Deed]) -> SearchStrategy[History]:
    happenings = st.tuples(st.sampled_from(deeds), st.sampled_from(NAMES))
    return st.lists(happenings, min_size=15, max_size=40)


def live(play: Play, first: Iterable[Deed], history: History) -> None:
    """Let everybody go through the first deeds, then what a history has; a vendor may refuse."""
    start = [(deed, name) for deed in first for name in NAMES]
    for deed, name in [*start, *history]:
        with suppress(Refusal):
            deed(play, name)
