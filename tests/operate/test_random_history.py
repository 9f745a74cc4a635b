"""Random histories: whatever people do in whatever order, the events alone give the same view."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given

from tests.stages.deeds import DEEDS, ask, enter, turn_once
from tests.stages.histories import FEW, History, histories, live
from tests.stages.play import at_work, example
from tests.stages.rest import emails, kinds, rebuilds_equal, rest, turns


@FEW
@given(histories(DEEDS))
def test_a_rebuild_after_any_history_gives_the_same_view_and_everything_comes_to_rest(
    history: History,
) -> None:
    with TemporaryDirectory() as folder, at_work(example(), Path(folder)) as play:
        live(play, (enter, ask, turn_once), history)
        play.later(minutes=5)
        rest(play)
        assert rebuilds_equal(play)
        play.later(minutes=5)
        rest(play)
        assert turns(play).writes == 0
        doubled = [email for email, n in emails(play.sf()).items() if n > 1]
        if doubled:
            assert kinds(play)
