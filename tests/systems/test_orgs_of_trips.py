"""In which org of sales a trip is: by the steps of the lead, in whatever order they were heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest

from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import LifeEvent, Stage, fold
from crmbridge.model.payload import (
    Accepted,
    DealReopened,
    Handed,
    OfSales,
    Opportunity,
    Qualified,
    TakenOver,
    read,
)
from crmbridge.model.state import Happened
from crmbridge.policy.totals.trip import beside
from tests.systems.orgs import US

START = datetime(2026, 3, 1, tzinfo=UTC)
DEAL = Ref(system=US, obj="Opportunity", id="1")


def at(hours: int, type_: str, org: str = "", **more: str) -> LifeEvent:
    return LifeEvent(at=START + timedelta(hours=hours), type=type_, org=org, **more)  # type: ignore[arg-type]


def orgs(*events: LifeEvent) -> list[str]:
    return [one.org for one in fold(events, out_reasons=frozenset()).cycles if one.kind]


def test_a_trip_is_where_sales_got_it_and_stays_there() -> None:
    way = (
        at(1, "ready"),
        at(2, "handed", US),
        at(3, "accepted", US),
        at(4, "opportunity", deal="a deal of the other org"),
        at(5, "deal_won", deal="a deal of the other org"),
        at(6, "ready"),
        at(7, "handed"),
    )
    assert orgs(*way) == [US, ""]
    for order in permutations(way):
        assert orgs(*order) == [US, ""]


@pytest.mark.parametrize("type_", ["handed", "accepted", "qualified", "opportunity"])
def test_any_step_that_begins_with_sales_says_where(type_: str) -> None:
    assert orgs(at(1, type_, US, deal="1" if type_ == "opportunity" else "")) == [US]


@pytest.mark.parametrize("stage", ["handed", "accepted", "qualified", "opportunity"])
def test_what_was_taken_over_says_where(stage: str) -> None:
    assert orgs(at(1, "adopted", US, stage=stage, system=f"{US}:Lead:1")) == [US]


def test_what_one_org_gave_back_before_is_no_end_of_what_another_works() -> None:
    ended = at(1, "adopted", "", stage="nurture", outcome="rejected", system="sales:Lead:1")
    works = at(1, "adopted", US, stage="accepted", system=f"{US}:Lead:1")
    for way in permutations((ended, works)):
        life = fold(way, out_reasons=frozenset())
        assert (life.stage, life.current.org) == (Stage.ACCEPTED, US)
    later = at(2, "adopted", "", stage="nurture", outcome="rejected", system="sales:Lead:1")
    assert fold([works, later], out_reasons=frozenset()).stage is Stage.ACCEPTED


def test_deals_that_are_open_at_a_win_go_on_in_the_same_org() -> None:
    way = [at(1, "handed", US), at(2, "opportunity", deal="a"), at(3, "opportunity", deal="b")]
    assert orgs(*way, at(4, "deal_won", deal="a")) == [US, US]


TYPES = ("ready", "handed", "accepted", "qualified", "rejected", "stale", "recalled")


@pytest.mark.parametrize("seed", range(60))
def test_the_org_of_a_trip_is_that_of_the_step_that_began_it(seed: int) -> None:
    rng = Random(seed)
    way = [at(n, rng.choice(TYPES), rng.choice(("", US, "sales_apac"))) for n in range(12)]
    life = fold(rng.sample(way, len(way)), out_reasons=frozenset())
    began = {one.at: one.org for one in way}
    for cycle in life.cycles:
        handed = cycle.milestones.get("handed")
        assert cycle.org == (began[handed] if handed else "")
    assert life.stage in Stage


@pytest.mark.parametrize(
    "step",
    [
        Handed(kind="pushed", rep="ann", definition="v1:abc"),
        Accepted(),
        Qualified(),
        TakenOver(ref=DEAL, stage="accepted"),
        Opportunity(deal=DEAL),
        DealReopened(deal=DEAL),
    ],
    ids=lambda one: one.type,
)
def test_a_step_in_the_first_system_is_written_as_it_always_was(step: OfSales) -> None:
    told = step.to_json()
    assert "system" not in told
    assert len(step.happened(START).row()) <= 9
    assert read(step.type, told) == step
    there = type(step)(**{name: getattr(step, name) for name in told}, system=US)
    assert there.to_json() == {**told, "system": US}
    row = there.happened(START).row()
    assert row[-1] == US
    assert Happened.of(row).org == US


def test_only_trips_of_another_org_say_so_in_their_rows() -> None:
    first, other = (
        fold([at(1, "handed", org)], out_reasons=frozenset()).cycles[0] for org in ("", US)
    )
    assert beside(first) == {}
    assert beside(other) == {"org": US}
