"""`crmbridge capacity`: shown, tried, paused and fetched from the command line."""

from tests.stages.line import Desk, Line
from tests.stages.places import AL, JO


def two_in_line(desk: Desk) -> None:
    """Jo and Al asked for a demo on a Saturday: both wait for Monday's hours."""
    desk.armed()
    desk.later(days=5)
    for email, name in ((JO, "Kern"), (AL, "Lund")):
        desk.contact(email, lastname=name, company="Buyer GmbH", country="Germany")
        desk.form(email)
    desk.ok("sync")


def test_capacity_of_an_empty_ledger_shows_the_desks_and_no_line(bare: Line) -> None:
    said = bare.ok("capacity", "show").out
    assert "dach (Germany, Austria, Switzerland): 100 % full, passes nothing" in said
    assert "Nobody waits." in said
    data = bare.json("capacity", "show", "--if", "rep=cat:open_limit=15")
    assert data["teams"][0]["desks"][2]["limit"] == 15


def test_a_what_if_that_names_nobody_is_an_error(bare: Line) -> None:
    said = bare.run("capacity", "show", "--if", "rep=kat:open_limit=15")
    assert said.code == 1
    assert "no rep 'kat'; there are: ann, bob, cat, dev, eva" in said.err


def test_the_line_is_shown_with_reasons_and_a_rep_fetches_from_it(desk: Desk) -> None:
    two_in_line(desk)
    data = desk.json("capacity", "show")
    assert [one["reason"] for one in data["line"]] == ["outside_hours", "outside_hours"]
    shown = desk.ok("capacity", "show").out
    assert "every rep who may have it is outside their hours" in shown
    assert "outside hours" in shown
    got = desk.json("capacity", "pull", "--rep", "ann", "--leads", "5")
    assert len(got["leads"]) == 2
    desk.ok("sync")
    assert desk.lead(JO)["OwnerId"] == desk.lead(AL)["OwnerId"]
    assert "Nothing for ann" in desk.ok("capacity", "pull", "--rep", "ann").out


def test_a_pause_and_its_end_are_said_and_shown(bare: Line) -> None:
    said = bare.ok("capacity", "pause", "ann", "--until", "2099-05-04", "--by", "Mia").out
    assert said.startswith("rep ann takes no leads until 2099-05-04 00:00:00 CEST")
    shown = bare.ok("capacity", "show").out
    assert "paused by Mia since" in shown
    assert "takes leads again" in bare.ok("capacity", "resume", "ann").out
    assert bare.run("capacity", "resume", "ann").code == 1


def test_a_pause_of_somebody_unknown_or_one_that_is_over_is_an_error(bare: Line) -> None:
    assert "did you mean 'ann'" in bare.run("capacity", "pause", "anne").err
    assert "is over already" in bare.run("capacity", "pause", "ann", "--until", "2020-01-01").err
