"""A team that calls first, and one that gets what it qualified: between two real servers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crmbridge.agreement import Teams
from crmbridge.agreement.sla.clocks import Sla, Stale
from crmbridge.files import CompanyFiles
from crmbridge.model.codec import parse_instant
from tests.routing.row import (
    OPEN,
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
from tests.stages.places import AL, JO
from tests.stages.rest import edit, kinds, ready, rebuilds_equal, rest, told


def test_a_qualified_lead_goes_on_to_the_next_team_in_the_same_trip(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with row(acme, tmp_path) as play:
        ready(play, "jo")
        rest(play)
        assert owner(play) in ("sam", "sue")
        status(play, WORKING)
        assert owner(play) in ("sam", "sue")
        assert play.person(JO)["crmbridge_team"] == "Sales development"
        status(play, QUALIFIED)
        assert owner(play) in ("fay", "fred")
        assert play.lead(JO)["Status"] == OPEN
        look = look_at(play)
        assert (look.life.cycle, look.life.stage) == (1, "handed")
        assert teams_of(look) == [("field", "pushed", "")]
        assert play.person(JO)["lifecyclestage"] == "salesqualifiedlead"
        assert play.person(JO)["crmbridge_team"] == "Field sales"
        status(play, WORKING)
        look = look_at(play)
        assert look.life.stage == "accepted"
        assert {"handed_on", "accepted_on"} <= look.life.current.milestones.keys()
        assert kinds(play) == {}
        assert rebuilds_equal(play)


def test_a_lead_waits_with_its_team_while_the_next_one_is_full(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    teams = a_row(field=[rep("fay", open_limit=1)])
    patient = Stale.model_validate({"untouched_days": 90, "idle_days": 90})
    with row(acme, tmp_path, teams, stale=patient) as play:
        ready(play, "jo", "al")
        rest(play)
        first = owner(play)
        status(play, QUALIFIED)
        status(play, QUALIFIED, AL)
        assert owner(play) == "fay"
        assert owner(play, AL) in ("sam", "sue")
        look = look_at(play, AL)
        assert look.passes_on
        assert look.state.waiting == "no_capacity"
        assert look.life.stage == "qualified"
        play.later(days=13)
        rest(play)
        assert kinds(play) == {}
        play.later(days=7)
        rest(play)
        assert "hand_on_waits" in kinds(play)
        assert look_at(play, AL).life.cycle == 1, "who did their part loses nothing by it"
        given_back(play, "Bad timing")
        assert owner(play, AL) == "fay"
        assert "hand_on_waits" not in kinds(play)
        assert first in ("sam", "sue")
        assert rebuilds_equal(play)


def test_a_reason_sends_a_lead_back_to_the_rep_who_handed_it_on(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with row(acme, tmp_path, back=("no_decision_maker",)) as play:
        caller = qualified(play)
        given_back(play, "Not the decision maker")
        assert owner(play) == caller
        assert play.lead(JO)["Status"] == OPEN
        look = look_at(play)
        assert (look.life.cycle, look.life.stage) == (1, "handed")
        assert teams_of(look) == [("field", "pushed", "rejected"), ("sdr", "back", "")]
        assert look.returns == [], "the trip is not over"
        assert play.person(JO)["lifecyclestage"] == "salesqualifiedlead"
        status(play, WORKING)
        assert owner(play) == caller
        status(play, QUALIFIED)
        assert owner(play) in ("fay", "fred")
        assert rebuilds_equal(play)


def test_a_reason_that_closes_the_trip_sends_a_lead_to_nurture(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with row(acme, tmp_path, back=("no_decision_maker",)) as play:
        qualified(play)
        field = owner(play)
        given_back(play, "Bad timing")
        look = look_at(play)
        assert (look.life.cycle, look.life.stage) == (2, "nurture")
        (back,) = look.returns
        assert (back.outcome, back.reason, back.rep) == ("returned", "bad_timing", field)
        assert play.person(JO)["crmbridge_track"] == "timing"


def test_a_rep_who_gave_it_back_for_a_reason_that_avoids_them_does_not_get_it_again(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with row(acme, tmp_path, back=("unresponsive",)) as play:
        qualified(play)
        first = owner(play)
        given_back(play, "No answer")
        status(play, QUALIFIED)
        assert owner(play) in {"fay", "fred"} - {first}


def test_a_person_of_sales_hands_a_lead_on_by_its_owner(acme: CompanyFiles, tmp_path: Path) -> None:
    with row(acme, tmp_path, back=("no_decision_maker",)) as play:
        ready(play, "jo")
        rest(play)
        caller = owner(play)
        status(play, WORKING)
        play.later(minutes=5)
        edit(play, JO, OwnerId=user(play, "fred"))
        rest(play)
        look = look_at(play)
        assert teams_of(look) == [("field", "override", "")]
        assert (look.life.stage, look.state.owner) == ("handed", "fred")
        assert look.state.handover["before"] == [["sdr", caller]]
        assert len(told(play, "assigned")) == 1
        # and back, by hand too
        status(play, WORKING)
        given_back(play, "Not the decision maker")
        assert owner(play) == caller
        assert rebuilds_equal(play)


def test_an_owner_of_the_same_team_is_no_hand_on(acme: CompanyFiles, tmp_path: Path) -> None:
    with row(acme, tmp_path) as play:
        ready(play, "jo")
        rest(play)
        (other,) = {"sam", "sue"} - {owner(play)}
        status(play, WORKING, OwnerId=user(play, other))
        look = look_at(play)
        assert (teams_of(look), look.life.stage, look.state.owner) == ([], "accepted", other)


def test_a_lead_that_nobody_accepted_is_handed_on_by_nobody(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with row(acme, tmp_path) as play:
        ready(play, "jo")
        rest(play)
        play.later(minutes=5)
        edit(play, JO, OwnerId=user(play, "fay"))
        rest(play)
        look = look_at(play)
        assert (teams_of(look), look.life.stage, look.state.owner) == ([], "handed", "fay")


def test_the_second_team_has_clocks_of_its_own(acme: CompanyFiles, tmp_path: Path) -> None:
    sla = Sla.model_validate({"answer": 16, "handed_on": {"answer": 4, "first_touch": 2}})
    with row(acme, tmp_path, sla=sla) as play:
        qualified(play)
        at = play.company.now()
        play.later(hours=2, minutes=-1)
        rest(play)
        assert told(play, "sla_breached") == []
        play.later(minutes=2)
        rest(play)
        (breach,) = told(play, "sla_breached")
        assert (breach["clock"], breach["rep"]) == ("first_touch", owner(play))
        assert parse_instant(breach["due"]) - at <= timedelta(hours=2)
        play.later(hours=2)
        rest(play)
        assert [one["clock"] for one in told(play, "sla_breached")] == ["first_touch", "answer"]
        assert kinds(play)["sla_breach"] == 2
        status(play, WORKING)
        assert kinds(play)["sla_breach"] == 1
        assert rebuilds_equal(play)


def test_what_was_overdue_of_the_first_team_ends_with_the_hand_on(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    sla = Sla.model_validate({"handed_on": {"answer": 40, "first_touch": 40}})
    with row(acme, tmp_path, sla=sla) as play:
        ready(play, "jo")
        rest(play)
        play.later(hours=2)
        rest(play)
        assert kinds(play) == {"sla_breach": 1}
        status(play, QUALIFIED)
        assert kinds(play) == {}
        assert look_at(play).life.stage == "handed"


@pytest.mark.parametrize("back", [True, False])
def test_what_the_second_team_leaves_lying_is_taken_from_it(
    acme: CompanyFiles, tmp_path: Path, *, back: bool
) -> None:
    stale = Stale.model_validate({"untouched_days": 5, "handed_on": {"untouched_days": 2}})
    with row(acme, tmp_path, back=("stale_untouched",) * back, stale=stale) as play:
        caller = qualified(play)
        lazy = owner(play)
        play.later(days=3)
        rest(play)
        look = look_at(play)
        if not back:
            assert [one.outcome for one in look.returns] == ["stale_untouched"]
            assert look.returns[0].rep == lazy
            return
        assert owner(play) == caller
        assert teams_of(look) == [("field", "pushed", "stale_untouched"), ("sdr", "back", "")]
        assert rebuilds_equal(play)


def test_who_opts_out_while_they_wait_for_the_next_team_stays_where_they_are(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    teams = a_row(field=[rep("fay", open_limit=0)])
    with row(acme, tmp_path, teams) as play:
        qualified(play)
        assert look_at(play).passes_on
        status(play, QUALIFIED, HasOptedOutOfEmail=True)
        assert not look_at(play).passes_on
        assert [one["on"] for one in told(play, "assigned") if "on" in one] == []


def test_a_team_that_takes_leads_from_another_gets_none_from_marketing(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with row(acme, tmp_path, a_row(sdr=[rep("sam", open_limit=0)])) as play:
        ready(play, "jo")
        rest(play)
        assert told(play, "assigned") == []
        assert look_at(play).state.waiting == "no_capacity"


def test_a_direct_team_gets_leads_from_both(acme: CompanyFiles, tmp_path: Path) -> None:
    data = a_row(sdr=[rep("sam", open_limit=0)]).model_dump(mode="json", exclude_unset=True)
    data["teams"][1]["direct"] = True
    with row(acme, tmp_path, Teams.model_validate(data)) as play:
        ready(play, "jo")
        rest(play)
        assert owner(play) in ("fay", "fred")


def test_a_team_may_hand_on_what_it_has_only_accepted(acme: CompanyFiles, tmp_path: Path) -> None:
    with row(acme, tmp_path, a_row(when="accepted")) as play:
        ready(play, "jo")
        rest(play)
        status(play, WORKING)
        assert owner(play) in ("fay", "fred")


def test_a_hand_on_sets_what_the_mapping_says(acme: CompanyFiles, tmp_path: Path) -> None:
    with row(acme, tmp_path, hand_on={"Status": OPEN, "Description": "Handed on"}) as play:
        qualified(play)
        assert play.lead(JO)["Description"] == "Handed on"


def test_the_first_teams_lead_goes_to_the_team_whose_rule_names_it(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    data = a_row().model_dump(mode="json", exclude_unset=True)
    data["teams"][0]["hands_on"]["to"] = ["north", "field"]
    north = {"id": "north", "takes": {"country": ["Norway"]}, "reps": [rep("nils")]}
    data["teams"].append(north)
    with row(acme, tmp_path, Teams.model_validate(data)) as play:
        ready(play, "jo", country="Norway")
        ready(play, "al", country="Spain")
        rest(play)
        status(play, QUALIFIED)
        status(play, QUALIFIED, AL)
        assert (owner(play), owner(play, AL) in ("fay", "fred")) == ("nils", True)


def test_who_leaves_sales_while_they_wait_for_the_next_team_is_held_for_nobody(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    patient = Stale.model_validate({"untouched_days": 90, "idle_days": 90})
    with row(acme, tmp_path, a_row(field=[rep("fay", open_limit=0)]), stale=patient) as play:
        qualified(play)
        play.later(days=20)
        rest(play)
        assert kinds(play) == {"hand_on_waits": 1}
        given_back(play, "Bad timing")
        assert kinds(play) == {}
        assert look_at(play).life.stage == "nurture"


@pytest.mark.parametrize("back", [True, False])
def test_a_rep_of_the_next_team_who_leaves_gives_the_lead_back_at_once(
    acme: CompanyFiles, tmp_path: Path, *, back: bool
) -> None:
    with row(acme, tmp_path, back=("stale_untouched",) * back) as play:
        caller = qualified(play)
        gone = owner(play)
        play.later(minutes=5)
        play.box.sales.act("deactivate_user", user=user(play, gone))
        rest(play)
        look = look_at(play)
        if back:
            assert teams_of(look) == [("field", "pushed", "recalled"), ("sdr", "back", "")]
            assert owner(play) == caller
        else:
            assert [one.outcome for one in look.returns] == ["recalled"]
            assert owner(play) in ("sam", "sue"), "handed over anew, from the beginning"
        assert rebuilds_equal(play)


def test_a_caller_who_leaves_after_their_part_keeps_nobody_from_the_next_team(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with row(acme, tmp_path, a_row(field=[rep("fay", per_day=1)])) as play:
        ready(play, "jo", "al")
        rest(play)
        status(play, QUALIFIED)
        status(play, QUALIFIED, AL)
        waits = look_at(play, AL)
        assert waits.passes_on
        play.box.sales.act("deactivate_user", user=user(play, owner(play, AL)))
        play.later(minutes=5)
        rest(play)
        assert look_at(play, AL).life.cycle == 1
        play.later(days=1)
        rest(play)
        assert owner(play, AL) == "fay"
        assert teams_of(look_at(play, AL)) == [("field", "pushed", "")]
