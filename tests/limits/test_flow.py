"""The writer stops before it writes more than the limits, at each kind of write."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.errors import ConfigError, StopError
from crmbridge.files import CompanyFiles
from crmbridge.flows.limits.allow import arm, disarm
from crmbridge.flows.operate.plan import Word, apply, plan, save
from crmbridge.flows.operate.plan import read as read_plan
from crmbridge.flows.operate.turn import armed
from crmbridge.store import events
from crmbridge.store.projection.rebuild import rebuild
from tests.limits.stage import at_limits, handed, keen, limited, owed, spans, tally
from tests.stages.play import Play, begun


def test_as_many_creates_as_the_limit_leave(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, creates=(3, 10)) as play:
        keen(play, 3)
        made = play.turn()
        assert made.over == []
        assert handed(play) == 3
        assert tally(play).passed["creates"] == 3


def test_one_create_more_and_none_leaves(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, creates=(3, 10)) as play:
        keen(play, 4)
        made = play.turn()
        assert spans(made.over) == [("creates", "pass", 4, 3)]
        assert handed(play) == 0
        assert owed(play) >= 4
        play.later(minutes=2)
        assert spans(play.turn().over) == [("creates", "pass", 4, 3)]
        play.later(days=2)
        assert spans(play.turn().over) == [("creates", "pass", 4, 3)]
        assert handed(play) == 0


def test_a_pass_is_one_turn(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, creates=(3, 10)) as play:
        keen(play, 3)
        play.turn()
        play.later(minutes=2)
        keen(play, 3, "m")
        assert play.turn().over == []
        assert handed(play) == 6


def test_a_day_counts_what_its_passes_wrote_and_the_next_begins_with_nothing(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_limits(acme, tmp_path, creates=(3, 5)) as play:
        keen(play, 3)
        play.turn()
        play.later(minutes=2)
        keen(play, 3, "m")
        assert spans(play.turn().over) == [("creates", "day", 6, 5)]
        assert handed(play) == 3
        play.later(days=1)
        assert play.turn().over == []
        assert handed(play) == 6


def test_what_was_stopped_is_let_through_once(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, creates=(3, 10)) as play:
        keen(play, 4)
        play.turn()
        assert arm(play.company, allow=["creates"], by="Mia") == {"creates": 4}
        play.later(minutes=1)
        assert play.turn().over == []
        assert handed(play) == 4
        play.later(minutes=1)
        keen(play, 4, "m")
        assert spans(play.turn().over) == [("creates", "pass", 4, 3)]
        assert handed(play) == 4
        with play.company.ledger.read() as tx:
            (told,) = events.of_types(tx, ["limit_allowed"])
        assert dict(told.content.json) | {"agreement": "", "mapping": ""} == {
            "limited": "creates",
            "number": 4,
            "limit": 3,
            "by": "Mia",
            "agreement": "",
            "mapping": "",
        }


def test_only_so_much_is_let_through_as_was_counted(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, creates=(3, 10)) as play:
        keen(play, 4)
        play.turn()
        arm(play.company, allow=["creates"], by="Mia")
        keen(play, 4, "m")
        play.later(minutes=1)
        assert spans(play.turn().over) == [("creates", "pass", 4, 3)]
        assert handed(play) == 0


def test_nobody_lets_through_what_nobody_counted(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, creates=(3, 10)) as play:
        with pytest.raises(ConfigError) as caught:
            arm(play.company, allow=["owners"], by="Mia")
        assert str(caught.value) == (
            "--allow owners: the outbox has 0 records given another owner, so there is nothing to "
            "let through. It has nothing that is counted; leave the option out"
        )
        keen(play, 4)
        play.turn()
        with pytest.raises(ConfigError, match=r"It has 4 new records \(creates\), 4 leads ch"):
            arm(play.company, allow=["owners"], by="Mia")


def test_an_opt_out_passes_a_writer_that_stopped(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, creates=(3, 10)) as play:
        (jo,) = keen(play, 1, "jo")
        play.turn()
        play.later(minutes=2)
        keen(play, 4)
        play.box.marketing.act("opt_out", email=jo)
        assert spans(play.turn().over) == [("creates", "pass", 4, 3)]
        assert play.lead(jo)["HasOptedOutOfEmail"] is True
        assert handed(play) == 1


def test_the_writer_goes_on_by_itself_when_less_is_owed(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, creates=(3, 10)) as play:
        first, *_ = keen(play, 4)
        assert play.turn().over
        play.box.marketing.act("opt_out", email=first)
        play.later(minutes=2)
        play.turn()
        play.later(minutes=2)
        assert play.turn().over == []
        assert handed(play) == 3
        assert tally(play).stopped == {}


def test_overwrites_count_what_others_wrote(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, overwrites=(2, 9)) as play:
        emails = keen(play, 3)
        play.turn()
        play.later(minutes=2)
        play.turn()
        for number, email in enumerate(emails):
            ident = play.lead(email)["Id"]
            play.box.sales.act("edit", object="Lead", id=ident, fields={"Company": f"New {number}"})
        play.later(minutes=2)
        made = play.turn()
        assert spans(made.over) == [("overwrites", "pass", 3, 2)]
        assert {play.person(one)["company"] for one in emails} == {"Vogel Pumpen"}
        arm(play.company, allow=["overwrites"], by="Mia")
        play.later(minutes=2)
        assert play.turn().over == []
        assert play.person(emails[0])["company"] == "New 0"


def test_a_reps_own_change_is_no_change_of_owner(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, owners=(1, 1)) as play:
        keen(play, 2)
        play.turn()
        assert tally(play).today.get("owners", 0) == 0


def test_leads_that_go_to_other_reps_count_as_owners(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, owners=(1, 9), backward=(9, 9)) as play:
        keen(play, 2)
        play.turn()
        before = [row["OwnerId"] for row in play.sf()]
        play.later(days=6)
        made = play.turn()
        assert ("owners", "pass", 2, 1) in spans(made.over)
        assert [row["OwnerId"] for row in play.sf()] == before


def test_leads_that_come_back_count_as_backward_and_as_enrolments(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_limits(acme, tmp_path, backward=(1, 9), enrolments=(1, 9)) as play:
        emails = keen(play, 2)
        play.turn()
        play.later(hours=3)
        for email in emails:
            play.box.sales.act(
                "reject",
                id=play.lead(email)["Id"],
                reason="Bad timing",
                reason_field="Rejection_Reason__c",
            )
        play.later(minutes=5)
        made = play.turn()
        assert spans(made.over) == [
            ("backward", "pass", 2, 1),
            ("enrolments", "pass", 2, 1),
        ]
        assert {play.person(one)["lifecyclestage"] for one in emails} == {"marketingqualifiedlead"}
        assert [play.person(one)["lists"] for one in emails] == [[], []]
        arm(play.company, allow=["backward", "enrolments"], by="Mia")
        play.later(minutes=1)
        assert play.turn().over == []
        assert {play.person(one)["lifecyclestage"] for one in emails} == {"lead"}


def test_values_that_a_correction_empties_count_as_clears(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_limits(acme, tmp_path, clears=(1, 9)) as play:
        emails = keen(play, 2)
        play.turn()
        play.later(minutes=2)
        for email in emails:
            ident = play.person(email)["id"]
            play.box.marketing.act(
                "edit", objectType="contacts", id=ident, properties={"jobtitle": ""}
            )
        play.later(minutes=2)
        made = play.turn()
        assert spans(made.over) == [("clears", "pass", 2, 1)]
        assert {play.lead(one)["Title"] for one in emails} == {"Head of Marketing"}


def test_a_share_of_the_known_leads_is_the_most(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, share=1) as play:
        crowd(play, 199)
        assert play.turn().over == []
        keen(play, 2)
        play.later(minutes=5)
        assert play.turn().over == []
        play.later(minutes=5)
        keen(play, 3, "m")
        assert spans(play.turn().over) == [("share", "pass", 3, 2)]
        assert handed(play) == 2
        assert arm(play.company, allow=["share"], by="Mia") == {"share": 3}
        play.later(minutes=1)
        assert play.turn().over == []
        assert handed(play) == 5
        play.later(minutes=5)
        keen(play, 3, "n")
        assert spans(play.turn().over) == [("share", "pass", 3, 2)]


def test_to_fill_what_is_empty_is_no_share(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_limits(acme, tmp_path, share=1) as play:
        crowd(play, 250)
        assert play.turn().over == []
        assert all(
            one["properties"].get("crmbridge_id") for one in play.box.marketing.state("contacts")
        )


def test_a_lead_that_is_changed_in_two_systems_is_one_of_the_share(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_limits(acme, tmp_path, share=3) as play:
        crowd(play, 200)
        play.turn()
        play.later(minutes=5)
        emails = keen(play, 6)
        assert play.turn().over == []
        assert handed(play) == 6
        assert tally(play).passed["share"] == 6
        play.later(minutes=5)
        for email in emails:
            ident = play.lead(email)["Id"]
            fields = {"Company": "New", "Status": "Working - Contacted"}
            play.box.sales.act("edit", object="Lead", id=ident, fields=fields)
        assert play.turn().over == []
        assert tally(play).passed["share"] == 6


def crowd(play: Play, number: int) -> None:
    """People whom nobody hands over."""
    for n in range(number):
        play.contact(f"p{n}@x{n}.example", lastname="P", company="X")


def test_disarmed_nothing_leaves_not_even_an_opt_out(play: Play) -> None:
    (jo,) = keen(play, 1, "jo")
    play.turn()
    assert disarm(play.company, by="Mia") is True
    assert disarm(play.company, by="Mia") is False
    play.box.marketing.act("opt_out", email=jo)
    play.later(minutes=2)
    play.turn()
    assert play.lead(jo)["HasOptedOutOfEmail"] is False
    arm(play.company, allow=[], by="Mia")
    play.turn()
    assert play.lead(jo)["HasOptedOutOfEmail"] is True
    with play.company.ledger.read() as tx:
        told = [one.content.json["on"] for one in events.of_types(tx, ["writer_switched"])]
    assert told == [False, True]


def test_nothing_is_armed_before_a_plan_was_applied(acme: CompanyFiles, tmp_path: Path) -> None:
    with begun(acme, tmp_path) as play:
        with pytest.raises(StopError, match="no plan was applied yet, so nothing is armed"):
            arm(play.company, allow=[], by="Mia")
        assert armed(play.company) is False


def test_a_rebuild_keeps_what_was_counted_and_let_through(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_limits(acme, tmp_path, creates=(3, 10)) as play:
        keen(play, 4)
        play.turn()
        arm(play.company, allow=["creates"], by="Mia")
        before = tally(play)
        with play.company.ledger.write("rebuild") as tx:
            rebuild(tx)
        assert tally(play) == before
        play.turn()
        assert handed(play) == 4


def test_a_plan_above_the_limits_is_applied_by_a_word_alone(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with begun(limited(acme, creates=(3, 10)), tmp_path) as play:
        keen(play, 4)
        play.turn()
        made = plan(play.company)
        assert spans(made.counts.over) == [("creates", "pass", 4, 3)]
        assert made.counts.to_json() | {"over": []} == {
            "known": 4,
            "leads": 4,
            "created": 4,
            "overwritten": 0,
            "cleared": 0,
            "backward": 0,
            "enrolled": 0,
            "recalled": 0,
            "owners_changed": 0,
            "messages": 0,
            "first": True,
            "over": [],
        }
        file = tmp_path / "plan.json"
        save(made, file)
        with pytest.raises(StopError) as caught:
            apply(play.company, read_plan(file), word=Word(file="plan.json"))
        assert str(caught.value) == (
            "the plan would write more than the limits let it: nothing was written.\n"
            "4 new records in one pass: [limits] creates lets 3 be\n"
            "Read the plan. If all of it is meant: `crmbridge apply plan.json --allow creates "
            "--company acme`"
        )
        assert (handed(play), armed(play.company)) == (0, False)
        with pytest.raises(ConfigError, match="--allow owners: the plan has 0 records given"):
            apply(play.company, read_plan(file), word=Word(allow=["creates", "owners"]))
        done = apply(play.company, read_plan(file), word=Word(allow=["creates"], by="Mia"))
        assert (done.over, handed(play)) == ([], 4)


def test_a_first_plan_moves_no_stage_backward(acme: CompanyFiles, tmp_path: Path) -> None:
    """What stands there is taken over; the limit of nought is for what a later build may think."""
    with begun(acme, tmp_path) as play:
        play.contact(
            "jo@buyer.example", lastname="Kern", company="B", lifecyclestage="salesqualifiedlead"
        )
        play.turn()
        made = plan(play.company)
        assert made.counts.over == ()
        assert "lifecyclestage" not in {
            one["field"] for line in made.writes for one in line["changes"]
        }
