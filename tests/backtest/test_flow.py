"""A backtest over a ledger: the same as judging every lead at every event and midnight."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from benchmarks.backtest import BEGIN, Life, company_of, fill, lives, sorted_by_time
from crmbridge.agreement import Agreement
from crmbridge.errors import ConfigError
from crmbridge.flows.backtest import backtest
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Reps, Scene
from crmbridge.model.event import Content, Event, Kind
from crmbridge.policy.qualify.judge import judge_at
from crmbridge.policy.sla.calendar import midnight
from crmbridge.report.backtest import told
from crmbridge.store import events, leads
from crmbridge.store.projection import Workspace
from crmbridge.store.replay import past
from crmbridge.store.rows import LeadRow

SINCE, UNTIL = date(2025, 1, 1), date(2026, 1, 31)


@pytest.fixture
def company(ledger):
    return company_of(ledger)


def agreement(company, criteria, **changes):
    raw = company.agreement.model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw |= {"definition": criteria, "version": 9, "test": [], "content": [], "signed": []}
    return Agreement.model_validate(raw | changes)


FADING = {
    "decay": {"type": "exponential", "half_life_days": 20},
    "groups": {"g": {"min": -30, "max": 45}, "h": {"decay": {"type": "window", "days": 21}}},
    "rules": [
        {"kind": "form", "asset": "/unsub*", "points": -40, "group": "g"},
        {"kind": "form", "asset": "/p*", "points": 20, "group": "g", "stage": "evaluation"},
        {
            "kind": "form",
            "points": 25,
            "group": "h",
            "stage": "interest",
            "signal": {"rating": "hot", "ttl_days": 5},
        },
        {"kind": "campaign", "points": 15, "max_per_asset": 1},
    ],
}
GATE = {"id": "gate", "field": "opted_out", "op": "is_false"}
DEFINITIONS = {
    "a bar": {"id": "bar", "field": "engagement", "op": "ge", "value": 37},
    "a score that must be low": {
        "op": "all",
        "of": [
            GATE,
            {"id": "low", "field": "engagement", "op": "between", "value": [12, 18]},
            {"id": "some", "field": "touches", "op": "ge", "value": 2},
        ],
    },
    "an old raised hand": {
        "op": "all",
        "of": [
            {"id": "old", "field": "hand_raise_at", "op": "older_than", "value": {"days": 9}},
            {"id": "new", "field": "hand_raise_at", "op": "within_last", "value": {"days": 12}},
        ],
    },
    "two of four": {
        "op": "at_least",
        "k": 2,
        "of": [
            {"id": "hot", "field": "rating", "op": "at_least", "value": "hot"},
            {"id": "stage", "field": "buying_stage", "op": "at_least", "value": "evaluation"},
            {
                "id": "count",
                "field": "touches",
                "op": "count_ge",
                "value": {"count": 3, "days": 15},
            },
            {"id": "since", "field": "engagement_since", "op": "gt", "value": 20},
        ],
    },
    "none of these": {
        "op": "none",
        "of": [
            {"id": "high", "field": "engagement", "op": "ge", "value": 8},
            {"id": "digit", "field": "engagement_digit", "op": "lt", "value": 4},
            {"id": "grade", "field": "grade", "op": "eq", "value": "B1"},
            {"id": "nothing", "field": "buying_stage", "op": "is_set"},
        ],
    },
}


def brute(company, candidate, life, until):
    """Judge a lead at every event and midnight by the ledger's own replay; ids of ready cycles."""
    ready = set()
    with company.ledger.read() as tx:
        entries = events.of_lead(tx, life.lead)
        cycles = cycles_of(company, tx, life.lead, entries[-1].recorded_at)
        known = sorted({one.recorded_at for one in entries})
        for n, begin in enumerate(known):
            end = min(known[n + 1] if n + 1 < len(known) else until, until)
            with past(tx, life.lead, begin) as then:
                look = look_of(company, then, life.lead, begin)
            for at in [begin, *midnights(begin, end, company.zone)]:
                verdict = judge_at(candidate, look.case, at).verdict
                here = [c for c in cycles if c.opened <= at and (not c.closed or at < c.closed)]
                ready |= {f"{life.lead}:{c.n}" for c in here if verdict.ready}
    return ready


def look_of(company, then, lead, at):
    scene = Scene(company=company, tx=then, now=at, work=Workspace(then), reps=Reps())
    return view(scene, lead)


def cycles_of(company, tx, lead, at):
    with past(tx, lead, at) as then:
        return look_of(company, then, lead, at).life.cycles


def midnights(begin, end, zone):
    day = begin.astimezone(zone).date()
    while (at := midnight(day, zone)) < end:
        if at > begin:
            yield at
        day += timedelta(days=1)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_quick_way_finds_what_judging_every_day_finds(company, name):
    made = list(lives(14, seed=len(name)))
    fill_with(company.ledger, made)
    candidate = agreement(company, DEFINITIONS[name], engagement=FADING)
    never = agreement(company, {"id": "x", "field": "email", "op": "is_missing"}, version=8)
    found = backtest(replace_agreement(company, never), candidate, SINCE, UNTIL)
    expect = set().union(*(brute(company, candidate, life, found.until) for life in made))
    assert set(found.report.only[1]) == expect
    assert found.report.only[0] == ()


def replace_agreement(company, found):
    return replace(company, versions=type(company.versions).of([found]))


def fill_with(ledger, made):
    with ledger.write("pull") as tx:
        events.append(tx, sorted_by_time(made))
        leads.put_many(tx, [row(life.lead) for life in made])


def row(lead):
    return LeadRow(id=lead, state={}, stage="known", updated_at=BEGIN)


def test_an_agreement_against_itself_changes_nobody_and_progress_is_told(company):
    fill(company.ledger, 600)
    seen = []
    found = backtest(company, company.agreement, SINCE, UNTIL, lambda *told: seen.append(told))
    assert found.report.verdict == "same"
    assert found.report.p == 1.0
    assert found.report.sides[0].accepted.selected > 0
    assert seen == [(500, 600), (600, 600)]
    assert told(found)[0].startswith("No lead changes side")


def test_several_processes_find_what_one_finds(company):
    fill(company.ledger, 700)
    bar = agreement(company, DEFINITIONS["a bar"])
    alone = backtest(company, bar, SINCE, UNTIL, processes=1)
    shared = backtest(company, bar, SINCE, UNTIL, processes=2)
    assert shared == alone
    assert alone.shown()["verdict"] in ("better", "cannot_tell")
    assert "Cannot tell" in told(alone)[0] or "better" in told(alone)[0]


def test_swapping_the_agreements_swaps_the_answer(company):
    fill(company.ledger, 300)
    bar = agreement(company, DEFINITIONS["a bar"])
    there = backtest(company, bar, SINCE, UNTIL).report
    back = backtest(replace_agreement(company, bar), company.agreement, SINCE, UNTIL).report
    assert there.only == tuple(reversed(back.only))
    assert there.right == tuple(reversed(back.right))


def touch(life, days, recorded=None, lead=None, ident="1"):
    at = life.at + timedelta(days=days)
    return Event(
        kind=Kind.OBSERVED,
        at=at,
        recorded_at=life.at + timedelta(days=recorded if recorded is not None else days),
        key=f"touch:marketing:form:{ident}",
        lead=life.lead if lead is None else lead,
        source="marketing:form:1",
        content=Content.stored(
            "touch",
            {
                "id": f"marketing:form:{ident}",
                "kind": "form",
                "asset": "/pricing",
                "channel": "",
                "value": 0,
                "identity": "mark",
            },
        ),
    )


def quiet(n):
    """A lead that was seen and has done nothing yet."""
    life = Life(n, random.Random(n))
    life.at = datetime(2025, 3, 3, 9, tzinfo=UTC)
    life.seen()
    return life


def who(company, *made, bar=15, **how):
    with company.ledger.write("pull") as tx:
        events.append(tx, sorted_by_time(made))
        leads.put_many(tx, [row(life.lead) for life in made])
    wanted = agreement(
        company,
        {"id": "bar", "field": "engagement", "op": "ge", "value": bar},
        engagement=FADING,
    )
    never = agreement(company, {"id": "x", "field": "email", "op": "is_missing"}, version=8)
    found = backtest(replace_agreement(company, never), wanted, SINCE, UNTIL, **how)
    return found.report.only[1]


def test_what_was_learned_too_late_does_not_count_unless_by_hindsight(company):
    life = quiet(1)
    life.made.append(touch(life, 1, recorded=60))
    assert who(company, life) == ()
    assert who(company, life, hindsight=True) == (f"{life.lead}:1",)


def test_a_touch_that_nobody_owned_counts_from_its_adoption(company):
    life = quiet(2)
    life.made.append(touch(life, 1, lead=""))
    life.later(2)
    life.tell("adopted", touches=["marketing:form:1"])
    assert who(company, life) == (f"{life.lead}:1",)


def test_a_lead_that_was_merged_away_is_judged_as_part_of_the_other(company):
    keeper, loser = quiet(3), quiet(4)
    loser.made.append(touch(loser, 1))
    keeper.at = loser.at = keeper.at + timedelta(days=2)
    keeper.tell("lead_merged", loser=loser.lead, identities=[])
    loser.tell("merged_away", into=keeper.lead)
    assert who(company, keeper, loser) == (f"{keeper.lead}:1",)


def test_only_the_time_asked_for_is_judged(company):
    life = quiet(5)
    life.made.append(touch(life, 1))
    fill_with(company.ledger, [life])
    early = backtest(company, company.agreement, date(2025, 1, 1), date(2025, 2, 1))
    assert early.report.cycles == 0
    late = backtest(company, company.agreement, date(2025, 6, 1), date(2025, 7, 1))
    assert late.report.cycles == 1


def test_an_empty_time_is_refused_and_says_so(company):
    with pytest.raises(ConfigError, match="to 2025-02-01 ends before it begins: give the earlier"):
        backtest(company, company.agreement, date(2025, 3, 1), date(2025, 2, 1))
    with pytest.raises(ConfigError, match=r"from 2030-01-01 on nothing has happened yet, it is 20"):
        backtest(company, company.agreement, date(2030, 1, 1), date(2030, 2, 1))


def test_a_file_that_does_not_exist_is_refused(company, tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        backtest(company, tmp_path / "agreement.toml", SINCE, UNTIL)


def test_an_empty_ledger_gives_an_empty_answer(company):
    found = backtest(company, company.agreement, SINCE, UNTIL)
    assert found.report.cycles == 0
    assert found.report.sides[0].accepted.precision is None
    assert found.shown()["cycles"] == 0
    assert told(found)[0].startswith("Nothing to look back on: no lead was on its way from 2024-12")


def test_any_version_may_be_the_one_to_compare_with(company):
    fill(company.ledger, 200)
    bar = agreement(company, DEFINITIONS["a bar"])
    there = backtest(company, bar, SINCE, UNTIL).report
    back = backtest(company, company.agreement, SINCE, UNTIL, against=bar).report
    assert there.only == tuple(reversed(back.only))
    assert [side.name for side in back.sides] == ["v9", "v1"]


def test_another_companys_agreement_is_refused(company):
    theirs = agreement(company, DEFINITIONS["a bar"]).model_copy(update={"company": "globex"})
    with pytest.raises(ConfigError, match="version 9 is an agreement of globex, and this is the"):
        backtest(company, theirs, SINCE, UNTIL)
    with pytest.raises(ConfigError, match="agreement of globex"):
        backtest(company, company.agreement, SINCE, UNTIL, against=theirs)


def test_history_that_nobody_knew_then_points_to_hindsight(company):
    life = quiet(6)
    life.made.append(touch(life, 1, recorded=60))
    fill_with(company.ledger, [life])
    bar = agreement(company, DEFINITIONS["a bar"], engagement=FADING)
    days = date(2025, 3, 1), date(2025, 3, 31)
    assert any("--hindsight" in line for line in told(backtest(company, bar, *days)))
    again = told(backtest(company, bar, *days, hindsight=True))
    assert not any("--hindsight" in line for line in again)
    assert any("Judged by what had happened then." in line for line in again)
