"""Reports of the books over small worlds that were worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from crmbridge.model.money import Money
from crmbridge.report.credit.attribution import attribution_report
from crmbridge.report.credit.contribution import contribution_report
from crmbridge.report.frame.sheet import Report
from tests.revenue.small_world import Small, amounts, eur, must_add_up, small, total
from tests.stages.worked import rows, sheet


def six_deals(world: Small) -> None:
    """One deal of each way to be won, and of each way to be missed.

    D1 has the golden touches: W gives the first, which made the lead, 60 %, the middle one 10 %,
    and the last before the deal 30 %.
    """
    world.campaign("C1", "Spring letter")
    world.person("ann", "01-10")
    world.touch("ann", "01-10", "organic", asset="/vbook/1")
    world.touch("ann", "01-20", "email", kind="campaign", campaign="C1")
    world.touch("ann", "02-09", "webinar", kind="campaign", asset="/webinar/line")
    world.person("bob", "01-01")
    world.deal("D1", eur(1000), "ann")
    world.deal("D2", eur(500), "bob", won="04-02")
    world.deal("D3", Money(20_000, "SEK"), "ann", won="03-12")
    world.deal("D4", eur(70), won="03-14", outside=True)
    world.deal("D5", eur(300), won="03-15")
    world.deal("D6", None, "bob", won="03-20")
    world.post()


def test_credit_by_channel_adds_up_to_all_that_was_won() -> None:
    with small() as world:
        six_deals(world)
        must_add_up(world)
        found = world.ask(attribution_report)
    assert amounts(found, "revenue", "name", "books", "restated", "first", "linear") == {
        "organic": (600, 600, 1000, 333.34),
        "webinar": (300, 300, 0, 333.33),
        "email": (100, 100, 0, 333.33),
        "(no touch: its people have none)": (500, 500, 500, 500),
        "(no touch: nobody is known on the deal)": (300, 300, 300, 300),
    }
    assert {total(found, "revenue", one) for one in ("books", "restated", "first", "linear")} == {
        1800
    }
    notes = " ".join(found.notes)
    assert "1 deal (200.00 SEK) stand in no figure" in notes
    assert "1 deal without an amount count as deals and add no money." in notes
    assert "1 won deal (70.00 EUR) that the mapping's filter leaves out" in notes


def test_credit_by_campaign_and_by_content_is_the_same_money() -> None:
    with small() as world:
        six_deals(world)
        by_campaign = world.ask(lambda tx, scope: attribution_report(tx, scope, of="campaign"))
        by_content = world.ask(lambda tx, scope: attribution_report(tx, scope, of="content"))
    untouched = {
        "(no touch: its people have none)": 500,
        "(no touch: nobody is known on the deal)": 300,
    }
    assert amounts(by_campaign, "revenue", "name", "restated") == {
        "(no campaign)": 900,
        "Spring letter": 100,
        **untouched,
    }
    assert amounts(by_content, "revenue", "name", "restated") == {
        "/vbook/1": 600,
        "/webinar/line": 300,
        "(no content)": 100,
        **untouched,
    }
    for found in (by_campaign, by_content):
        assert total(found, "revenue", "restated") == 1800


def test_pipeline_is_credited_by_the_day_of_the_creation() -> None:
    """All five were created on 10 February, before which D1 had all its touches."""
    with small() as world:
        six_deals(world)
        found = world.ask(attribution_report)
        none = world.ask(attribution_report, "2025-03", "2025-04")
    assert total(found, "pipeline", "restated") == 1800
    assert amounts(found, "pipeline", "name", "restated")["organic"] == 600
    assert none.sheets[1].rows == ()
    assert total(none, "revenue", "restated") == 1800


def test_a_late_touch_moves_the_books_in_its_own_month_and_restates_the_old_one() -> None:
    with small() as world:
        six_deals(world)
        world.touch("ann", "02-09 13:00", "event", kind="campaign")
        world.post()
        must_add_up(world)
        march = world.ask(attribution_report, "2025-03", "2025-03")
        june = world.ask(attribution_report, "2026-06", "2026-06")
    # as the golden books: the new touch stands last before the deal, webinar is one of two between
    assert amounts(march, "revenue", "name", "books", "restated") == {
        "organic": (600, 600),
        "event": (0, 300),
        "webinar": (300, 50),
        "email": (100, 50),
        "(no touch: nobody is known on the deal)": (300, 300),
    }
    assert amounts(june, "revenue", "name", "books", "restated") == {
        "event": (300, 0),
        "webinar": (-250, 0),
        "email": (-50, 0),
    }
    assert (total(june, "revenue", "books"), total(june, "revenue", "restated")) == (0, 0)


def test_credit_by_month_and_beside_the_days_before_adds_up() -> None:
    with small() as world:
        six_deals(world)
        found = world.ask(attribution_report, "2025-04", "2025-04", by="month", compare="before")
        whole = world.ask(attribution_report, by="quarter")
    assert total(found, "revenue", "restated") == 500
    assert total(found, "revenue", "before") == 1300
    cut = {
        (row[0], row[1]): float(row[2].amount) for row in sheet(whole, "revenue_by_quarter").rows
    }
    assert sum(cut.values()) == 1800
    assert cut["2025-Q1", "organic"] == 600
    assert cut["2025-Q2", "(no touch: its people have none)"] == 500


# marketing's part


def ten_deals(world: Small, wins: int = 10) -> None:
    """Ten deals of 100.00 won in May, each in the next hour; six are of a person with a touch.

    Of the first two sales had the person from marketing before; of the third it gave them back.
    The web is the source of the fourth and the seventh. Sales called the fifth's person first.
    """
    for n in range(wins):
        name = f"p{n}"
        world.person(name, "02-01")
        if n < 6:
            world.touch(name, "03-01", "webinar")
        if n < 3:
            world.handed(name, "03-10")
        if n == 2:
            world.rejected(name, "03-12")
        if n == 4:
            world.did(name, "02-20")
        source = {"source": "Web"} if n in (3, 6) else {"source": "Outbound"}
        world.deal(f"D{n}", eur(100), name, made="04-01", won=f"05-{n + 1:02}", **source)
    world.post()


def parts(report: Report, name: str = "revenue") -> dict[tuple[str, str], tuple[float, int]]:
    found = sheet(report, name)
    return {(row[0], row[1]): (float(row[2].amount), row[4]) for row in found.rows}


def test_marketings_part_by_four_definitions_adds_up_to_all_deals() -> None:
    with small(lead_sources=("Web",)) as world:
        ten_deals(world)
        must_add_up(world)
        found = world.ask(contribution_report)
    told = parts(found)
    by_hand = {
        "handed over before the deal (agreed)": (2, 4, 4),
        "first touch before the deal": (6, 0, 4),
        "the deal's lead source": (2, 5, 3),
        "touch before sales' first activity": (5, 1, 4),
    }
    assert told == {
        (title, part): (100.0 * n, n)
        for title, counts in by_hand.items()
        for part, n in zip(("sourced", "influenced", "none"), counts, strict=True)
    }
    assert parts(found, "pipeline")["handed over before the deal (agreed)", "sourced"] == (200, 2)


def test_targets_are_met_missed_or_cannot_be_told() -> None:
    """Two of ten equal deals are sourced: .2, and by the ratio estimator .2 +- 2.262 * .1333."""
    targets = [
        {"measure": "revenue", "share": "0.1", "year": 2025},
        {"measure": "revenue", "share": "0.6", "from": date(2025, 5, 1), "to": date(2025, 5, 31)},
        {
            "measure": "revenue",
            "of": "sourced_or_influenced",
            "share": "0.2",
            "from": date(2025, 1, 1),
            "to": date(2025, 6, 30),
        },
        {"measure": "pipeline", "share": "0.3", "from": date(2025, 5, 1), "to": date(2025, 5, 31)},
    ]
    with small(targets=targets) as world:
        ten_deals(world)
        found = world.ask(contribution_report)
    told = sheet(found, "targets")
    rows = [[row[told.index(one)] for one in ("share", "gap", "standing")] for row in told.rows]
    assert [row[2] for row in rows] == ["cannot tell yet", "missed", "met", "no deals yet"]
    share = rows[0][0]
    assert (share.value, share.low) == (0.2, 0)
    assert share.high == pytest.approx(0.2 + 2.262157 * 0.133333, abs=1e-4)
    assert [row[1] for row in rows] == [eur(100), eur(-400), eur(400), eur(0)]


def test_a_target_whose_days_are_not_over_is_met_or_missed_so_far() -> None:
    """The world is looked at on 30 June 2026: 184 days of its year are still to come."""
    targets = [
        {"measure": "revenue", "share": share, "from": date(2025, 1, 1), "to": last}
        for share in ("0.01", "0.6")
        for last in (date(2026, 6, 30), date(2026, 12, 31))
    ]
    targets.append({"measure": "revenue", "share": "0.1", "year": 2027})
    with small(targets=targets, sourced="first_touch") as world:
        ten_deals(world)
        for n in range(10, 40):
            world.person(f"p{n}")
            world.touch(f"p{n}", "01-20")
            world.deal(f"D{n}", eur(100), f"p{n}", made="03-20", won="05-30")
        world.post()
        table = sheet(world.ask(contribution_report), "targets")
    assert rows(table, "standing", "left") == [
        ("met", 0),
        ("met so far", 184),
        ("met", 0),
        ("met so far", 184),
        ("no deals yet", 365),
    ]


def test_marketings_part_by_month_and_compared_adds_up() -> None:
    with small() as world:
        ten_deals(world)
        world.deal("E1", eur(50), "p0", made="03-20", won="04-30")
        world.post()
        found = world.ask(contribution_report, "2025-05", "2025-05", compare="before")
        cut = world.ask(contribution_report, by="month")
    assert amounts(cut, "by_month", "period", "pipeline_all", "revenue_all", "revenue_sourced") == {
        "2025-03": (50, 0, 0),
        "2025-04": (1000, 50, 50),
        "2025-05": (0, 1000, 200),
        **{f"{month}": (0, 0, 0) for month in _months(cut, after="2025-05")},
    }
    compared = sheet(found, "compared")
    assert [(row[0], row[2], row[3]) for row in compared.rows] == [
        ("Revenue won", eur(1000), eur(200)),
        ("Revenue won", eur(50), eur(50)),
        ("Pipeline created", eur(0), eur(0)),
        ("Pipeline created", eur(1000), eur(200)),
    ]


def test_the_stock_of_open_deals_stands_beside_the_flows_each_currency_apart() -> None:
    with small() as world:
        ten_deals(world)
        world.deal("O1", eur(70), "p0", made="05-20", won=None)
        world.deal("O2", eur(5), "p1", made="05-21", won=None)
        world.deal("O3", None, "p1", made="05-21", won=None)
        world.deal("O4", Money(900, "SEK"), "p1", made="05-22", won=None)
        world.post()
        found = world.ask(contribution_report, "2025-01", "2025-02")
    assert sheet(found, "open").rows == (
        ("(no amount)", 1, 1, None, None),
        ("EUR", 2, 0, eur(75), eur(75)),
        ("SEK", 1, 0, Money(900, "SEK"), None),
    )


def _months(report: Report, after: str) -> list[str]:
    return [row[0] for row in sheet(report, "by_month").rows if row[0] > after]
