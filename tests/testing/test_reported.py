"""What plays say of their reports: the revenue in each, and the director's two questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from crmbridge.flows.revenue.post import post_books
from crmbridge.model.money import Money
from crmbridge.report.frame.sheet import Estimate, Report, Sheet
from crmbridge.testing.demo.director import is_target_met, which_to_stop
from crmbridge.testing.demo.story import Story
from crmbridge.testing.reported import Reported, differ, of_books, only, reported, revenues, sheet
from tests.revenue.two_deals import AT, World
from tests.stages.play import example
from tests.stages.still import still


@pytest.fixture(scope="module")
def two_won() -> Iterator[Reported]:
    """Two deals of 100 EUR, of which one has a person of ours."""
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        clock.advance(timedelta(hours=2))
        post_books(company)
        with company.ledger.read() as tx:
            yield reported(company, tx)


def test_every_report_has_the_revenue_of_all_won_deals(two_won: Reported) -> None:
    found = revenues(two_won)
    books = [name for name in found if name.startswith("revenue by channel, ")]
    assert len(books) >= 10, "each model of the agreement, its total and its lines"
    for name in ("funnel: won", "counts by source", "reps", "reps: deals_by_owner"):
        assert found[name] == Decimal("200.00"), name
    assert {one for name, one in found.items() if name.startswith("revenue by ")} == {
        Decimal("200.00")
    }
    assert set(of_books(two_won, "pipeline").values()) == {Decimal("200.00")}


def test_another_revenue_is_said_with_the_table_that_has_it(two_won: Reported) -> None:
    assert list(differ(two_won, Decimal("200.00"))) == []
    told = list(differ(two_won, Decimal("150.00")))
    assert "the revenue is 200.00 in reps, and 150.00 was won" in told
    assert "the report of sources does not say that 150.00 EUR was won in all" in told
    lost = sheet(two_won.credit["channel"], "revenue")
    less = replace(lost, total=("all", *(Money(1, "EUR") for _ in lost.columns[1:])))
    others = [one for one in two_won.credit["channel"].sheets if one.name != "revenue"]
    credit = {"channel": replace(two_won.credit["channel"], sheets=(less, *others))}
    told = list(differ(replace(two_won, credit=credit), Decimal("200.00")))
    assert any(one.startswith("the revenue is 0.01 in revenue by channel, ") for one in told)


def test_a_pipeline_that_differs_between_models_is_said(two_won: Reported) -> None:
    report = two_won.contribution
    table = sheet(report, "pipeline")
    (first, *rest) = table.rows
    more = (*first[:2], Money(999_99, "EUR"), *first[3:])
    changed = replace(table, rows=(more, *rest))
    sheets = tuple(changed if one.name == "pipeline" else one for one in report.sheets)
    told = list(differ(replace(two_won, contribution=replace(report, sheets=sheets)), Decimal(200)))
    assert any(one.startswith("the pipeline differs: ") for one in told)


def test_a_table_is_narrowed_to_the_columns_that_are_asked_for(two_won: Reported) -> None:
    whole = sheet(two_won.reps, "reps")
    assert [one.name for one in only(whole, "rep", "won").columns] == ["rep", "won"]
    with pytest.raises(ValueError, match="has no column 'luck'"):
        only(whole, "luck")


def test_the_story_shows_a_table_as_its_report_does(two_won: Reported) -> None:
    told = StringIO()
    story = Story(Console(file=told, width=200))
    story.show(sheet(two_won.counts, "won"))
    assert "all that sales won" in told.getvalue()
    assert "200.00 EUR" in told.getvalue()
    story.show(replace(sheet(two_won.content, "meetings"), rows=()))
    assert "No first meeting in this period." in told.getvalue()


# the director


def test_where_no_source_is_worse_the_director_hears_that_none_can_be_told(
    two_won: Reported,
) -> None:
    told = list(which_to_stop(two_won))
    assert told[0].startswith("What should we stop? That cannot be told yet")
    assert "too few leads were decided or ended" in told[1]


def worse(report: Report) -> Report:
    """The report as if one source were worse in both."""
    less = Estimate(-0.4, -0.5, -0.3)
    rate = Estimate(0.2, 0.1, 0.3)
    quality, money = sheet(report, "quality"), sheet(report, "money")
    said: dict[str, Any] = {
        "source": "paid search",
        "decided": 40,
        "acceptance": rate,
        "difference": less,
        "win_rate": rate,
        "stop": "a candidate",
    }
    paid: dict[str, Any] = {
        "source": "paid search",
        "revenue": Money(500, "EUR"),
        "cost": Money(900, "EUR"),
    }
    made = []
    for table, row in ((quality, said), (money, paid)):
        cells = tuple(row.get(one.name) for one in table.columns)
        made.append(replace(table, rows=(cells,)))
    note = "What should we stop? Look at paid search: worse than the rest."
    return replace(report, sheets=tuple(made), notes=(note,))


def test_of_a_source_that_is_worse_the_director_hears_why_and_what_it_cost(
    two_won: Reported,
) -> None:
    told = " ".join(which_to_stop(replace(two_won, sources=worse(two_won.sources))))
    assert "Look at paid search" in told
    assert "Of the 40 leads of paid search that sales decided on it accepted 20.0 %" in told
    assert "-40.0 % [-50.0, -30.0]" in told
    assert "They cost 9.00 EUR and brought 5.00 EUR so far." in told
    assert "no figure tells a cause" in told


def test_each_target_is_told_with_what_was_agreed_and_whether_it_is_met(two_won: Reported) -> None:
    revenue, pipeline = is_target_met(two_won)
    assert revenue.startswith(
        "Revenue won, sourced by marketing, 2026-01-01 to 2026-12-31: 25.0 % was agreed, and it is "
        "0.0 %"
    )
    assert revenue.endswith(("Is it met? Cannot tell yet.", "Is it met? Not met so far."))
    assert pipeline.startswith("Pipeline created")


def test_a_target_of_days_without_deals_is_neither_met_nor_missed(two_won: Reported) -> None:
    report = two_won.contribution
    table = sheet(report, "targets")
    place = table.index("share")
    rows = tuple((*row[:place], None, *row[place + 1 :]) for row in table.rows)
    sheets = tuple(replace(one, rows=rows) if one is table else one for one in report.sheets)
    told = list(is_target_met(replace(two_won, contribution=replace(report, sheets=sheets))))
    assert told[0].endswith("25.0 % was agreed, and there is no deal yet.")


def test_without_a_target_the_director_hears_that_none_is_agreed(two_won: Reported) -> None:
    left: tuple[Sheet, ...] = tuple(
        one for one in two_won.contribution.sheets if one.name != "targets"
    )
    bare = replace(two_won, contribution=replace(two_won.contribution, sheets=left))
    assert list(is_target_met(bare)) == ["No target is agreed."]
