"""An activity of which only the day is told: noon is its place, and its whole day counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.files import load
from crmbridge.flows.alert.sla import FIRST_TOUCH, clocks
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.happenings import observe_activities
from crmbridge.flows.recycle.run import calendar_of_lead
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import ActivityMap
from crmbridge.mapping.translate import activities
from crmbridge.model import payload
from crmbridge.model.record import Record
from crmbridge.model.touch import Activity
from crmbridge.policy.sla.clocks import Status
from crmbridge.policy.sla.stale import stale_at
from crmbridge.store import Ledger
from tests.stages.ledgers import ledger_at
from tests.stages.places import MAPPINGS
from tests.stages.still import company_over

MAP = ActivityMap(object="call", at=["date_done"], people={"lead": ["Lead"]})
ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Kolkata"),
    *("Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "America/Sao_Paulo"),
)
DAYS = (date(2026, 11, 18), date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8))
"""An ordinary day, and days on which clocks change in Europe and America."""


def read(day: date | datetime, zone: str) -> Activity:
    row = Record(obj="call", id="1", values={"date_done": day, "lead": "7"})
    (one,) = activities("sales", MAP, row, ZoneInfo(zone))
    return one


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_date_without_a_time_is_the_noon_of_the_companys_day(zone: str, day: date) -> None:
    one = read(day, zone)
    local = one.at.astimezone(ZoneInfo(zone))
    assert (local.date(), local.hour, local.minute) == (day, 12, 0)
    assert one.precision == "day"
    assert one.earliest.astimezone(ZoneInfo(zone)).date() == day
    assert one.latest.astimezone(ZoneInfo(zone)).date() == day
    assert (one.earliest - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < day
    assert (one.latest + timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() > day


def test_an_instant_stays_one_and_the_ends_of_the_calendar_break_nothing() -> None:
    moment = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)
    one = read(moment, "Asia/Kolkata")
    assert (one.at, one.earliest, one.latest, one.precision) == (moment,) * 3 + ("second",)
    for day in (date.min, date.max):
        assert read(day, "Pacific/Kiritimati").at.date() == day


WHEN = {"the day before": -1, "the same day": 0, "the day after": 1}
UNTOUCHED, IDLE = timedelta(days=5), timedelta(days=14)
"""Of the worked example's agreement, in calendar days of Europe/Berlin."""
LEAD = "1" * 32


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    path: Path = tmp_path_factory.mktemp("days") / "ledger.db"
    opened = ledger_at(path)
    yield opened
    opened.close()


def company(ledger: Ledger, zone: str) -> Company:
    files = load(MAPPINGS, "acme")
    moved = replace(files, mapping=files.mapping.model_copy(update={"zone": zone}))
    return company_over(ledger, FixedClock(datetime(2026, 1, 1, tzinfo=UTC)), moved)


def handed_over(scene: Scene, at: datetime) -> None:
    rep = scene.company.teams.reps[0].id
    scene.observed(payload.Known(), LEAD, "known", at - timedelta(days=9))
    scene.observed(
        payload.read("sighting", {"ref": "sales:Lead:7", "raw": {}, "values": {}}), LEAD, "seen", at
    )
    scene.now = at
    scene.decided(payload.read("ready", {}), LEAD, "ready", at=at - timedelta(minutes=1))
    scene.settled(payload.Handed(kind="pushed", rep=rep), LEAD, "handed")


def kept(found: datetime, handed: datetime, days: timedelta) -> bool:
    """Whether a deadline is so many days of Berlin after the hand-off, or later."""
    return found >= (handed.astimezone(ZoneInfo("Europe/Berlin")) + days).astimezone(UTC)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_for_clocks_it_counts_at_any_instant_of_its_day_after_the_hand_off(
    ledger: Ledger, zone: str, when: str, day: date
) -> None:
    made = company(ledger, zone)
    begin = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    handed = begin
    while handed < end:
        with ledger.dry("look") as tx:
            scene = Scene.open(made, tx)
            handed_over(scene, handed)
            scene.now = end + timedelta(days=2)
            done = read(day + timedelta(days=WHEN[when]), zone)
            observe_activities(scene, [done], Counted())
            look = view(scene, LEAD)
            (clock,) = [one for one in clocks(scene, look) if one.name == FIRST_TOUCH]
            rules, hours = made.agreement, calendar_of_lead(scene, look.state.owner)
            stale = stale_at(look.life, look.state.activity_at, rules, hours)
        assert stale is not None
        touched = when != "the day before"
        assert clock.stopped is touched, handed
        assert kept(stale.at, handed, IDLE) is touched, handed
        if when == "the same day":
            assert clock.reading.status is Status.MET, handed
        if not touched:
            assert stale.at == handed.astimezone(ZoneInfo("Europe/Berlin")) + UNTOUCHED
        handed += timedelta(hours=1)


def test_a_day_that_was_told_of_before_the_hand_off_is_no_touch_after_it(ledger: Ledger) -> None:
    """The call was known at ten, the hand-off came at three: nobody has called since."""
    with ledger.dry("look") as tx:
        scene = Scene.open(company(ledger, "Europe/Berlin"), tx)
        scene.observed(payload.Known(), LEAD, "known", datetime(2026, 11, 9, tzinfo=UTC))
        scene.observed(
            payload.read("sighting", {"ref": "sales:Lead:7", "raw": {}, "values": {}}),
            LEAD,
            "seen",
            scene.now,
        )
        scene.now = datetime(2026, 11, 18, 9, tzinfo=UTC)
        observe_activities(scene, [read(date(2026, 11, 18), "Europe/Berlin")], Counted())
        handed = datetime(2026, 11, 18, 14, tzinfo=UTC)
        scene.now = handed
        scene.decided(payload.read("ready", {}), LEAD, "ready")
        scene.settled(payload.Handed(kind="pushed", rep=""), LEAD, "handed")
        look = view(scene, LEAD)
        assert "first_sales_touch" not in look.life.current.milestones
        stale = stale_at(look.life, look.state.activity_at, scene.company.agreement)
        assert stale is not None
        assert stale.at == handed + UNTOUCHED


def test_noon_stays_its_place_in_the_order_of_things(ledger: Ledger) -> None:
    """A day after the hand-off, the first touch stands at noon; the clock takes the morning."""
    handed = datetime(2026, 11, 17, 15, tzinfo=UTC)
    with ledger.dry("look") as tx:
        scene = Scene.open(company(ledger, "Europe/Berlin"), tx)
        handed_over(scene, handed)
        scene.now = datetime(2026, 11, 18, 16, tzinfo=UTC)
        observe_activities(scene, [read(date(2026, 11, 18), "Europe/Berlin")], Counted())
        look = view(scene, LEAD)
        noon = datetime(2026, 11, 18, 11, tzinfo=UTC)
        assert look.life.current.milestones["first_sales_touch"] == noon
        assert look.state.activity_at == scene.now
        (clock,) = [one for one in clocks(scene, look) if one.name == FIRST_TOUCH]
        assert clock.reading.status is Status.MET
        assert clock.reading.used < clock.limit
