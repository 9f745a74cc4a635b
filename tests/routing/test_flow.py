"""The spigot between two real servers: bars, hours, absences, turns, the line's end, and pulls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from crmbridge.agreement import Teams
from crmbridge.errors import CrmBridgeError
from crmbridge.files import CompanyFiles
from crmbridge.flows.reps.pause import pause, resume
from crmbridge.flows.reps.rotation import TURNS, Turns, recount
from crmbridge.flows.routing.assign import fetch
from crmbridge.flows.routing.what_if import capacity
from crmbridge.flows.scene.scene import Scene
from crmbridge.store import cursors
from tests.stages.places import START
from tests.stages.play import Play, at_work
from tests.stages.rest import rebuilds_equal, rest, told

OFFICE = {"office": {"zone": "Europe/Berlin", "hours": {"mon-fri": ["09:00-17:00"]}}}
DEMO = "https://acme.example/demo"


def rep(ident: str, limit: int = 2, **more: Any) -> dict[str, Any]:
    return {"id": ident, "email": f"{ident}@acme.example", "open_limit": limit} | more


@contextmanager
def playing(acme: CompanyFiles, path: Path, *reps: dict[str, Any], **team: Any) -> Iterator[Play]:
    """A company whose one team is given, armed."""
    rows = list(reps) or [rep("ann"), rep("bob")]
    teams = Teams.model_validate(
        {
            "company": "acme",
            "calendars": OFFICE,
            "teams": [{"id": "sales", "reps": rows} | team],
        }
    )
    files = replace(acme, teams=teams)
    with at_work(files, path) as play:
        yield play


def ask(play: Play, *names: str, page: str = DEMO, **more: Any) -> None:
    """People who ask for a demo one after another; the company acts until it comes to rest."""
    for name in names:
        email = f"{name}@buyer.example"
        play.contact(email, lastname=name.title(), company=f"{name} GmbH", **more)
        play.form(email, page)
        rest(play)
        play.later(minutes=1)


def owners(play: Play) -> dict[str, str]:
    """Which rep has each lead in the sales system, by the beginning of both addresses."""
    users = {row["Id"]: str(row["Email"]).split("@")[0] for row in play.sf("User")}
    return {row["Email"].split("@")[0]: users[row["OwnerId"]] for row in play.sf()}


def waits(play: Play, name: str) -> str:
    return str(play.person(f"{name}@buyer.example").get("crmbridge_waiting") or "")


def line(play: Play, *changes: str) -> dict[str, Any]:
    with play.company.ledger.read() as tx:
        return capacity(play.company, tx, changes)


def test_nobody_gets_more_than_their_limit_and_the_rest_wait_in_nurture(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, rep("ann", 1), rep("bob", 1)) as play:
        ask(play, "jo", "al", "em")
        assert sorted(owners(play).values()) == ["ann", "bob"]
        assert waits(play, "em") == "no_capacity"
        told = line(play)
        assert told["teams"][0]["fill"] == "1"
        (left,) = told["line"]
        assert (left["outcome"], left["reason"]) == ("wait", "no_capacity")
        (would,) = line(play, "rep=ann:open_limit=5")["line"]
        assert (would["outcome"], would["rep"]) == ("assign", "ann")
        assert waits(play, "em") == "no_capacity"
        assert rebuilds_equal(play)


def test_a_lead_below_the_bar_waits_until_the_team_is_emptier(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    bar = [{"below": "1/2", "min_rating": "warm"}, {"below": 1, "min_rating": "hot"}]
    with playing(acme, tmp_path, rep("ann", 2), bar=bar) as play:
        ask(play, "jo", "al")
        assert owners(play) == {"jo": "ann"}
        assert waits(play, "al") == "below_bar"
        (given,) = told(play, "assigned")
        assert given["capacity"] == {"open": 0, "limit": 2, "fill": "0", "bar": "warm"}
        play.box.sales.act("reject", id=play.lead("jo@buyer.example")["Id"])
        play.later(minutes=5)
        rest(play)
        assert owners(play)["al"] == "ann"


def test_a_lead_that_comes_at_night_goes_out_in_the_morning(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, rep("ann"), calendar="office") as play:
        play.later(hours=9)
        ask(play, "jo")
        assert owners(play) == {}
        assert waits(play, "jo") == "outside_hours"
        play.later(hours=14)
        rest(play)
        assert owners(play) == {"jo": "ann"}


def test_the_day_of_a_limit_is_that_of_the_teams_zone(acme: CompanyFiles, tmp_path: Path) -> None:
    with playing(acme, tmp_path, rep("ann", 9, per_day=1), zone="Asia/Tokyo") as play:
        ask(play, "jo", "al")
        assert owners(play) == {"jo": "ann"}
        assert waits(play, "al") == "no_capacity"
        play.box.set_time(datetime(2026, 3, 2, 14, 30, tzinfo=UTC))
        rest(play)
        assert len(owners(play)) == 1
        play.box.set_time(datetime(2026, 3, 2, 15, 30, tzinfo=UTC))
        rest(play)
        assert len(owners(play)) == 2


def test_a_team_has_its_own_limit_of_the_day(acme: CompanyFiles, tmp_path: Path) -> None:
    with playing(acme, tmp_path, per_day=1) as play:
        ask(play, "jo", "al")
        assert len(owners(play)) == 1
        assert waits(play, "al") == "team_limit"


def test_a_rep_who_was_away_has_no_turns_saved_up(acme: CompanyFiles, tmp_path: Path) -> None:
    away = [{"from": "2026-03-01", "to": "2026-03-03"}]
    with playing(acme, tmp_path, rep("ann", 20), rep("cat", 20, absences=away)) as play:
        ask(play, "a", "b", "c", "d")
        assert set(owners(play).values()) == {"ann"}
        play.later(days=2)
        ask(play, "e", "f", "g", "h")
        fresh = [owners(play)[name] for name in "efgh"]
        assert sorted(fresh) == ["ann", "ann", "cat", "cat"]


def test_a_lead_that_waited_too_long_leaves_the_line_until_a_new_touch(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, rep("ann", 1), max_wait_days=3) as play:
        ask(play, "jo", "al")
        play.later(days=3, hours=1)
        rest(play)
        assert waits(play, "al") == ""
        assert play.person("al@buyer.example")["lifecyclestage"] == "lead"
        play.box.sales.act("reject", id=play.lead("jo@buyer.example")["Id"])
        play.later(minutes=5)
        rest(play)
        assert "al" not in owners(play)
        play.form("al@buyer.example", "https://acme.example/contact")
        rest(play)
        assert owners(play)["al"] == "ann"
        assert len(told(play, "queue_expired")) == 1
        assert rebuilds_equal(play)


def test_a_lead_that_was_nothing_to_work_on_gives_the_rep_the_turn_back(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, rep("ann", 9), rep("bob", 9)) as play:
        ask(play, "jo")
        first = owners(play)["jo"]
        play.box.sales.act(
            "reject",
            id=play.lead("jo@buyer.example")["Id"],
            reason="Duplicate",
            reason_field="Rejection_Reason__c",
        )
        play.later(minutes=5)
        rest(play)
        (back,) = told(play, "refunded")
        assert (back["rep"], back["v"], back["reason"]) == (first, "0", "duplicate")
        with play.company.ledger.read() as tx:
            scene = Scene.open(play.company, tx)
            assert Turns.load(scene).of(first).v == 0


def test_turns_that_were_lost_are_counted_again_from_the_events(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, rep("ann", 9, weight=2), rep("bob", 9)) as play:
        ask(play, "a", "b", "c", "d", "e", "f")
        with play.company.ledger.read() as tx:
            kept = cursors.get_meta(tx, TURNS)
            again = {who: turn.row() for who, turn in recount(Scene.open(play.company, tx)).items()}
        assert kept == again
        assert sum(Fraction(one["v"]) for one in again.values()) == 2 + 2


def test_a_rep_fetches_the_best_leads_that_the_bar_holds_back(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    bar = [{"below": 1, "grades": ["A1"]}]
    with playing(acme, tmp_path, rep("ann", 9, pull={"per_day": 2}), bar=bar) as play:
        ask(play, "jo", "al", "em")
        assert owners(play) == {}
        with play.company.ledger.write("pull") as tx:
            scene = Scene.open(play.company, tx)
            got = fetch(scene, "ann", 5)
            scene.work.flush()
        assert len(got) == 2
        rest(play)
        assert owners(play) == {"jo": "ann", "al": "ann"}
        with play.company.ledger.write("pull") as tx:
            assert fetch(Scene.open(play.company, tx), "ann", 5) == []
        assert {one["how"] for one in told(play, "assigned")} == {"pull"}


def test_who_is_paused_gets_nothing_until_the_day_given(acme: CompanyFiles, tmp_path: Path) -> None:
    with playing(acme, tmp_path, rep("ann", 9), rep("bob", 9)) as play:
        assert pause(play.company, "ann", "Mia", START + timedelta(days=1)) == "rep:ann"
        ask(play, "jo", "al")
        assert set(owners(play).values()) == {"bob"}
        desk = line(play)["teams"][0]["desks"][0]
        assert (desk["state"], desk["paused"]["by"]) == ("paused", "Mia")
        play.later(days=1)
        ask(play, "em")
        assert owners(play)["em"] == "ann"
        pause(play.company, "sales", "Mia")
        ask(play, "ed")
        assert waits(play, "ed") == "no_eligible_rep"
        resume(play.company, "sales", "Mia")
        rest(play)
        assert "ed" in owners(play)
        assert [one["by"] for one in told(play, "paused")] == ["Mia", "Mia"]


def test_pausing_somebody_unknown_or_resuming_who_works_is_explained(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path) as play:
        with pytest.raises(CrmBridgeError, match=r"no rep or team 'anne'.*did you mean 'ann'"):
            pause(play.company, "anne", "Mia")
        with pytest.raises(CrmBridgeError, match="rep ann is not paused here"):
            resume(play.company, "ann", "Mia")
        with (
            play.company.ledger.write("pull") as tx,
            pytest.raises(CrmBridgeError, match=r"no rep 'zoe' in .*; there are: ann, bob"),
        ):
            fetch(Scene.open(play.company, tx), "zoe", 1)


def test_a_lead_goes_to_the_team_that_takes_its_country_and_to_who_has_the_skill(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    teams = Teams.model_validate(
        {
            "company": "acme",
            "skills": [{"field": "country", "values": ["France"], "skill": "french"}],
            "teams": [
                {"id": "dach", "takes": {"country": ["Germany", "DE"]}, "reps": [rep("ann", 9)]},
                {"id": "world", "reps": [rep("dev", 9), rep("eva", 9, skills=["french"])]},
            ],
        }
    )
    files = replace(acme, teams=teams)
    with at_work(files, tmp_path) as play:
        ask(play, "jo", country="germany")
        ask(play, "em", "ed", country="France")
        assert owners(play) == {"jo": "ann", "em": "eva", "ed": "eva"}
