"""Today: what is broken, who is late, who waits and why, each in the first lines."""

from __future__ import annotations

from crmbridge.store import alarms, held, leads
from crmbridge.web.board.frame import coded
from tests.revenue.small_world import NOW
from tests.stages.line import Line
from tests.web.site import Caller
from tests.web.test_sync import AWAY, at_work

PAGE = "/c/acme/today"


def late(line: Line, many: int) -> None:
    """Sales is late with so many leads."""
    with line.ledger() as ledger, ledger.write("test") as tx:
        for one, _ in zip(leads.ids(tx), range(many), strict=False):
            detail = {"rep": "ann", "due": "2026-06-29T10:00:00.000000Z", "clock": "first_touch"}
            about = "first_touch:1"
            held.put(tx, "sla_breach", lead=one, op=about, advice="Ask ann.", detail=detail, at=NOW)


def test_a_manager_reads_who_is_late_with_what(year: Line, director: Caller) -> None:
    late(year, 12)
    said = director.text(PAGE)
    assert "Sales is late with 12 leads." in said
    assert "first touch 2026-06-29 12:00" in said
    assert "Show 2 more" in said
    assert said.index("Sales is late") < said.index("Who is late")


def test_an_operator_reads_first_what_is_broken(year: Line, director: Caller) -> None:
    at_work(year)
    with year.ledger() as ledger:
        alarms.tell(ledger, {"sales": AWAY | {"state": "paused"}})
    said = director.text(PAGE)
    assert said.index("Salesforce is paused") < said.index("Nobody in sales is late.")
    assert "The sync works." not in said


def test_a_quiet_day_says_so(year: Line, director: Caller) -> None:
    at_work(year)
    said = director.text(PAGE)
    assert "The sync works." in said
    assert "Nobody in sales is late." in said
    assert "Nobody waits for this team." in said


def test_a_team_that_is_none_is_said(director: Caller) -> None:
    assert director.get(f"{PAGE}?team=nobody").status_code == 400


def test_an_empty_ledger_says_what_comes(empty: Caller) -> None:
    assert "No lead is known yet." in empty.text(PAGE)


def test_what_is_to_be_typed_is_set_apart_and_nothing_of_it_is_markup(director: Caller) -> None:
    page = director.get(PAGE).text
    assert "crmbridge is not running." in page
    assert "<code>crmbridge run</code>" in page
    assert coded("<b>`<i>`") == "&lt;b&gt;<code>&lt;i&gt;</code>"
    assert coded("<b>`") == "&lt;b&gt;`"
