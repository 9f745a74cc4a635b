"""What a person of sales said stands, though an automation touched the record after them."""

from __future__ import annotations

from pathlib import Path

from tests.recycle.test_flow_automations import FLOW, SALES, _flow, _sets
from tests.stages.owners import ANN, BOB, company
from tests.stages.places import REASON
from tests.stages.play import at_work
from tests.stages.rest import later, ready, told


def test_who_is_out_by_a_reps_word_is_out_though_an_automation_saved_the_record_after(
    tmp_path: Path,
) -> None:
    """LastModifiedById is of the record, not of its status: a rep closes a lead with a reason of
    class out, and a nightly job saves another field before the next look. Issue 12.1 tells
    automations from people "where the vendor says who"; here it says nothing of who set the status,
    and the reason is a person's word (R1.6, R1.7): the lead must not go to sales again."""
    with at_work(company(ANN, BOB, sales=SALES), tmp_path) as play:
        _flow(play)
        ready(play, "jo")
        later(play)
        (had,) = [one["rep"] for one in told(play, "handed")]
        rep = str((ANN if had == "ann" else BOB)["email"])
        _sets(play, rep, Status="Closed - Not Converted", **{REASON: "Do not contact"})
        _sets(play, FLOW, Phone="+49 30 1")
        later(play)
        assert len(told(play, "handed")) == 1, "nobody gets a lead that a rep said is out"
        assert [one["reason"] for one in told(play, "rejected")] == ["do_not_contact"]


def test_a_rep_who_took_a_lead_on_has_it_though_an_automation_saved_the_record_after(
    tmp_path: Path,
) -> None:
    """The same for an acceptance: it would never be heard, as no later look weighs the status
    anew, and the lead is taken from its rep as one that lay untouched."""
    with at_work(company(ANN, sales=SALES), tmp_path) as play:
        _flow(play)
        ready(play, "jo")
        later(play)
        _sets(play, str(ANN["email"]), Status="Working - Contacted")
        _sets(play, FLOW, Phone="+49 30 1")
        later(play)
        _sets(play, str(ANN["email"]), Phone="+49 30 2")
        assert later(play)["lifecyclestage"] == "salesqualifiedlead"
