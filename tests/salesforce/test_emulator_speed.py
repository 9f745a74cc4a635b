"""The emulated org stays quick with 100,000 leads; limits are far above what was measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.salesforce.desk import Desk, desk

BORN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def big() -> Iterator[tuple[Desk, float]]:
    with desk() as made:
        rows = [
            {"LastName": f"L{n}", "Company": "C", "Email": f"a{n}@acme.test",
             "CrmBridge_Id__c": f"k{n}",
             "SystemModstamp": (BORN + timedelta(seconds=n)).isoformat()}
            for n in range(100_000)
        ]  # fmt: skip
        start = time.perf_counter()
        made.vendor.seed("Lead", rows)
        yield made, time.perf_counter() - start


def best(call: Callable[[], Any], times: int = 5) -> float:
    """Return the best of several runs, in seconds."""
    spans = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        spans.append(time.perf_counter() - start)
    return min(spans)


def test_seeding_takes_seconds(big: tuple[Desk, float]) -> None:
    assert big[1] < 15


def test_small_answers_come_from_indexes(big: tuple[Desk, float]) -> None:
    org = big[0]
    since = (BORN + timedelta(seconds=99_900)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for where, count in (
        (f"SystemModstamp >= {since}", 100),
        ("Email = 'A7@acme.test'", 1),
        ("CrmBridge_Id__c IN ('k1', 'k2', 'none')", 2),
    ):
        soql = f"SELECT Id, SystemModstamp FROM Lead WHERE {where} ORDER BY SystemModstamp, Id"
        assert org.query(soql).json()["totalSize"] == count
        assert best(lambda soql=soql: org.query(soql)) < 0.05


def test_an_upsert_of_two_hundred_is_quick(big: tuple[Desk, float]) -> None:
    org = big[0]
    records = [
        {"attributes": {"type": "Lead"}, "CrmBridge_Id__c": f"k{n * 400}", "Title": "x",
         "LastName": "N", "Company": "C"}
        for n in range(200)
    ]  # fmt: skip
    path = "composite/sobjects/Lead/CrmBridge_Id__c"
    answer = org.call("PATCH", path, {"records": records})
    assert all(one["success"] for one in answer.json())
    assert best(lambda: org.call("PATCH", path, {"records": records})) < 0.1
