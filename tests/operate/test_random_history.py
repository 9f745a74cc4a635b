"""Random histories: whatever people do in whatever order, the events alone give the same view."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmbridge.testing.emulator.vendor import Refusal
from tests.stages.deeds import DEEDS, NAMES, Deed, ask, enter, turn_once
from tests.stages.play import at_work, example
from tests.stages.rest import emails, kinds, rebuilds_equal, rest, turns

HAPPENINGS = st.tuples(st.sampled_from(DEEDS), st.sampled_from(NAMES))


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(HAPPENINGS, min_size=15, max_size=40))
def test_a_rebuild_after_any_history_gives_the_same_view_and_everything_comes_to_rest(
    history: list[tuple[Deed, str]],
) -> None:
    with TemporaryDirectory() as folder, at_work(example(), Path(folder)) as play:
        start = [(deed, name) for deed in (enter, ask, turn_once) for name in NAMES]
        for deed, name in [*start, *history]:
            with suppress(Refusal):
                deed(play, name)
        play.later(minutes=5)
        rest(play)
        assert rebuilds_equal(play)
        play.later(minutes=5)
        rest(play)
        assert turns(play).writes == 0
        doubled = [email for email, n in emails(play.sf()).items() if n > 1]
        if doubled:
            assert kinds(play)
