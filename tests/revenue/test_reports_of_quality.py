"""Reports of sources, campaigns and content over small worlds that were worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from crmbridge.report.credit.content import content_report
from crmbridge.report.credit.quality import campaigns_report, sources_report
from crmbridge.report.frame.sheet import Report
from tests.revenue.small_world import Small, amounts, eur, must_add_up, small, total
from tests.stages.worked import rows, sheet


def sources(world: Small, *days: str, **more: str) -> Report:
    now = world.clock.now()
    return world.ask(lambda tx, scope: sources_report(tx, scope, now), *days, **more)


def campaigns(world: Small, *days: str, **more: str) -> Report:
    now = world.clock.now()
    return world.ask(lambda tx, scope: campaigns_report(tx, scope, now), *days, **more)


def content(world: Small, *days: str, **more: str) -> Report:
    now = world.clock.now()
    return world.ask(lambda tx, scope: content_report(tx, scope, now), *days, **more)


def crowd(world: Small, source: str, taken: int, refused: int, wins: int, losses: int = 0) -> None:
    """Leads of a source, handed over in March: `wins` and `losses` of those taken have ended.

    Who wins brings a deal of 100.00; sales decides two days after the hand-off.
    """
    for n in range(taken + refused):
        name = f"{source}{n}"
        world.person(name, "02-01", source=source)
        world.touch(name, "02-02", source.lower(), campaign=f"C-{source}")
        world.handed(name, "03-10")
        if n >= taken:
            world.rejected(name, "03-12")
            continue
        world.accepted(name, "03-12")
        if n < wins:
            world.deal(f"D-{name}", eur(100), name, made="03-20", won="04-01")
        elif n < wins + losses:
            world.returned(name, "04-01")


def test_what_sales_opened_by_itself_is_no_hand_off_and_a_deal_counts_once() -> None:
    with small() as world:
        for name, source in (("x", "FAIR"), ("y", "WEBINAR")):
            world.person(name, "02-01", source=source)
            world.touch(name, "02-02", campaign="C-1")
        world.handed("x", "03-10")
        world.accepted("x", "03-12")
        world.deal("B", eur(50), "x", made="03-21", won=None)
        world.deal("A", eur(100), "x", made="03-20", won="04-01")
        world.deal("B", eur(50), "x", made="03-21", won="05-01")  # on in a cycle of sales' own
        world.deal("Y", eur(70), "y", made="03-20", won="04-01")
        world.post()
        for found, word in ((sources(world), "source"), (campaigns(world), "campaign")):
            names = {"source": "FAIR", "campaign": "C-1"}
            assert rows(sheet(found, "quality"), "pushed", "decided", "won") == [(1, 1, 1)]
            assert [name[-4:].lstrip(":") for (name,) in rows(sheet(found, "quality"), word)] == [
                names[word]
            ]
            assert total(found, "money", "revenue") == 150


def test_only_a_source_that_is_worse_in_acceptance_and_in_wins_is_one_to_stop() -> None:
    with small() as world:
        crowd(world, "WEBINAR", taken=30, refused=5, wins=12, losses=18)
        crowd(world, "LISTS", taken=5, refused=30, wins=0, losses=5)
        crowd(world, "FAIR", taken=6, refused=3, wins=0)
        world.post()
        must_add_up(world)
        found = sources(world)
        nothing = sources(world, "2025-04", "2025-04")
    names = ("source", "pushed", "decided", "verdict", "returned", "won", "median_days", "stop")
    assert rows(sheet(found, "quality"), *names) == [
        ("LISTS", 35, 35, "worse than the rest", 5, 0, 2, "a candidate"),
        ("WEBINAR", 35, 35, "better than the rest", 18, 12, 2, ""),
        ("FAIR", 9, 9, "too few to say", 0, 0, 2, ""),
    ]
    assert found.notes[0].startswith("What should we stop? Look at LISTS: worse than the rest")
    assert amounts(found, "money", "source", "revenue", "revenue_per_pushed") == {
        "LISTS": (0, 0),
        "WEBINAR": (1200, 34.29),
        "FAIR": (0, None),
    }
    assert total(found, "money", "revenue") == 1200
    assert rows(sheet(found, "reasons"), "source", "reason", "rejected") == [
        ("LISTS", "no fit", 30),
        ("WEBINAR", "no fit", 5),
        ("FAIR", "no fit", 3),
    ]
    assert "All deals won in the period bring 1,200.00 EUR. Leads that were handed over in it "
    assert sheet(nothing, "quality").rows == ()
    assert "All deals won in the period bring 1,200.00 EUR" in " ".join(nothing.notes)


def test_a_source_that_is_worse_in_acceptance_alone_is_not_one_to_stop() -> None:
    """Of LISTS few are accepted, and of those that ended as many are won as of the rest."""
    with small() as world:
        crowd(world, "WEBINAR", taken=30, refused=5, wins=10, losses=20)
        crowd(world, "LISTS", taken=24, refused=30, wins=20, losses=4)
        world.post()
        found = sources(world)
    quality = sheet(found, "quality")
    assert rows(quality, "source", "verdict", "stop") == [
        ("LISTS", "worse than the rest", ""),
        ("WEBINAR", "better than the rest", ""),
    ]
    assert found.notes[0].startswith("What should we stop? Nothing, by these figures")
    assert found.notes[0].endswith("In acceptance alone it is LISTS: look at why.")


def test_a_source_below_the_rest_of_too_few_for_a_verdict_is_named_with_what_is_missing() -> None:
    with small() as world:
        crowd(world, "WEBINAR", taken=30, refused=5, wins=12, losses=18)
        crowd(world, "LISTS", taken=4, refused=16, wins=0, losses=4)
        world.post()
        found = sources(world)
    assert found.notes[0] == (
        "What should we stop? Nothing can be told yet of LISTS: 20 decided, 30 are needed; it "
        "stands 66 points below the rest."
    )


def test_a_source_worse_in_acceptance_is_no_nothing_while_few_of_its_leads_have_ended() -> None:
    with small() as world:
        crowd(world, "WEBINAR", taken=30, refused=5, wins=12, losses=18)
        crowd(world, "LISTS", taken=15, refused=16, wins=0)
        world.post()
        found = sources(world)
    assert found.notes[0] == (
        "What should we stop? Nothing can be told yet of LISTS: it is worse than the rest in "
        "acceptance, and of its leads 16 ended, 30 are needed to tell of wins."
    )


def test_a_campaign_has_its_leads_its_money_and_its_cost_and_all_costs_are_told() -> None:
    with small() as world:
        world.campaign("C-WEBINAR", "Line webinar")
        world.campaign("C-LISTS", "Bought lists")
        world.campaign("C-FAIR", "Spring fair")
        crowd(world, "WEBINAR", taken=10, refused=2, wins=4)
        crowd(world, "LISTS", taken=1, refused=3, wins=0)
        world.person("alone", "02-01")
        world.handed("alone", "03-11")
        world.spend("2025-03", ("Line webinar", "EUR", 60_000), ("Spring fair", "EUR", 5_000))
        world.spend("2025-02", ("Bus stops", "EUR", 700), ("Line webinar", "USD", 1_000))
        world.post()
        found = campaigns(world)
    told = amounts(found, "money", "campaign", "revenue", "cost", "cost_per_pushed")
    assert told == {
        "Line webinar": (400, 600, 50),
        "Bought lists": (0, None, None),
        "(no campaign)": (0, None, None),
        "Spring fair": (0, 50, None),
        "Bus stops": (0, 7, None),
    }
    assert (total(found, "money", "revenue"), total(found, "money", "cost")) == (400, 657)
    notes = " ".join(found.notes)
    assert "Imported costs whose campaign nobody knows: Bus stops." in notes
    assert "in a currency without a rate" in notes
    assert rows(sheet(found, "quality"), "campaign", "pushed") == [
        ("Line webinar", 12),
        ("Bought lists", 4),
        ("(no campaign)", 1),
        ("Bus stops", 0),
        ("Spring fair", 0),
    ]


def test_the_cost_of_a_campaign_that_nobody_touched_stands_at_the_source_that_it_feeds() -> None:
    """By the campaign's channel, however the two systems spell it."""
    with small() as world:
        world.campaign("C1", "Search ads", channel="Paid Search")
        world.campaign("C2", "Spring fair", channel="Event")
        world.campaign("C3", "Leaflets")
        for n in range(2):
            world.person(f"p{n}", "02-01", source="PAID_SEARCH")
            world.handed(f"p{n}", "03-11")
        world.spend("2025-03", ("Search ads", "EUR", 60_000), ("Spring fair", "EUR", 5_000))
        world.spend("2025-02", ("Leaflets", "EUR", 700), ("Bus stops", "EUR", 300))
        world.post()
        by_source, by_campaign = sources(world), campaigns(world)
    assert amounts(by_source, "money", "source", "cost") == {"paid search": 600}
    assert (
        "Costs that no line above has: 60.00 EUR, of Spring fair (50.00 EUR, channel Event), "
        "Leaflets (7.00 EUR, no channel) and Bus stops (3.00 EUR, no channel). A campaign's cost "
        "stands at the source that its channel names; these name none of the sources above."
    ) in by_source.notes
    assert amounts(by_campaign, "money", "campaign", "cost", "feeds") == {
        "(no campaign)": (None, None),
        "Search ads": (600, "paid search"),
        "Spring fair": (50, None),
        "Leaflets": (7, None),
        "Bus stops": (3, None),
    }
    notes = sheet(by_campaign, "money").notes
    assert (
        "No lead that was handed over in these days had touched Search ads, which cost 600.00 EUR: "
        "its cost stands at its source, paid search."
    ) in notes
    assert (
        "No lead that was handed over in these days had touched Spring fair (50.00 EUR), Leaflets "
        "(7.00 EUR) and Bus stops (3.00 EUR), and their channels are no source of these leads: "
        "what they cost stands at no source."
    ) in notes


def test_a_lead_that_touched_two_campaigns_counts_for_each_and_its_money_does_not() -> None:
    """The total of money is what the leads brought, not what the lines below each other say."""
    with small() as world:
        world.campaign("C1", "One")
        world.campaign("C2", "Two")
        world.person("ann", "02-01")
        world.touch("ann", "02-02", campaign="C1")
        world.touch("ann", "02-03", campaign="C2", asset="/x")
        world.touch("ann", "04-03", campaign="C2", asset="/y")
        world.handed("ann", "03-10")
        world.accepted("ann", "03-12")
        world.deal("D1", eur(100), "ann", made="03-20", won="04-01")
        world.post()
        found = campaigns(world)
    assert rows(sheet(found, "quality"), "campaign", "pushed") == [("One", 1), ("Two", 1)]
    money = sheet(found, "money")
    assert [row[1] for row in money.rows] == [eur(100), eur(100)]
    assert total(found, "money", "revenue") == 100
    assert "A lead that touched several campaigns counts for each" in " ".join(money.notes)


def test_each_of_the_three_is_cut_and_compared_by_the_day_of_the_hand_off() -> None:
    with small() as world:
        crowd(world, "WEB", taken=12, refused=0, wins=2)
        world.person("late", "02-01", source="WEB")
        world.touch("late", "02-02", campaign="C-WEB", asset="/vbook/1")
        world.handed("late", "04-10")
        world.post()
        for report, word, name in (
            (sources, "source", "WEB"),
            (campaigns, "campaign", "C-WEB"),
            (content, "content", ""),
        ):
            cut = sheet(report(world, "2025-03", "2025-04", by="month"), "by_month")
            told = sheet(report(world, "2025-04", "2025-04", compare="before"), "compared")
            if not name:  # only the late one read a piece
                assert [(row[0], row[2]) for row in cut.rows] == [("2025-04", 1)]
                assert [row[2] for row in told.rows] == [1, 0]
                continue
            shown = rows(cut, "period", word, "handed", "won", "revenue")
            assert [row[0:1] + row[2:] for row in shown] == [
                ("2025-03", 12, 2, eur(200)),
                ("2025-04", 1, 0, eur(0)),
            ]
            share = cut.rows[0][3]
            assert (share.value, share.low > 0.7) == (1.0, True)
            assert [(row[2], row[4]) for row in told.rows] == [(1, 0), (12, 2)]


def test_without_leads_nobody_is_told_that_nothing_is_to_be_stopped() -> None:
    with small() as world:
        world.post()
        for found in (sources(world), campaigns(world)):
            assert found.notes[0].startswith("What should we stop? That cannot be told yet")


def test_a_lead_of_very_many_deals_brings_each_once() -> None:
    """Its deals that outlive the first win are listed by the next cycle, too.

    What such a lead adds to the totals is kept pressed, which no database reads.
    """
    with small() as world:
        world.person("ann", "02-01", source="WEBINAR")
        world.touch("ann", "02-02", asset="/vbook/1")
        world.handed("ann", "03-10")
        world.accepted("ann", "03-12")
        for n in range(60):
            world.deal(f"D{n}", eur(1), "ann", made="03-20", won="04-01")
        world.post()
        must_add_up(world)
        found = sources(world)
        later = sources(world, "2025-04", "2025-04")
        assert content(world).sheets[0].rows
    assert amounts(found, "money", "source", "revenue") == {"WEBINAR": 60}
    # sales went on by itself then: nobody handed that cycle over
    assert amounts(later, "money", "source", "revenue") == {}


# content


def readers(world: Small) -> None:
    """Of 24 leads the first twelve read a chapter of the handbook before they were handed over."""
    for n in range(24):
        name = f"p{n}"
        world.person(name, "01-10")
        if n < 12:
            world.touch(name, "02-01", asset=f"/vbook/{n % 3}")
            world.touch(name, "02-02", asset="/blog/x")
        world.handed(name, "03-10")
        world.touch(name, "03-20", asset="/case-study/dairy")
        if n < 9 or n > 21:
            world.accepted(name, "03-12")
        else:
            world.rejected(name, "03-12")
        if n in (0, 23):
            world.deal(f"D{n}", eur(100), name, made="03-21", won="04-01")
    world.did("p0", "02-20 10:00", "meeting")
    world.did("p1", "02-21 10:00", "meeting")
    world.did("p1", "03-21 10:00", "meeting")
    world.did("p23", "03-21 10:00", "meeting")
    world.did("p2", "02-01 10:00", "call")
    world.post()


def test_content_is_told_by_whom_it_reached_and_what_followed() -> None:
    handbook, case = "Handbook: inline control, chapter by chapter", "Case study"
    with small() as world:
        readers(world)
        must_add_up(world)
        found = content(world)
        february = content(world, "2025-02", "2025-02")
    told = {row[0]: list(row[1:6]) for row in sheet(found, "content").rows}
    assert told == {
        case: [24, 24, 0, 0, 0],
        handbook: [12, 12, 12, 9, 1],
        "/blog/x": [12, 12, 12, 9, 1],
    }
    difference = dict(rows(sheet(found, "content"), "content", "difference"))[handbook]
    assert difference.value == pytest.approx(9 / 12 - 2 / 12)
    # W: of D0 the first touch made nobody a lead within 300 s, so it is first and lead-making both
    credit = amounts(found, "content", "content", "credit")
    assert sum(credit.values()) == 200
    assert rows(sheet(found, "meetings"), "month", "people", "median") == [
        ("2025-02", 2, 2.0),
        ("2025-03", 1, 1.0),
    ]
    assert rows(sheet(found, "uncatalogued"), "asset", "people", "touches") == [("/blog/x", 12, 12)]
    assert [row[0] for row in sheet(february, "content").rows] == ["/blog/x", handbook]
    assert sheet(february, "content").rows[0][1:4] == (12, 12, 0)
    quiet = dict(rows(sheet(found, "quiet"), "content", "last"))
    assert quiet[handbook] == date(2025, 2, 1)
    assert quiet["Specification sheet with integration plan"] is None


def test_who_read_two_chapters_of_one_piece_is_one_person() -> None:
    with small() as world:
        world.person("ann", "01-10")
        world.touch("ann", "02-01", asset="/vbook/1")
        world.touch("ann", "02-02", asset="/vbook/2")
        world.touch("ann", "02-03", asset="/vbook/2")
        found = content(world)
    assert [row[1:3] for row in sheet(found, "content").rows] == [(1, 3)]


def test_reports_of_an_empty_company_say_so() -> None:
    with small() as world:
        for found in (sources(world), campaigns(world), content(world)):
            assert not any(one.rows for one in found.sheets if one.name != "quiet")
        assert sheet(sources(world), "quality").empty == (
            "No lead was handed to sales in this period."
        )
