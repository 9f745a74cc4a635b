"""When a lead that sales leaves lying goes stale."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from crmbridge.agreement import Agreement
from crmbridge.model.lifecycle import LifeEvent, fold
from crmbridge.policy.sla.stale import stale_at
from tests.stages.places import ACME

AGREEMENT = Agreement.model_validate(
    tomllib.loads((ACME / "agreement.toml").read_text(encoding="utf-8"))
)
DAY_0 = datetime(2026, 3, 20, 10, tzinfo=UTC)  # the clocks of Berlin change on the 29th


def day(n):
    return DAY_0 + timedelta(days=n)


def life(*types):
    events = [LifeEvent(at=day(n), type=kind) for n, kind in enumerate(types)]
    return fold(events, out_reasons=frozenset())


def test_a_lead_that_nobody_touched_goes_stale_after_five_days():
    assert stale_at(life("known", "ready", "handed"), None, AGREEMENT) == (
        day(7),
        "stale_untouched",
    )


def test_activity_from_before_the_hand_off_is_no_touch():
    assert stale_at(life("known", "ready", "handed"), day(1), AGREEMENT).at == day(7)


def test_a_touched_lead_that_nobody_accepted_has_the_idle_days():
    found = stale_at(life("known", "ready", "handed"), day(3), AGREEMENT)
    assert found == (day(3 + 14) - timedelta(hours=1), "stale_untouched")


def test_an_accepted_lead_goes_stale_from_its_newest_activity_by_the_calendar():
    taken = life("known", "ready", "handed", "accepted")
    # fourteen days later at the same local time, which is an hour less across the clock change
    assert stale_at(taken, None, AGREEMENT) == (day(17) - timedelta(hours=1), "stale_idle")
    assert stale_at(taken, day(10), AGREEMENT).at == day(24)


def test_an_accepted_lead_that_was_qualified_counts_from_then():
    taken = life("known", "ready", "handed", "accepted", "qualified")
    assert stale_at(taken, day(3), AGREEMENT).at == day(18) - timedelta(hours=1)


@pytest.mark.parametrize("stop", [1, 2])
def test_a_lead_that_is_not_with_sales_cannot_go_stale(stop):
    assert stale_at(life(*["known", "ready"][:stop]), None, AGREEMENT) is None


def test_an_opportunity_is_the_deals_affair():
    assert stale_at(life("known", "opportunity"), None, AGREEMENT) is None
