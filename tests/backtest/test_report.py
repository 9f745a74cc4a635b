"""A backtest as text: the verdict first, what it would take, and no rate of too few."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from crmbridge.policy.backtest import Backtest, History, compare
from crmbridge.report.backtest import told

SINCE, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def row(n, accepted, handed=True):
    return History(id=f"lead{n:03}:1", handed=handed, mature=True, accepted=accepted, won=False)


def text(cycles, one, two):
    report = compare(cycles, one, two)
    return "\n".join(told(Backtest(report=report, since=SINCE, until=UNTIL, currency="EUR")))


def test_what_nobody_can_tell_comes_with_what_it_would_take():
    cycles = [row(n, n % 2 == 0) for n in range(20)] + [row(n, None, False) for n in range(20, 60)]
    found = text(cycles, {row(n, None).id for n in range(12)}, {one.id for one in cycles})
    assert found.startswith("Cannot tell whether v4 is better than v3.")
    assert "Begin with 5 of those that only v4 selects" in found
    assert "and 36 more (--json lists all)" in found


def test_a_lower_bar_that_nobody_was_handed_by_says_how_many_to_hand_over():
    cycles = [row(n, n % 2 == 0) for n in range(90)] + [row(n, None, False) for n in range(90, 130)]
    found = text(cycles, {one.id for one in cycles[:90]}, {one.id for one in cycles})
    assert "Of those that change side none was handed over long enough ago" in found
    assert "To tell, hand at least 14 more as a test (14 so that four of five" in found
    assert "6 of those that change side)." in found
    assert "would not tell them apart" not in found


def test_few_cases_have_no_rate():
    found = text([row(n, True) for n in range(5)], {"lead001:1"}, {"lead002:1"})
    assert "1 of 1 known (too few for a rate)" in found
    assert "more leads would not tell them apart" in found


def test_a_winner_is_named():
    cycles = [row(n, True) for n in range(80)]
    found = text(cycles, {one.id for one in cycles[:35]}, {one.id for one in cycles})
    assert found.startswith("v4 is better at telling which leads sales accepts.")
    assert "p < 0.0001" in found
    assert "won by those that were handed: 0.00 EUR" in found


def test_control_characters_in_ids_do_nothing():
    cycles = [History(id="lead\x1b[31m:1", handed=False, mature=True)]
    assert "\x1b" not in text(cycles, {cycles[0].id}, set())


def test_its_days_are_the_company_s_and_its_leads_as_explain_takes_them():
    zone = ZoneInfo("Europe/Berlin")
    since = datetime(2025, 12, 31, 23, tzinfo=UTC)
    until = datetime(2026, 6, 30, 22, tzinfo=UTC)
    cycles = [History(id="3336b319fed95133ac24d2f4f4d42802:2", handed=False, mature=True)]
    report = compare(cycles, set(), {cycles[0].id})
    made = Backtest(report=report, since=since, until=until, currency="EUR")
    lines = told(made, zone)
    assert any("open from 2026-01-01 to 2026-06-30 (Europe/Berlin): 1." in one for one in lines)
    assert "  3336b319:2" in lines
