"""Which touches sales hears of at once, once in 24 hours, and who hears of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.agreement import Engagement
from crmbridge.agreement.content import Approvers, Content
from crmbridge.agreement.scoring.scores import Signal as Rule
from crmbridge.agreement.scoring.scores import TouchRule
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import Stage
from crmbridge.model.touch import Touch
from crmbridge.policy.signals import FRESH, LINE, NOBODY, QUIET, Audience, Standing, audience, live

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = Engagement(
    rules=(
        Content(
            kind="page",
            asset="/calculator",
            points=Decimal(5),
            title="Savings calculator",
            stage="interest",
            signal=Rule(rating="hot", ttl_days=Decimal(2), min_sections=3),
            brief="Ask which line they reckoned with.",
            approved_by=Approvers(marketing="Dana", sales="Priya"),
        ),
        TouchRule(kind="form", asset="/demo*", points=Decimal(40), stage="decision"),
        TouchRule(kind="form", asset="/webinar*", points=Decimal(20), stage="evaluation"),
        TouchRule(kind="form", points=Decimal(12), stage="interest"),
    )
)


def touch(asset: str, ago: timedelta = HOUR, *, kind: str = "form", value: int = 0) -> Touch:
    at = NOW - ago
    ref = Ref(system="marketing", obj="f", id=f"{asset}@{at.isoformat()}")
    return Touch(ref=ref, at=at, kind=kind, asset=asset, value=value)


def told(*touches: Touch, before: dict[str, datetime] | None = None) -> list[str]:
    return [one.asset for one in live(touches, RULES, NOW, told=before or {})]


def test_content_of_the_last_buying_stages_is_a_signal_and_earlier_content_is_none() -> None:
    assert told(touch("/demo"), touch("/webinar/x"), touch("/newsletter")) == [
        "/webinar/x",
        "/demo",
    ]


def test_a_catalogue_signal_tells_whatever_its_stage_with_its_rating_and_its_words() -> None:
    (one,) = live([touch("/calculator", kind="page", value=3)], RULES, NOW, told={})
    assert (one.rating, one.title, one.talk) == (
        "hot",
        "Savings calculator",
        "Ask which line they reckoned with.",
    )


def test_a_catalogue_signal_wants_enough_sections() -> None:
    assert told(touch("/calculator", kind="page", value=2)) == []


@pytest.mark.parametrize(
    ("ago", "is_told"),
    [(timedelta(days=2), False), (timedelta(days=2) - timedelta(seconds=1), True)],
)
def test_a_touch_is_live_strictly_below_its_ttl(ago: timedelta, is_told: bool) -> None:
    assert bool(told(touch("/calculator", ago, kind="page", value=9))) is is_told


def test_buying_stage_content_is_news_for_three_days() -> None:
    assert told(touch("/demo", FRESH)) == []
    assert told(touch("/demo", FRESH - timedelta(seconds=1))) == ["/demo"]


def test_a_long_ttl_keeps_the_rating_and_makes_old_touches_no_news() -> None:
    entry = RULES.rules[0]
    assert isinstance(entry, Content)
    rule = entry.model_copy(update={"signal": Rule(rating="hot", ttl_days=Decimal(14))})
    rules = Engagement(rules=(rule,))
    for ago, found in ((FRESH, 0), (FRESH - timedelta(seconds=1), 1)):
        assert len(live([touch("/calculator", ago, kind="page")], rules, NOW, told={})) == found


def test_only_the_newest_touch_of_an_asset_is_told() -> None:
    (one,) = live([touch("/demo", 3 * HOUR), touch("/demo", HOUR)], RULES, NOW, told={})
    assert one.touch.at == NOW - HOUR


def test_within_24_hours_of_the_last_signal_nothing_is_said_again() -> None:
    before = {"/demo": NOW - HOUR - QUIET + timedelta(seconds=1)}
    assert told(touch("/demo"), before=before) == []
    assert told(touch("/demo"), before={"/demo": NOW - HOUR - QUIET}) == ["/demo"]


def test_the_24_hours_are_of_one_asset() -> None:
    assert told(touch("/demo/other"), before={"/demo": NOW - HOUR}) == ["/demo/other"]


def test_a_touch_still_to_come_is_no_signal_yet() -> None:
    assert told(touch("/demo", -HOUR)) == []


def test_what_the_hand_off_told_is_not_told_again() -> None:
    found = live([touch("/demo", HOUR)], RULES, NOW, told={}, since=NOW - HOUR)
    assert found == []


@given(st.lists(st.integers(min_value=0, max_value=400), max_size=30))
def test_however_often_they_look_sales_hears_once_in_24_hours(hours: list[int]) -> None:
    """A pass an hour over 17 days: the instants of two signals are never nearer than a day."""
    start = NOW - timedelta(hours=400)
    touches = [touch("/demo", timedelta(hours=400 - hour)) for hour in set(hours)]
    memory: dict[str, datetime] = {}
    heard: list[datetime] = []
    for hour in range(401):
        at = start + timedelta(hours=hour, minutes=7)
        for one in live(touches, RULES, at, told=memory):
            memory[one.asset] = at
            heard.append(at)
    assert all(b - a >= QUIET for a, b in pairwise(heard))
    assert bool(heard) == bool(touches)


@pytest.mark.parametrize(
    "stage", [Stage.HANDED, Stage.ACCEPTED, Stage.QUALIFIED, Stage.OPPORTUNITY]
)
def test_the_owner_hears_while_sales_has_the_lead(stage: Stage) -> None:
    assert audience(Standing(stage=stage, owner="ann", last_rep="ann")) == Audience(
        to="rep", rep="ann"
    )


def test_the_line_hears_of_a_lead_in_sales_that_nobody_owns() -> None:
    assert audience(Standing(stage=Stage.HANDED)) == LINE


@pytest.mark.parametrize("stage", [Stage.NURTURE, Stage.CUSTOMER])
def test_the_last_rep_hears_of_a_lead_that_went_back(stage: Stage) -> None:
    assert audience(Standing(stage=stage, last_rep="bob")) == Audience(to="rep", rep="bob")


def test_a_rep_who_is_to_be_avoided_hears_nothing() -> None:
    assert audience(Standing(stage=Stage.NURTURE, last_rep="bob", avoid=True)) == NOBODY


def test_the_line_hears_of_a_ready_lead_that_waits() -> None:
    assert audience(Standing(stage=Stage.READY, waiting=True)) == LINE


@pytest.mark.parametrize("avoid", [False, True])
def test_the_line_hears_of_a_customer_who_is_nobodys(avoid: bool) -> None:
    last = "bob" if avoid else ""
    assert audience(Standing(stage=Stage.CUSTOMER, last_rep=last, avoid=avoid)) == LINE


def test_a_ready_lead_is_handed_out_before_anybody_is_told() -> None:
    assert audience(Standing(stage=Stage.READY)) == NOBODY
    assert audience(Standing(stage=Stage.READY, assigned=True, last_rep="bob")) == NOBODY


@pytest.mark.parametrize("stage", [Stage.KNOWN, Stage.ENGAGED, Stage.DISQUALIFIED, Stage.ERASED])
def test_nobody_hears_of_leads_that_are_not_for_sales(stage: Stage) -> None:
    last = "bob" if stage is Stage.DISQUALIFIED else ""
    assert audience(Standing(stage=stage, last_rep=last)) == NOBODY
