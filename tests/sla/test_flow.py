"""The clocks of the hand-off between two real servers, and when life comes between."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crmbridge.agreement.sla.clocks import Stale
from crmbridge.files import CompanyFiles
from crmbridge.store import held
from tests.sla.stage import FRIDAY, at, call, heard, office, playing, tasks
from tests.stages.logged import logged
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import edit, kinds, ready, rebuilds_equal, rest, told


def test_a_lead_that_asked_for_us_is_overdue_after_one_business_hour(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path) as play:
        ready(play, "jo")
        at(play, 27, 15, 50)
        assert [one["clock"] for one in told(play, "sla_soon")] == ["first_touch"]
        assert tasks(play) == []
        at(play, 27, 16, 0)
        assert told(play, "sla_breached") == []
        at(play, 27, 16, 1)
        (breach,) = told(play, "sla_breached")
        assert (breach["clock"], breach["cycle"]) == ("first_touch", 1)
        (task,) = tasks(play)
        lead = play.lead(JO)
        assert (task["WhoId"], task["OwnerId"]) == (lead["Id"], lead["OwnerId"])
        assert task["Subject"].startswith("Overdue since 2026-03-27 16:00 CET: first touch")
        assert kinds(play) == {"sla_breach": 1}
        rest(play)
        at(play, 27, 16, 30)
        assert len(tasks(play)) == 1
        assert len(told(play, "sla_breached")) == 1
        assert rebuilds_equal(play)


def test_the_clock_stands_still_over_a_weekend_on_which_the_clocks_change(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path) as play:
        at(play, 27, 16, 30)
        ready(play, "jo")
        at(play, 28, 12)
        assert told(play, "sla_breached") == []
        at(play, 30, 9, 29)
        assert told(play, "sla_breached") == []
        at(play, 30, 9, 31)
        assert [one["clock"] for one in told(play, "sla_breached")] == ["first_touch"]


def test_what_is_overdue_resolves_itself_once_it_is_done(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path) as play:
        ready(play, "jo")
        at(play, 27, 16, 1)
        assert kinds(play) == {"sla_breach": 1}
        call(play)
        at(play, 27, 16, 20)
        assert kinds(play) == {}
        assert [one["clock"] for one in told(play, "sla_settled")] == ["first_touch"]
        assert rebuilds_equal(play)


def test_sales_that_accepts_in_time_is_not_reminded(acme: CompanyFiles, tmp_path: Path) -> None:
    with playing(acme, tmp_path) as play:
        ready(play, "jo")
        call(play)
        edit(play, JO, Status="Working - Contacted")
        at(play, 27, 15, 10)
        at(play, 31, 16)
        assert told(play, "sla_breached") == []
        assert tasks(play) == [one for one in tasks(play) if one["Subject"] == "Call"]


def test_a_lead_that_is_touched_and_not_answered_is_overdue_after_two_days(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path) as play:
        ready(play, "jo")
        call(play)
        at(play, 27, 15, 10)
        at(play, 31, 14, 59)
        assert told(play, "sla_breached") == []
        at(play, 31, 15, 1)
        assert [one["clock"] for one in told(play, "sla_breached")] == ["answer"]


def test_an_untouched_lead_goes_back_after_the_agreed_business_hours(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, stale=Stale()) as play:
        ready(play, "jo")
        first = play.lead(JO)["OwnerId"]
        at(play, 30, 16)
        at(play, 31, 16)
        assert told(play, "stale") == []
        play.box.set_time(datetime(2026, 4, 1, 13, 1, tzinfo=UTC))
        rest(play)
        assert [one["reason"] for one in told(play, "stale")] == ["stale_untouched"]
        assert play.lead(JO)["OwnerId"] != first
        with play.company.ledger.read() as tx:
            assert held.find(tx, kind="sla_breach") == []


def test_rep_and_manager_are_told_all_that_is_needed_to_act_and_the_log_is_not(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with logged() as stream, playing(acme, tmp_path) as play:
        ready(play, "jo", jobtitle="Plant Manager")
        at(play, 27, 16, 1)
        (task,) = [one for one in tasks(play) if "Overdue" in one["Subject"]]
        blocks = (tmp_path / "messages.txt").read_text("utf-8").split("\n\n")
    over = [one for one in blocks if "Overdue since 2026-03-27 16:00 CET" in one]
    assert sorted(one.partition("  to ")[2].split("  [")[0] for one in over) == [
        "ann",
        "the manager",
    ]
    for text in (*over, task["Description"]):
        assert "Jo Kern, Plant Manager, Buyer" in text
        assert "Why now: asked for us on 27 Mar 2026" in text
        assert "/demo (form)" in text
    for private in ("Kern", "jo@buyer", "Plant Manager"):
        assert private not in stream.getvalue()
    assert '"event": "call"' in stream.getvalue()


EASTER = datetime(2026, 4, 2, 14, tzinfo=UTC)  # Maundy Thursday, 16:00 in Berlin


def overdue(play: Play) -> list[dict[str, Any]]:
    return [one for one in tasks(play) if "Overdue" in one["Subject"]]


def user(play: Play, name: str) -> str:
    (found,) = [one["Id"] for one in play.sf("User") if one["Email"] == f"{name}@acme.example"]
    return str(found)


def test_the_rep_is_warned_in_the_last_quarter_and_nobody_else(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        at(play, 27, 15, 44)
        assert heard(play, "Due by") == []
        at(play, 27, 15, 46)
        at(play, 27, 15, 50)
        assert heard(play, "Due by 2026-03-27 16:00 CET") == ["ann"]
        assert overdue(play) == []


def test_holidays_stop_the_clock(acme: CompanyFiles, tmp_path: Path) -> None:
    teams = office(holidays="DE")
    with playing(acme, tmp_path, teams, start=EASTER.replace(minute=30)) as play:
        ready(play, "jo")
        play.box.set_time(datetime(2026, 4, 6, 12, tzinfo=UTC))
        rest(play)
        assert told(play, "sla_breached") == []
        play.box.set_time(datetime(2026, 4, 7, 7, 29, tzinfo=UTC))  # 09:29 in Berlin
        rest(play)
        assert told(play, "sla_breached") == []
        play.box.set_time(datetime(2026, 4, 7, 7, 31, tzinfo=UTC))
        rest(play)
        assert [one["due"] for one in told(play, "sla_breached")] == ["2026-04-07T07:30:00.000000Z"]


def test_the_first_touch_waits_for_a_rep_who_is_away_and_the_answer_of_the_team_does_not(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        play.company.teams = office(away=({"from": "2026-03-27T15:10:00", "to": "2026-04-10"},))
        at(play, 27, 16, 30)
        assert told(play, "sla_breached") == []
        at(play, 31, 15, 1)
        assert [one["clock"] for one in told(play, "sla_breached")] == ["answer"]


def test_a_lead_given_to_another_rep_is_that_rep_s_to_answer_for(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        assert play.lead(JO)["OwnerId"] == user(play, "ann")
        play.later(minutes=30)
        edit(play, JO, OwnerId=user(play, "bob"))
        at(play, 27, 15, 40)
        at(play, 27, 16, 1)
        (breach,) = told(play, "sla_breached")
        assert breach["rep"] == "bob"
        assert heard(play, "Overdue") == ["bob", "the manager"]
        assert [one["OwnerId"] for one in overdue(play)] == [user(play, "bob")]
        edit(play, JO, OwnerId=user(play, "ann"))
        at(play, 27, 16, 40)
        assert len(told(play, "sla_breached")) == 1
        assert heard(play, "Overdue") == ["bob", "the manager"]


def test_hours_that_become_longer_while_a_clock_runs_bring_its_end_nearer(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office(), start=FRIDAY.replace(hour=15, minute=30)) as play:
        ready(play, "jo")  # 16:30: half an hour is left for Monday
        at(play, 27, 16, 50)
        play.company.teams = office(hours=("09:00-20:00",))
        at(play, 27, 17, 5)
        at(play, 27, 17, 31)
        assert [one["due"] for one in told(play, "sla_breached")] == ["2026-03-27T16:30:00.000000Z"]
        assert rebuilds_equal(play)


def test_hours_that_become_shorter_put_the_end_off(acme: CompanyFiles, tmp_path: Path) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        play.company.teams = office(hours=("09:00-15:30",))
        at(play, 27, 16, 30)
        assert told(play, "sla_breached") == []
        at(play, 30, 9, 31)
        assert [one["due"] for one in told(play, "sla_breached")] == ["2026-03-30T07:30:00.000000Z"]


def test_without_clocks_in_the_agreement_nobody_is_reminded(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office(), sla=None) as play:
        ready(play, "jo")
        at(play, 31, 16)
        assert told(play, "sla_soon") == told(play, "sla_breached") == []
        assert (overdue(play), heard(play, "Overdue"), kinds(play)) == ([], [], {})


def test_a_lead_that_is_accepted_and_not_touched_is_late_for_its_first_touch(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        edit(play, JO, Status="Working - Contacted")
        at(play, 27, 15, 10)
        at(play, 27, 16, 1)
        assert [one["clock"] for one in told(play, "sla_breached")] == ["first_touch"]
        call(play)
        at(play, 27, 16, 20)
        assert kinds(play) == {}
        at(play, 31, 16)
        assert len(told(play, "sla_breached")) == 1


def test_an_answer_after_the_breach_settles_it_and_tells_nobody_again(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        call(play)
        at(play, 27, 15, 10)
        at(play, 31, 15, 1)
        assert kinds(play) == {"sla_breach": 1}
        edit(play, JO, Status="Working - Contacted")
        at(play, 31, 16)
        assert kinds(play) == {}
        assert [one["clock"] for one in told(play, "sla_settled")] == ["answer"]
        assert heard(play, "Overdue") == ["ann", "the manager"]


def test_the_second_trip_of_a_lead_has_clocks_of_its_own(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        at(play, 27, 16, 1)
        play.box.sales.act(
            "reject",
            id=play.lead(JO)["Id"],
            reason="Bad timing",
            reason_field="Rejection_Reason__c",
        )
        at(play, 27, 16, 10)
        assert kinds(play) == {}
        play.box.set_time(datetime(2026, 3, 30, 8, tzinfo=UTC))
        play.form(JO, "https://acme.example/demo/again")
        play.later(minutes=1)
        rest(play)
        assert play.lead(JO)["Status"] == "Open - Not Contacted"
        at(play, 30, 11, 30)
        assert [one["cycle"] for one in told(play, "sla_breached")] == [1, 2]
        assert len(overdue(play)) == 2
