"""`crmbridge report content`: both sides apart, where they disagree, and what people say."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

from crmbridge.clock import FixedClock
from crmbridge.files import load
from crmbridge.flows.content.rate import rate
from tests.content.stage import LINKS, PIECE, known, token
from tests.stages.line import Line
from tests.stages.places import START
from tests.stages.still import company_over

SPEC = "Specification sheet with integration plan"
PROSPECTS, SALES = (5, 5, 4, 5, 4, 5, 3, 5), (2, 3, 2, 2, 3)
REPS = ("ann", "bob", "cat", "dev", "eva")
FORMULA = '=HYPERLINK("http://evil.example","x")'


def rated(line: Line) -> None:
    """Eight prospects and five salespeople say what they think of one piece, one of another."""
    files = load(Path(line.env["CRMBRIDGE_CONFIG"]), "acme")
    with line.ledger() as ledger:
        clock = FixedClock(START)
        company = company_over(ledger, clock, files)
        company.links = LINKS
        people = [UUID(int=n).hex for n in range(len(PROSPECTS))]
        known(company, *people)
        for person, stars in zip(people, PROSPECTS, strict=True):
            clock.advance(timedelta(hours=1))
            rate(company, token(person), stars, f"Comment of {stars}.")
        for rep, stars in zip(REPS, SALES, strict=True):
            clock.advance(timedelta(hours=1))
            rate(company, token(people[0], rep=rep), stars, f"Says\x1b[31m {rep[0]}.")
        clock.advance(timedelta(hours=12))
        rate(company, token(people[1], SPEC), 4, FORMULA)


def sheets(line: Line, *more: str) -> dict[str, Any]:
    return dict(line.json("report", "content", *more)["sheets"])


def test_both_sides_stand_apart_and_it_says_where_they_disagree(bare: Line) -> None:
    rated(bare)
    told = sheets(bare)
    assert told["ratings"]["rows"] == [
        {
            "content": PIECE,
            "prospects": 8,
            "prospect_mean": 51 / 13,
            "sales": 5,
            "sales_mean": 2.7,
            "disagree": "yes",
        },
        {
            "content": SPEC,
            "prospects": 1,
            "prospect_mean": 19 / 6,
            "sales": 0,
            "sales_mean": None,
            "disagree": "",
        },
    ]
    text = bare.ok("report", "content").out
    assert "Ratings by prospects and by sales" in text
    assert "not asked for yet" not in text


def test_comments_are_told_the_newest_first_and_of_nobody(bare: Line) -> None:
    rated(bare)
    rows = sheets(bare)["comments"]["rows"]
    assert len(rows) == 14
    assert rows[0] == {
        "content": SPEC,
        "side": "a prospect",
        "stars": 4,
        "day": "2026-03-03",
        "comment": FORMULA,
    }
    assert [one["stars"] for one in rows[1:6]] == list(reversed(SALES))
    assert rows[1]["comment"] == "Says [31m e."
    assert not {"rater", "lead"} & rows[0].keys()
    cells = [
        cell
        for row in csv.reader(StringIO(bare.ok("report", "content", "--csv").out))
        for cell in row
    ]
    assert FORMULA not in cells


def test_the_period_counts_and_nothing_is_said_of_nothing(bare: Line) -> None:
    rated(bare)
    later = sheets(bare, "--since", "2026-03-03")
    assert [one["content"] for one in later["ratings"]["rows"]] == [SPEC]
    assert sheets(bare, "--until", "2026-03-01")["ratings"]["rows"] == []


def test_at_most_twenty_comments_are_told(bare: Line) -> None:
    rated(bare)
    files = load(Path(bare.env["CRMBRIDGE_CONFIG"]), "acme")
    with bare.ledger() as ledger:
        company = company_over(ledger, FixedClock(START), files)
        company.links = LINKS
        people = [UUID(int=n).hex for n in range(100, 110)]
        known(company, *people)
        for person in people:
            rate(company, token(person), 3, "One more.")
    found = sheets(bare)["comments"]
    assert len(found["rows"]) == 20
    assert found["notes"] == ["4 earlier ones are not shown."]
