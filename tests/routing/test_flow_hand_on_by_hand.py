"""People of sales move leads by hand between teams in a row (decision 0031 1, 5, 7)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crmbridge.agreement import Teams
from crmbridge.agreement.sla.clocks import Stale
from crmbridge.files import CompanyFiles
from tests.routing.row import (
    QUALIFIED,
    WORKING,
    a_row,
    given_back,
    look_at,
    owner,
    qualified,
    rep,
    row,
    status,
    teams_of,
    user,
)
from tests.routing.row_with import PATIENT, as_data, without_hand_on
from tests.stages.places import AL, JO, REASON
from tests.stages.play import Play
from tests.stages.rest import edit, ready, rest

BACK = ("no_decision_maker",)
SHORT = Stale.model_validate({"untouched_days": 10, "idle_days": 10})


def gives(play: Play, ident: str) -> None:
    """A person gives Jo's lead to a rep by its owner, and two passes go by."""
    play.later(minutes=5)
    edit(play, JO, OwnerId=user(play, ident))
    rest(play)
    play.later(minutes=5)
    rest(play)


@pytest.mark.parametrize("stage", [WORKING, QUALIFIED])
def test_a_person_gives_a_lead_back_to_its_caller_by_the_owner(
    acme: CompanyFiles, tmp_path: Path, stage: str
) -> None:
    """0031 7: a person who changes the owner to a rep of the team before gives it back; guide:
    "In the CRM a person may hand a lead on, or give it back, by changing its owner"."""
    with row(acme, tmp_path, back=BACK, stale=PATIENT) as play:
        caller = qualified(play)
        status(play, stage)
        assert owner(play) in ("fay", "fred")
        gives(play, caller)
        assert owner(play) == caller
        assert teams_of(look_at(play))[-1][:2] == ("sdr", "back")


def test_a_caller_who_has_it_again_before_the_field_took_it_on_closes_the_trip(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """0031 1: the first team has none before it: its returns close the cycle. A person moved the
    lead from the field, which had not accepted it, to its caller, who
    rejects it: that is the end of the trip."""
    with row(acme, tmp_path, back=BACK, stale=PATIENT) as play:
        caller = qualified(play)
        gives(play, caller)
        given_back(play, "Not the decision maker")
        assert look_at(play).life.stage == "nurture"


def test_a_lead_goes_back_as_often_as_a_team_before_handed_it_on(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """The same, and the caller qualifies it anew: the callers stand once among the teams before, so
    that their own rejection, the second return, ends the trip."""
    with row(acme, tmp_path, back=BACK, stale=PATIENT) as play:
        caller = qualified(play)
        gives(play, caller)
        status(play, QUALIFIED)
        given_back(play, "Not the decision maker")
        assert owner(play) == caller
        given_back(play, "Not the decision maker")
        assert look_at(play).life.stage == "nurture"


def test_who_takes_a_lead_up_again_before_it_went_back_keeps_it(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """A field rep closes a lead; while it waits for room with the callers, the rep opens it again
    and works it. Sales' newest word is that the rep has it (R1.2: accepted)."""
    with row(acme, tmp_path, back=BACK, stale=PATIENT) as play:
        qualified(play)
        field = owner(play)
        data = as_data(a_row())
        for one in data["teams"][0]["reps"]:
            one["open_limit"] = 0
        play.company = replace(play.company, teams=Teams.model_validate(data))
        given_back(play, "Not the decision maker")
        status(play, WORKING, **{REASON: None})
        play.company = replace(play.company, teams=a_row())
        play.later(minutes=5)
        rest(play)
        assert (owner(play), play.lead(JO)["Status"]) == (field, WORKING)


def test_a_lead_that_a_colleague_took_from_its_caller_goes_back_to_the_colleague(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """0031 5: a lead goes back to the rep who had it. While it waited for the field, a colleague
    took it over from the caller by its owner."""
    teams = a_row(field=[rep("fay", open_limit=1)])
    with row(acme, tmp_path, teams, back=BACK, stale=PATIENT) as play:
        ready(play, "al")
        rest(play)
        status(play, QUALIFIED, AL)
        qualified(play)
        assert look_at(play).passes_on
        (other,) = {"sam", "sue"} - {owner(play)}
        gives(play, other)
        given_back(play, "Bad timing", AL)
        assert owner(play) == "fay"
        given_back(play, "Not the decision maker")
        assert owner(play) == other


def test_who_opted_out_and_is_given_back_is_nobodys_open_work(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """A field rep gives somebody back who has opted out, for a reason whose row says back. Nobody
    may be handed them, so the cycle closes by sales' reason (0031: back, or the trip is over)."""
    with row(acme, tmp_path, back=BACK, stale=PATIENT) as play:
        qualified(play)
        play.box.marketing.act("opt_out", email=JO)
        given_back(play, "Not the decision maker")
        assert [one.reason for one in look_at(play).returns] == ["no_decision_maker"]


@pytest.mark.parametrize("how", ["file", "opt_out"])
def test_days_in_the_next_teams_line_are_no_days_that_the_caller_let_it_lie(
    acme: CompanyFiles, tmp_path: Path, how: str
) -> None:
    """0031 4: while a lead waits for room in the next team it is not stale: who had it did their
    part. When it waits no more, the caller has `idle_days` from then."""
    with row(acme, tmp_path, a_row(field=[rep("fay", open_limit=0)]), stale=SHORT) as play:
        qualified(play)
        caller = owner(play)
        play.later(days=13)
        rest(play)
        assert look_at(play).passes_on
        if how == "file":
            play.company = replace(play.company, teams=without_hand_on(a_row()))
        else:
            play.box.marketing.act("opt_out", email=JO)
        play.later(minutes=5)
        rest(play)
        assert (look_at(play).life.stage, owner(play)) == ("qualified", caller)
