"""Whatever people do in whatever order: who may not be nurtured is on no list and has no value."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmbridge.flows.operate.find import find_lead
from crmbridge.model.stay import present
from crmbridge.store.projection import Workspace
from crmbridge.testing.emulator.vendor import Refusal
from tests.nurture.stage import BUYERS, EVERYBODY, PAPER, WEBINAR, tended
from tests.stages.deeds import DEEDS, NAMES, Deed, enter, turn_once
from tests.stages.play import Play, example
from tests.stages.rest import rebuilds_equal, rest, turns

TRACKS = {
    "buy": {"list": "Nurture: buy", "value": "buying"},
    "all": {"list": "Nurture: all", "value": "everybody"},
    "timing": {"list": "Nurture: bad timing", "value": "bad_timing"},
}
AT_REST = ("known", "engaged", "nurture", "customer", "ready")


def read(play: Play, name: str) -> None:
    play.form(f"{name}@buyer.example", PAPER)


def attend(play: Play, name: str) -> None:
    play.form(f"{name}@buyer.example", WEBINAR)


HAPPENINGS = st.tuples(
    st.sampled_from((*DEEDS, read, read, attend, attend, turn_once)), st.sampled_from(NAMES)
)


def must_be_right(play: Play) -> None:
    """Hold what marketing has of each person against where the lead stands."""
    names = {one["listId"]: one["name"] for one in play.box.marketing.state("lists")}
    with play.company.ledger.read() as tx:
        work = Workspace(tx)
        for row in play.box.marketing.state("contacts"):
            if row["archived"]:
                continue
            lead = find_lead(play.company, tx, f"marketing:contacts:{row['id']}")
            state, stage = work.state(lead), work.lifecycle(lead).stage.value
            value = row["properties"].get("crmbridge_track") or ""
            lists = [names[one] for one in row["lists"]]
            assert len(lists) <= 1
            if state.opted_out or stage not in AT_REST:
                assert (lists, value) == ([], ""), (stage, lists, value)
            stay = present(state.stays)
            assert stay is None or (not state.opted_out and stage in AT_REST)
            on = [one.get("list") for one in TRACKS.values() if one["value"] == value]
            assert not on or lists == on or not lists
            assert sum(one.until is None for one in state.stays) <= 1


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(HAPPENINGS, min_size=15, max_size=40))
def test_after_any_history_nobody_is_nurtured_who_may_not_be(
    history: list[tuple[Deed, str]],
) -> None:
    with (
        TemporaryDirectory() as folder,
        tended(example(), Path(folder), BUYERS, EVERYBODY, tracks=TRACKS) as play,
    ):
        start = [(deed, name) for deed in (enter, turn_once) for name in NAMES]
        for deed, name in [*start, *history]:
            with suppress(Refusal):
                deed(play, name)
        play.later(minutes=5)
        rest(play)
        must_be_right(play)
        assert rebuilds_equal(play)
        play.later(minutes=5)
        rest(play)
        assert turns(play).writes == 0
