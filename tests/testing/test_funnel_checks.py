"""The funnel's checks of the spigot, each with entries that it must report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from crmbridge.agreement import Teams
from crmbridge.files import load
from crmbridge.model.event import Content, Event, Kind
from crmbridge.testing.funnel.data import Funnel, Mql
from crmbridge.testing.funnel.files import files
from crmbridge.testing.funnel.spigot import Recounted, in_crm, recount
from crmbridge.testing.screens import Seen
from tests.stages.places import MAPPINGS

MONDAY = datetime(2018, 3, 5, 12, tzinfo=UTC)  # 09:00 in Brazil
SIGNED = "v1:0123456789ab"
HOURS = {"mon-fri": ["09:00-18:00"]}
HOUSE = {"zone": "America/Sao_Paulo", "holidays": "BR-SP", "hours": HOURS}


def teams(reps: Iterable[dict[str, Any]] = ({"id": "ann"},), **team: Any) -> Teams:
    rows = [{"open_limit": 99, "email": f"{one['id']}@olist.example"} | one for one in reps]
    shape = {"id": "sales", "calendar": "house", "reps": rows} | team
    return Teams.model_validate(
        {"company": "olist", "calendars": {"house": HOUSE}, "teams": [shape]}
    )


def entry(type_: str, lead: str, at: datetime, **data: Any) -> Event:
    content = Content.stored(type_, data)
    return Event(kind=Kind.DECIDED, content=content, at=at, recorded_at=at, key="", lead=lead)


def given(lead: str, at: datetime = MONDAY, rep: str = "ann", signed: str = SIGNED) -> list[Event]:
    told: dict[str, Any] = {"rep": rep, "definition": signed}
    return [
        entry("ready", lead, at),
        entry("assigned", lead, at, team="sales", **told),
        entry("handed", lead, at, **told),
    ]


def judged(entries: Iterable[Iterable[Event]], house: Teams) -> Recounted:
    return recount([event for several in entries for event in several], house, SIGNED)


def many(number: int, each: timedelta = timedelta(0)) -> list[list[Event]]:
    return [given(f"lead{n}", MONDAY + n * each) for n in range(number)]


def test_hand_offs_within_every_limit_are_counted_and_not_reported() -> None:
    limits = {"open_limit": 3, "per_hour": 2, "per_day": 3, "per_week": 3}
    found = judged(many(3, timedelta(minutes=31)), teams([{"id": "ann"} | limits], per_day=3))
    assert found.wrong == ()
    assert (found.given, found.times) == (3, 1)
    assert found.unfair == 0
    assert found.owners == {"lead0": "ann", "lead1": "ann", "lead2": "ann"}


@pytest.mark.parametrize(
    ("limit", "each", "words"),
    [
        ("open_limit", timedelta(days=1), "at the limit of open leads"),
        ("per_hour", timedelta(minutes=29), "at the limit of an hour"),
        ("per_day", timedelta(hours=2), "at the limit of a day"),
        ("per_week", timedelta(days=1), "at the limit of a week"),
    ],
)
def test_a_hand_off_to_a_rep_at_a_limit_is_reported(
    limit: str, each: timedelta, words: str
) -> None:
    found = judged(many(3, each), teams([{"id": "ann", limit: 2}]))
    assert found.wrong == (f"1 hand-offs to a rep who was {words}",)


def test_a_hand_off_past_the_teams_limit_of_a_day_is_reported() -> None:
    found = judged(many(3), teams(per_day=2))
    assert found.wrong == ("1 hand-offs past the team's limit of a day",)


@pytest.mark.parametrize(
    ("at", "rep", "words"),
    [
        (MONDAY - timedelta(minutes=1), {}, "outside hours"),
        (MONDAY + timedelta(hours=9), {}, "outside hours"),
        (MONDAY - timedelta(days=1), {}, "outside hours"),
        (datetime(2018, 3, 30, 15, tzinfo=UTC), {}, "outside hours"),  # Good Friday
        (MONDAY, {"absences": [{"from": MONDAY.date(), "to": MONDAY.date()}]}, "absent"),
    ],
)
def test_a_hand_off_to_a_rep_who_is_not_there_is_reported(
    at: datetime, rep: dict[str, Any], words: str
) -> None:
    found = judged([given("lead", at)], teams([{"id": "ann"} | rep]))
    assert found.wrong == (f"1 hand-offs to a rep who was {words}",)


def test_a_hand_off_to_a_rep_who_is_switched_off_is_reported() -> None:
    found = judged([given("lead")], teams([{"id": "ann", "on": False}]))
    assert found.wrong == ("1 hand-offs to a rep who takes none",)


def test_work_that_others_gave_a_rep_counts_and_work_that_is_over_does_not() -> None:
    house = teams([{"id": "ann", "open_limit": 1}, {"id": "bob"}])
    moved = [entry("sighting", "lead0", MONDAY, ref="sales:Lead:0", owner="ann")]
    story = [given("lead0", rep="bob"), moved, given("lead1")]
    assert judged(story, house).wrong == (
        "1 hand-offs to a rep who was at the limit of open leads",
    )
    over = [entry("stale", "lead0", MONDAY)]
    assert judged([*story[:2], over, story[2]], house).wrong == ()


def test_a_rep_who_is_passed_over_while_the_same_reps_are_free_is_reported() -> None:
    reps: list[dict[str, Any]] = [{"id": "ann", "weight": 2}, {"id": "bob"}]
    fair = [given(f"lead{n}", rep=rep) for n, rep in enumerate(["ann", "bob", "ann", "ann"])]
    found = judged(fair, teams(reps))
    assert (found.wrong, found.unfair) == ((), Fraction(1, 3))
    found = judged([given(f"lead{n}") for n in range(5)], teams(reps))
    assert found.wrong == ("a rep was 1.67 leads from their share, at most 1.5 are fair",)


def test_shares_are_counted_anew_when_other_reps_are_free() -> None:
    reps: list[dict[str, Any]] = [{"id": "ann"}, {"id": "bob", "per_day": 1}]
    story = [given("lead0", rep="bob"), *(given(f"lead{n}") for n in range(1, 9))]
    found = judged(story, teams(reps))
    assert (found.wrong, found.times) == ((), 2)


def test_a_hand_off_without_the_version_and_hash_is_reported() -> None:
    found = judged([given("lead", signed="v1")], teams())
    assert found.wrong == (f"2 hand-offs without the version and hash {SIGNED}",)


def test_a_ledger_without_hand_offs_proves_nothing() -> None:
    assert judged([], teams()).wrong == ("no hand-off was counted",)


LATER = MONDAY + timedelta(hours=2)
READY = entry("ready", "lead", MONDAY)


def waits(why: str, at: datetime = MONDAY) -> Event:
    return entry("waits", "lead", at, reason=why)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ([READY], "in line without a reason"),
        ([READY, waits("no_capacity"), waits("below_bar")], "told two reasons at once"),
        ([READY, waits("bad_mood")], "in line for the unknown reason 'bad_mood'"),
        ([waits("no_capacity")], "told to wait, and not in line"),
    ],
)
def test_a_lead_that_does_not_wait_for_exactly_one_reason_is_reported(
    line: list[Event], words: str
) -> None:
    found = judged([given("other"), line], teams())
    assert found.wrong == (f"1 leads {words}",)


def test_a_reason_that_changes_is_one_at_a_time_and_both_are_told() -> None:
    line = [READY, waits("below_bar"), waits("no_capacity", LATER)]
    found = judged([line, given("lead", LATER + timedelta(hours=1))[1:]], teams())
    assert (found.wrong, found.longest) == ((), timedelta(hours=3))
    assert (found.waited, found.anybody) == ({"below_bar": 1, "no_capacity": 1}, 1)


def test_a_lead_that_is_handed_out_after_its_longest_wait_is_reported() -> None:
    line = [READY, waits("below_bar")]
    found = judged([line, given("lead", MONDAY + timedelta(days=4))[1:]], teams(max_wait_days=3))
    assert found.wrong == ("1 leads handed out after the longest wait allowed",)


def test_clocks_that_ran_out_are_counted() -> None:
    late = [entry("sla_breached", "lead", LATER)]
    assert judged([given("lead"), late], teams()).late == 1


def test_a_record_of_the_crm_that_differs_from_the_hand_off_is_reported() -> None:
    words = {"definition": SIGNED}
    good = Seen(object="Lead", id="00Q", words=words, key="lead", owner="005A")
    users = {"005A": "ann", "005B": "bob"}
    stranger = replace(good, words={}, key="stranger", owner="005B")
    assert list(in_crm([good, stranger], {"lead": "ann"}, SIGNED, users)) == []
    bad = replace(good, words={"definition": None}, owner="005B")
    assert list(in_crm([bad], {"lead": "ann"}, SIGNED, users)) == [
        "1 records in the CRM lack the version and hash",
        "1 records in the CRM belong to another rep",
    ]


def won(number: int) -> Mql:
    return Mql(
        id=f"{number:032x}",
        day=date(2018, 3, 1),
        page="a",
        origin="email",
        won_at=MONDAY + timedelta(days=100 * number),
        rep=f"rep{number:05}",
    )


FUNNEL = Funnel(leads=tuple(won(number) for number in range(8)))


def test_the_funnels_agreement_is_acmes_but_for_whose_it_is_where_and_since_when() -> None:
    ours, acmes = files(FUNNEL).agreement, load(MAPPINGS, "acme").agreement
    one, other = (agreement.model_dump(by_alias=True) for agreement in (ours, acmes))
    differ = {name for name in one if one[name] != other[name]}
    assert differ == {"company", "zone", "effective_from", "signed"}
    assert ours.sla is not None


def test_the_funnels_files_are_signed_and_nothing_in_them_is_at_fault() -> None:
    made = files(FUNNEL)
    assert made.versions.why_not(MONDAY) == ""
    assert [one for one in made.findings() if one.fatal] == []


def test_a_rep_who_first_won_later_is_away_until_sixty_days_before() -> None:
    last = files(FUNNEL).teams.rep("rep00007")
    assert last is not None
    assert files(FUNNEL).teams.reps[0].absences == ()
    first_win = (MONDAY + timedelta(days=700)).date()
    assert last.absences[0].end == first_win - timedelta(days=61)
