"""What judging costs: a definition, scoring and judging many leads, and handing them out."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from benchmarks.bench import files, say
from crmbridge.agreement import Criteria
from crmbridge.model.lead import Ref
from crmbridge.model.record import Value
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.evaluate import evaluate
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.qualify.judge import Case, judge_at
from crmbridge.policy.qualify.turns_at import regrades_at, turns_at
from crmbridge.policy.routing.assign import Bar, Queued, Rules, Team, tick
from crmbridge.policy.routing.rep import Desk

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
PAGES = ["/pricing", "/webinar/loop", "/paper/leads", "/checklist", "/contact"]
TEN: dict[str, Any] = {
    "op": "all",
    "of": [
        {"id": "permission", "field": "opted_out", "op": "is_false"},
        {"id": "email", "field": "email", "op": "is_set"},
        {"id": "country", "field": "country", "op": "in", "value": ["DE", "AT", "CH"]},
        {"id": "size", "field": "employees", "op": "ge", "value": 10},
        {
            "op": "none",
            "of": [
                {"id": "ours", "field": "internal", "op": "is_true"},
                {"id": "deal", "field": "open_deal", "op": "is_true"},
                {"id": "rival", "field": "email_domain", "op": "in", "value": ["rival.example"]},
            ],
        },
        {
            "op": "any",
            "of": [
                {"id": "engaged", "field": "engagement", "op": "ge", "value": 35},
                {"id": "stage", "field": "buying_stage", "op": "at_least", "value": "evaluation"},
                {
                    "id": "hand",
                    "field": "hand_raise_at",
                    "op": "within_last",
                    "value": {"days": 7},
                },
            ],
        },
    ],
}
FACTS: dict[str, Value] = {
    "opted_out": False,
    "email": "ann@buyer.example",
    "email_domain": "buyer.example",
    "country": "DE",
    "employees": Decimal(120),
    "internal": False,
    "open_deal": False,
    "engagement": Decimal("36.2000"),
    "buying_stage": "interest",
    "hand_raise_at": NOW - timedelta(days=9),
}


def each(work: Callable[[], object], times: int) -> float:
    """The least µs of the process in five runs: what the machine does beside does not count."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - start) / times)
    return best * 1e6


def touches_of(chance: random.Random) -> int:
    """Most leads have few touches, one in thirty has thirty."""
    return 30 if chance.random() < 1 / 30 else chance.randrange(6)


def definition() -> tuple[float, float]:
    criteria = TypeAdapter[Any](Criteria).validate_python(TEN)
    types = files().agreement.types
    bare = each(lambda: evaluate(criteria, FACTS, types, NOW, ZONE).ready, 2000)
    told = each(lambda: evaluate(criteria, FACTS, types, NOW, ZONE).explain(), 1000)
    return bare, told


def cases(count: int) -> Iterator[Case]:
    chance = random.Random(7)
    for n in range(count):
        touches = [
            Touch(
                ref=Ref(system="marketing", obj="form", id=f"{n}.{i}"),
                at=NOW - timedelta(hours=chance.randrange(2400)),
                kind=chance.choice(["form", "campaign"]),
                asset=chance.choice(PAGES),
            )
            for i in range(touches_of(chance))
        ]
        facts = FACTS | {"country": chance.choice(["DE", "US"]), "opted_out": n % 9 == 0}
        facts["employees"] = Decimal(chance.randrange(1, 2000))
        yield Case(
            facts=facts,
            touches=touches,
            opened=NOW - timedelta(days=90),
            zone=ZONE,
            exchange=Exchange(),
        )


def judged(count: int) -> tuple[float, int]:
    """The least seconds of the process in three runs, and how many are ready."""
    agreement = files().agreement
    made = list(cases(count))
    best, ready = float("inf"), 0
    for _ in range(3):
        start = time.process_time()
        ready = sum(judge_at(agreement, case, NOW).verdict.ready for case in made)
        best = min(best, time.process_time() - start)
    return best, ready


def waited(count: int) -> tuple[float, float]:
    """The µs that it takes to tell when a ready lead stops being ready, and when a grade falls."""
    agreement = files().agreement
    sure = [(case, judge_at(agreement, case, NOW)) for case in cases(count)]
    ready = [(case, found) for case, found in sure if found.verdict.ready]
    stops = each(lambda: [turns_at(agreement, case, one, NOW) for case, one in ready], 1)
    falls = each(
        lambda: [regrades_at(agreement, case, one.scores, one.facts, NOW) for case, one in sure], 1
    )
    return stops / len(ready), falls / len(sure)


def handed(candidates: int, reps: int) -> tuple[float, int]:
    chance = random.Random(7)
    desks = tuple(
        Desk(id=f"rep{n:03}", open_limit=120, weight=Fraction(n % 3 + 1)) for n in range(reps)
    )
    bars = (Bar(below=Fraction(1), min_rating="warm"),)
    leads = [
        Queued(
            lead=f"lead{n:06}",
            team="all",
            grade=chance.choice(["A1", "A2", "B1", "B2", "C1"]),
            rating=chance.choice(["cold", "warm", "hot"]),
            queued_at=NOW - timedelta(minutes=chance.randrange(14_000)),
        )
        for n in range(candidates)
    ]
    start = time.perf_counter()
    log, _ = tick([Team(id="all", desks=desks, bars=bars)], leads, NOW, Rules())
    return time.perf_counter() - start, sum(entry.what == "assign" for entry in log)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--candidates", type=int, default=10_000)
    parser.add_argument("--reps", type=int, default=50)
    options = parser.parse_args()
    bare, told = definition()
    say(f"definition of ten criteria: {bare:.1f} µs, explained {told:.1f} µs")
    spent, ready = judged(options.leads)
    say(f"{options.leads} leads scored and judged: {spent:.2f} s ({ready} ready)")
    stops, falls = waited(min(options.leads, 2000))
    say(f"when a ready lead stops being ready: {stops:.0f} µs; when a grade falls: {falls:.0f} µs")
    spent, given = handed(options.candidates, options.reps)
    say(f"{options.candidates} leads over {options.reps} reps: {spent:.2f} s ({given} given)")


if __name__ == "__main__":
    main()
