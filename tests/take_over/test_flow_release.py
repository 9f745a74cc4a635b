"""Who was ready before crmbridge came goes to sales by and by, behind everybody else."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.agreement import Teams
from crmbridge.agreement.routing.limits import Release
from crmbridge.errors import ConfigError
from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.plan import apply, plan
from crmbridge.flows.operate.turn import turn
from crmbridge.flows.routing.what_if import capacity
from crmbridge.report.routing import summary
from crmbridge.testing.emulator import iso
from tests.stages.places import FORM, MAPPINGS, START
from tests.stages.play import Play, begun, example
from tests.stages.rest import rebuilds_equal, rest
from tests.stages.vendors import KEEN

DAYS_AGO = iso(START - timedelta(days=4))


def released(files: CompanyFiles, per_team: int, **more: int) -> CompanyFiles:
    """The company with one team, which takes so many people of the past in a day."""
    told = {"release": Release(per_day=per_team), **more}
    teams = tuple(team.model_copy(update=told) for team in files.teams.teams[:1])
    return replace(files, teams=files.teams.model_copy(update={"teams": teams}))


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Play]:
    """A company that lets two people of the past out in a day."""
    with begun(released(example(), 2), tmp_path) as play:
        yield play


def asked_then(play: Play, *names: str) -> None:
    """People who asked for a demo four days before anybody looked."""
    for name in names:
        email = f"{name}@buyer.example"
        told = {**KEEN, "email": email, "company": name}
        play.box.marketing.seed(
            contacts=[{"properties": told, "createdAt": DAYS_AGO, "updatedAt": DAYS_AGO}],
            form_submissions=[
                {
                    "formId": FORM,
                    "submittedAt": DAYS_AGO,
                    "values": [{"name": "email", "value": email}],
                    "pageUrl": "https://acme.example/demo",
                }
            ],
        )


def quiet(_seconds: float) -> None:
    pass


def go_live(play: Play) -> dict[str, Any]:
    turn(play.company, sleep=quiet)
    made = plan(play.company).to_json()
    apply(play.company, made, sleep=quiet)
    rest(play)
    return made


def handed(play: Play) -> set[str]:
    return {str(one["Email"]).partition("@")[0] for one in play.sf()}


def test_so_many_a_day_go_out_and_who_does_anything_goes_at_once(slow: Play) -> None:
    names = [f"p{n}" for n in range(6)]
    asked_then(slow, *names)
    made = go_live(slow)
    assert [one["action"] for one in made["writes"]].count("handoff") == 2
    assert len(handed(slow)) == 2
    slow.later(hours=1)
    rest(slow)
    assert len(handed(slow)) == 2
    waiting = next(name for name in names if name not in handed(slow))
    slow.form(f"{waiting}@buyer.example")
    slow.keen("new@fresh.example")
    rest(slow)
    assert handed(slow) >= {waiting, "new"}
    assert len(handed(slow)) == 4
    slow.later(days=1)
    rest(slow)
    assert len(handed(slow)) == 6
    slow.later(days=1)
    rest(slow)
    assert handed(slow) == {*names, "new"}
    assert rebuilds_equal(slow)


def test_the_brief_says_that_nobody_has_just_done_anything(slow: Play) -> None:
    asked_then(slow, "jo")
    go_live(slow)
    slow.later(minutes=1)
    slow.keen("new@fresh.example")
    rest(slow)
    told = {one["Email"]: str(one["Description"]) for one in slow.sf()}
    assert "out of your own database" in told["jo@buyer.example"]
    assert "out of your own database" not in told["new@fresh.example"]


def test_nobody_of_the_past_waits_too_long(tmp_path: Path) -> None:
    """Who is ready now would leave the line after two days."""
    names = [f"q{n}" for n in range(8)]
    with begun(released(example(), 2, max_wait_days=2), tmp_path) as play:
        asked_then(play, *names)
        go_live(play)
        for _ in range(3):
            play.later(days=1)
            rest(play)
        assert handed(play) == set(names)


def test_no_number_at_all_lets_nobody_out(tmp_path: Path) -> None:
    with begun(released(example(), 0), tmp_path) as play:
        asked_then(play, "jo", "al")
        go_live(play)
        play.later(days=3)
        rest(play)
        assert not play.sf()
        with play.company.ledger.read() as tx:
            line = capacity(play.company, tx)["line"]
        assert [row["reason"] for row in line] == ["release_limit"] * 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[release]\nper_day = -1", "greater than or equal to 0"),
        ("[release]\nper_day = 'all'", "valid integer"),
        ("[release]\nper_dya = 3", "per_dya"),
        ("[release]\nper_day = 50", "release.per_day is 50, and the team is given 30"),
    ],
)
def test_a_release_that_cannot_be_is_refused_with_its_reason(text: str, why: str) -> None:
    teams = tomllib.loads((MAPPINGS / "acme" / "teams.toml").read_text("utf-8"))
    with pytest.raises(ValidationError, match=re.escape(why)):
        Teams.model_validate(teams | tomllib.loads(text))


def test_capacity_tells_how_many_of_the_past_went_and_wait(slow: Play) -> None:
    asked_then(slow, *(f"p{n}" for n in range(5)))
    go_live(slow)
    with slow.company.ledger.read() as tx:
        (team,) = capacity(slow.company, tx)["teams"]
        assert (team["past"], team["past_waiting"]) == ([2, 2], 3)
        assert summary(team).endswith("3 waiting; of the past: 2 of 2 given, 3 waiting")
        name = team["team"]
        more = capacity(slow.company, tx, [f"team={name}:release=4"])
        assert Counter(one["outcome"] for one in more["line"]) == {"assign": 2, "wait": 1}
        with pytest.raises(ConfigError, match="always have a limit; give a number"):
            capacity(slow.company, tx, [f"team={name}:release=none"])
        with pytest.raises(ConfigError, match=r"release\.per_day"):
            capacity(slow.company, tx, [f"team={name}:release=-1"])


def test_capacity_says_nothing_of_the_past_where_nobody_is_of_it(slow: Play) -> None:
    go_live(slow)
    slow.keen("new@buyer.example")
    slow.turn()
    with slow.company.ledger.read() as tx:
        (team,) = capacity(slow.company, tx)["teams"]
    assert "of the past" not in summary(team)
