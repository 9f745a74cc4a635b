"""What frees a lead that waits: one act for each reason, the same words wherever it is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmbridge.agreement import Team, Teams
from crmbridge.agreement.sla.clocks import Stale
from crmbridge.files import CompanyFiles
from crmbridge.flows.routing.what_if import capacity
from crmbridge.policy.digest.week import due_at
from crmbridge.policy.routing.remedy import REASONS, remedy
from crmbridge.report.digest.gather import gather
from crmbridge.report.text import capital
from crmbridge.store import held, queue, schema
from crmbridge.store.queue import QueueRow
from crmbridge.store.table import fetch
from tests.routing.row import QUALIFIED, a_row, look_at, rep, row, status
from tests.routing.stage import lined
from tests.routing.test_flow_line import as_kept, touched
from tests.stages.places import AL
from tests.stages.play import Play
from tests.stages.rest import ready, rest

STEPS = Team.model_validate(
    {
        "id": "dach",
        "bar": [
            {"below": "1/2", "min_rating": "warm"},
            {"below": "4/5", "min_rating": "hot"},
            {"below": 1, "grades": ["A1"]},
        ],
    }
)


@pytest.mark.parametrize("reason", ["", *REASONS])
def test_every_reason_has_one_act(reason: str) -> None:
    said = remedy(reason, STEPS, "C4", "cold")
    assert said.endswith(".")
    assert said.count(".") <= 3
    assert "`" not in said


@pytest.mark.parametrize(
    ("grade", "rating", "part"),
    [
        ("B2", "warm", "less than 50 % full."),
        ("B1", "hot", "less than 80 % full."),
        ("A1", "hot", "less than 100 % full."),
    ],
)
def test_more_room_is_told_only_to_whom_it_frees(grade: str, rating: str, part: str) -> None:
    assert remedy("below_bar", STEPS, grade, rating).endswith(part)
    for on in (True, False):
        never = remedy("below_bar", STEPS, "C4", "cold", on=on)
        assert "however empty it is" in never
        assert "oom" not in never


def test_a_team_without_a_rule_frees_its_lead_by_nothing_but_its_room() -> None:
    assert "room" in remedy("no_capacity", Team.model_validate({"id": "x"}), "C4", "cold")
    assert "teams.toml" in remedy("no_eligible_rep", None, "C4", "cold")


def on_all_pages(play: Play) -> tuple[str, str]:
    """The advice of the lead that is held for its next team, and what the line says frees it."""
    with play.company.ledger.read() as tx:
        (one,) = held.find(tx, kind="hand_on_waits")
        (entry,) = capacity(play.company, tx)["line"]
    assert entry["lead"] == one.lead
    assert REASONS[entry["reason"]] in one.advice
    return one.advice, entry["remedy"]


def test_who_waits_too_long_for_an_empty_team_is_not_told_to_make_room(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """And where another reason holds later, its advice is another."""
    data = a_row(field=[rep("fay"), rep("fred")]).model_dump(mode="json", exclude_unset=True)
    data["teams"][1]["bar"] = [{"below": 1, "grades": ["A9"]}]
    teams = Teams.model_validate(data)
    patient = Stale.model_validate({"untouched_days": 90, "idle_days": 90})
    with row(acme, tmp_path, teams, stale=patient) as play:
        ready(play, "al")
        rest(play)
        status(play, QUALIFIED, AL)
        play.later(days=20)
        rest(play)
        advice, act = on_all_pages(play)
        assert act == (
            "Make a rep of the team its owner in the CRM: the team lets no such lead through, "
            "however empty it is."
        )
        assert act in advice
        full = a_row(field=[rep("fay", open_limit=0)])
        play.company = replace(play.company, teams=full)
        play.later(minutes=5)
        rest(play)
        assert look_at(play, AL).state.waiting == "no_capacity"
        advice, act = on_all_pages(play)
        assert act in advice


def advice_of(play: Play, teams: list[dict[str, Any]], *to: str) -> str:
    """What is said of a qualified lead that waits too long for its next team."""
    data = a_row().model_dump(mode="json", exclude_unset=True)
    data["teams"] = [data["teams"][0] | {"hands_on": {"to": list(to)}}, *teams]
    play.company = replace(play.company, teams=Teams.model_validate(data))
    ready(play, "al")
    rest(play)
    status(play, QUALIFIED, AL)
    play.later(days=20)
    rest(play)
    with play.company.ledger.read() as tx:
        (one,) = held.find(tx, kind="hand_on_waits")
    return one.advice


PATIENT = Stale.model_validate({"untouched_days": 90, "idle_days": 90})
NEVER = [{"below": 1, "grades": ["A9"]}]


def test_of_several_next_teams_the_advice_is_of_the_one_that_takes_the_lead(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    far = {"id": "far", "name": "Overseas", "takes": {"country": ["Peru"]}, "reps": [rep("pia")]}
    near = {"id": "near", "name": "Field sales", "bar": NEVER, "reps": [rep("fay")]}
    with row(acme, tmp_path, stale=PATIENT) as play:
        said = advice_of(play, [far, near], "far", "near")
    assert said.startswith("This lead has waited for Field sales longer than")
    assert "Overseas" not in said
    assert "the team lets no such lead through" in said


def test_of_several_next_teams_that_take_the_lead_each_is_named_with_what_frees_it(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    one = {"id": "one", "name": "North", "bar": NEVER, "reps": [rep("pia")]}
    two = {"id": "two", "name": "South", "reps": [rep("fay", open_limit=0)]}
    bar = [{"below": "1/2", "min_rating": "cold"}]
    with row(acme, tmp_path, stale=PATIENT) as play:
        said = advice_of(play, [one, two | {"bar": bar}], "one", "two")
    assert said.startswith("This lead has waited for North or South longer than")
    assert "For North: make a rep of the team its owner in the CRM" in said
    assert "For South: make room in the team" in said


def test_the_meeting_tells_the_reason_and_the_act_of_the_page_today() -> None:
    with lined([{"id": "ann", "open_limit": 9}], bar=[{"below": 1, "grades": ["A9"]}]) as line:
        line.arrive(2)
        touched(line, 1, "/demo-request", 1)
        as_kept(line.company)
        line.tick()
        with line.company.ledger.read() as tx:
            acts = {one["lead"]: one["remedy"] for one in capacity(line.company, tx)["line"]}
            week = due_at(line.company.now(), line.company.zone)
            found = gather(tx, line.company, week, line.company.now())
        (hot,) = (one for one in found if one.key == "hot:sales")
        assert hot.value == 1
        assert hot.number == "1 lead that asked for us waits for a rep"
        assert f"{hot.action}." == f"{capital(REASONS['below_bar'])}. {acts['lead0001']}"


@pytest.mark.parametrize(
    ("kinds", "said", "agreed"),
    [
        ({"hot"}, "1 hot lead waits for a rep", "first touch within 4 business hours"),
        (
            {"asked"},
            "1 lead that asked for us waits for a rep",
            "first touch within 1 business hour",
        ),
        (
            {"hot", "asked"},
            "2 leads wait for a rep: 1 asked for us, 1 more is hot",
            "first touch within 1 business hour of who asked for us, "
            "4 business hours of a hot lead",
        ),
    ],
)
def test_the_meeting_calls_nobody_hot_whom_today_calls_cold(
    kinds: set[str], said: str, agreed: str
) -> None:
    """Today shows each lead's rating, and apart from it whether the lead asked for sales."""
    with lined([{"id": "ann", "open_limit": 9}], bar=[{"below": 1, "grades": ["A9"]}]) as line:
        line.arrive(3)
        as_kept(line.company)
        line.tick()
        with line.company.ledger.write("test") as tx:
            first, second, _ = fetch(tx, QueueRow, table=schema.queue)
            for row, rating, kind in ((first, "cold", "asked"), (second, "hot", "hot")):
                if kind in kinds:
                    told = {"rating": rating, "hand_raise": kind == "asked"}
                    queue.retell(tx, [(row.lead, row.rev, {**row.place, **told})])
        with line.company.ledger.read() as tx:
            week = due_at(line.company.now(), line.company.zone)
            found = gather(tx, line.company, week, line.company.now())
        (one,) = (one for one in found if one.key == "hot:sales")
    assert (one.number, one.agreed) == (said, agreed)
