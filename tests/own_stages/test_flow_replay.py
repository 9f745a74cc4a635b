"""A replay over a ledger says of every instant what a look at the lead's past then says."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any

import pytest

from benchmarks.backtest import BEGIN, company_of, fill
from crmbridge.agreement import Agreement
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Reps, Scene
from crmbridge.flows.stages.replay import replay_stages, ways_of
from crmbridge.policy.qualify.judge import facts_at
from crmbridge.policy.stages.reading import read
from crmbridge.report.replay import told
from crmbridge.store import Ledger, events, leads
from crmbridge.store.projection import Workspace
from crmbridge.store.replay import past
from tests.own_stages.stage import CURIOUS, WARM

MANY, UNTIL = 60, datetime(2026, 1, 31, tzinfo=UTC)
ONE: dict[str, Any] = {"engaged": {"parts": [CURIOUS]}, "nurture": {"name": "Resting"}}
TWO: dict[str, Any] = {
    "engaged": {"parts": [CURIOUS, WARM]},
    "nurture": {
        "parts": [
            {
                "id": "asleep",
                "name": "Asleep",
                "when": {
                    "op": "none",
                    "of": [
                        {
                            "id": "lately",
                            "field": "touches",
                            "op": "count_ge",
                            "value": {"count": 1, "days": 21},
                        }
                    ],
                },
            }
        ]
    },
}


@pytest.fixture
def company(ledger: Ledger) -> Company:
    made: Company = company_of(ledger)
    fill(made.ledger, MANY)
    return made


def owning(company: Company, stages: dict[str, Any], version: int) -> Agreement:
    raw = company.agreement.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return Agreement.model_validate(
        raw | {"stages": stages, "version": version, "signed": [], "content": []}
    )


def look(company: Company, tx: Any, lead: str, at: datetime, agreement: Agreement) -> Any:
    """What a look at the lead's past says, through the ledger's own replay."""
    with past(tx, lead, at) as then:
        scene = Scene(company=company, tx=then, now=at, work=Workspace(then), reps=Reps())
        found = view(scene, lead)
        core = found.life.stage.value
        _, facts = facts_at(agreement, found.case, at)
        return core, read(agreement, core, found.case, facts, at).part


def test_each_instant_is_what_a_look_at_it_says(company: Company) -> None:
    chance, seen = random.Random(3), set()
    versions = (owning(company, ONE, 8), owning(company, TWO, 9))
    with company.ledger.read() as tx:
        everybody = list(leads.ids(tx))
        span = (BEGIN, UNTIL)
        ways = list(ways_of(company, tx, everybody, versions, span, attrgetter("recorded_at")))
        assert [one.lead for one in ways] == everybody
        for way in ways:
            known = min(one.recorded_at for one in events.of_lead(tx, way.lead))
            edges = [stay.since for side in (way.one, way.other) for stay in side]
            for _ in range(3):
                spread = (UNTIL - known) * chance.random()
                edges.append(known + timedelta(seconds=int(spread.total_seconds())))
            for at in chance.sample(edges, 3):
                for version, side in zip(versions, (way.one, way.other), strict=True):
                    (stay,) = [one for one in side if one.since <= at < one.until]
                    assert stay.own == look(company, tx, way.lead, at, version)
                    seen.add(stay.own)
    assert {("engaged", "curious"), ("engaged", "warm"), ("nurture", "asleep")} <= seen


def test_a_replay_counts_the_whole_ledger(company: Company) -> None:
    made = replay_stages(
        company,
        owning(company, TWO, 9),
        BEGIN.date(),
        date(2026, 1, 31),
        against=owning(company, ONE, 8),
    )
    found = made.replay
    assert found.leads == MANY
    for side in found.sides:
        assert sum(one.now for one in side.values()) <= MANY
    for core in ("known", "engaged", "nurture", "handed", "customer"):
        old, new = (
            sum(one.now for (stage, _), one in side.items() if stage == core)
            for side in found.sides
        )
        assert old == new
    assert 0 < found.differ_now <= found.changed <= MANY
    lines = list(told(made, company.zone))
    assert lines[0].startswith(f"{MANY} leads from ")
    assert any(line.startswith("  Asleep") for line in lines)


def test_another_company_s_agreement_is_refused(company: Company) -> None:
    other = owning(company, ONE, 8).model_copy(update={"company": "globex"})
    with pytest.raises(ConfigError, match="an agreement of globex"):
        replay_stages(company, other, BEGIN.date(), date(2026, 1, 31))
