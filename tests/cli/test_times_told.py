"""Times in what people read are those of the company's zone, to the second."""

from __future__ import annotations

import re

import pytest

from tests.stages.line import Desk
from tests.stages.places import JO

UTC_TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
KEEN = ("--given", "--evidence", "a form")


def opted_out(desk: Desk) -> None:
    desk.keen(JO)
    desk.armed()
    desk.later(hours=2)
    desk.box.marketing.act("opt_out", email=JO)
    desk.later(minutes=5)
    desk.ok("sync")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("explain", JO, "--as-of", "2025-11-20"), "2025-11-20 00:00:00 CET"),
        (("explain", JO, "--as-of", "2025-07-20"), "2025-07-20 00:00:00 CEST"),
        (("consent", JO, *KEEN, "--at", "2026-03-01"), "2026-03-01 00:00:00 CET"),
        (("consent", JO, *KEEN, "--at", "2030-03-01"), "2030-03-01 00:00:00 CET"),
        (("backfill", "--since", "2026-02-02", "--until", "2026-02-01"), "2026-02-01 00:00:00 CET"),
        (("capacity", "pause", "ann", "--until", "2020-01-01"), "2020-01-01 00:00:00 CET"),
    ],
    ids=lambda one: " ".join(one[:1] + one[-1:]) if isinstance(one, tuple) else "",
)
def test_what_is_refused_names_the_time_as_it_was_typed(
    desk: Desk, command: tuple[str, ...], told: str
) -> None:
    opted_out(desk)
    said = desk.run(*command)
    assert said.code == 1
    assert told in said.err
    assert not UTC_TEXT.search(said.err), said.err
    assert "LEAD" not in said.err


def test_held_work_about_a_clock_names_the_companys_time(desk: Desk) -> None:
    desk.keen(JO)
    desk.armed()
    desk.later(days=4)
    desk.ok("sync")
    (asked, *_) = desk.json("held", "list", "--kind", "sla_breach")["held"]
    assert re.search(r"by 2026-03-\d\d \d\d:\d\d:\d\d CET and has not", asked["advice"])
