"""Whatever people do in whatever order: who may not be nurtured is on no list and has no value."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given

from crmbridge.flows.operate.find import find_lead
from crmbridge.model.stay import present
from crmbridge.store.projection import Workspace
from tests.nurture.stage import BUYERS, EVERYBODY, PAPER, WEBINAR, tended
from tests.stages.deeds import DEEDS, enter, turn_once
from tests.stages.histories import FEW, History, histories, live
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


WHAT = (*DEEDS, read, read, attend, attend, turn_once)


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


@FEW
@given(histories(WHAT))
def test_after_any_history_nobody_is_nurtured_who_may_not_be(
    history: History,
) -> None:
    with (
        TemporaryDirectory() as folder,
        tended(example(), Path(folder), BUYERS, EVERYBODY, tracks=TRACKS) as play,
    ):
        live(play, (enter, turn_once), history)
        play.later(minutes=5)
        rest(play)
        must_be_right(play)
        assert rebuilds_equal(play)
        play.later(minutes=5)
        rest(play)
        assert turns(play).writes == 0
