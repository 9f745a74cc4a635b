"""The reports of work from the command line: their options, their forms, and bad input."""

import pytest

from tests.stages.line import Desk, Line

REPORTS = ("funnel", "reasons", "handoff", "reps", "fairness", "sharing")
OF_TEAMS = ("handoff", "reps", "fairness", "sharing")


@pytest.mark.parametrize("name", REPORTS)
def test_an_empty_ledger_has_a_report_in_every_form(bare: Line, name: str) -> None:
    assert bare.ok("report", name).out
    data = bare.json("report", name, "--since", "2020-01", "--until", "2020-03", "--by", "month")
    assert data["period"] == {"first_day": "2020-01-01", "last_day": "2020-03-31"}
    sheets = bare.ok("report", name, "--since", "2020", "--compare", "year", "--csv").out
    assert sheets


@pytest.mark.parametrize("name", REPORTS)
def test_days_that_have_not_begun_or_are_none_are_an_error(bare: Line, name: str) -> None:
    said = bare.run("report", name, "--since", "2999-01")
    assert said.code == 1
    assert "has not begun" in said.err
    assert bare.run("report", name, "--since", "soon").code == 1
    assert "give --since" in bare.run("report", name, "--compare", "year").err
    assert bare.run("report", name, "--by", "day").code == 1


@pytest.mark.parametrize("name", OF_TEAMS)
def test_an_unknown_team_is_an_error_with_the_nearest(bare: Line, name: str) -> None:
    assert "did you mean 'dach'" in bare.run("report", name, "--team", "dahc").err


def test_the_story_of_weeks_is_told_by_every_report(story: Desk) -> None:
    """Whatever happened is told without a fault, and the same hand-offs are in each."""
    told = {name: story.json("report", name) for name in REPORTS}
    handed = told["funnel"]["steps"]["handed"]
    assert handed > 0
    cohorts = told["funnel"]["speed"]["from_handed"]["total"]
    assert cohorts["cycles"] == handed
    teams = told["reps"]["sheets"]["teams"]["rows"]
    assert sum(row["given"] for row in teams) == handed
    back = told["reasons"]["recycling"]["recycled"]["total"]
    assert back["back"] == sum(row["count"] for row in told["reasons"]["reasons"])
    assert told["sharing"]["sheets"]["directions"]["rows"][0]["leads"] > 0
    won = told["funnel"]["won"]["total"]["deals"]
    assert sum(row["won"] for row in told["reps"]["sheets"]["deals_by_team"]["rows"]) == won
