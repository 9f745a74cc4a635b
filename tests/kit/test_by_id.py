"""A feed by one question, for a vendor that is made up: its stamps are finer than it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from crmbridge.errors import CursorGone, Refused
from crmbridge.kit.feed.by_id import ByIds
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.paths import Plan, Schema, tree
from crmbridge.model.record import Field, Record

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Shop(ByIds):
    """Rows by id, each with a stamp of microseconds; what was asked is kept."""

    vendor: ClassVar[str] = "Shop"
    at_once: ClassVar[int] = 2

    def __init__(self, size: int = 2) -> None:
        super().__init__(size, timedelta(seconds=60))
        self.rows: dict[int, tuple[datetime, str]] = {}
        self.asked_for: list[tuple[str, tuple[str, ...]]] = []
        self.now = NOW

    def fetch(self, obj: str) -> Schema:
        if obj != "people":
            raise Refused("no such object", code="none")
        found = {"name": Field(name="name", type="text")}
        return Schema(obj=obj, fields=found, kinds={"name": "text"}, parents={})

    def put(self, ident: int, name: str, seconds: float = 0) -> None:
        self.rows[ident] = (self.now + timedelta(seconds=seconds), name)

    def page(self, plan: Plan, after: str, size: int, low: datetime | None) -> Batch:
        self.asked_for.append((after, plan.columns))
        behind = [
            {"id": one, "at": at, "name": name}
            for one, (at, name) in sorted(self.rows.items())
            if one > int(after or 0) and (low is None or at >= low)
        ]
        return Batch(rows=behind[:size], total=len(behind), date=self.now)

    def among(self, plan: Plan, by: str, values: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        self.asked_for.append((f"{by} {'|'.join(values)}", plan.columns))
        rows = [{"id": one, "at": at, "name": name} for one, (at, name) in self.rows.items()]
        return [row for row in rows if str(row[by]) in values]

    def record(self, plan: Plan, row: Mapping[str, Any]) -> Record:
        values = {name: row[name] for name in plan.kinds}
        return Record(obj=plan.obj, id=str(row["id"]), values=values, changed_at=row["at"])


def read(shop: Shop, since: str | None) -> tuple[list[str], str]:
    pages = list(shop.read("people", ("name",), since))
    return [one.id for page in pages for one in page.records], pages[-1].cursor


def test_everything_comes_by_id_and_then_what_changed_whatever_its_order() -> None:
    shop = Shop()
    for ident in range(1, 6):
        shop.put(ident, f"n{ident}")
    shop.now += timedelta(minutes=10)
    everything, cursor = read(shop, None)
    assert everything == ["1", "2", "3", "4", "5"]
    shop.put(5, "later", 0.000_001)
    shop.put(2, "later", 0.000_002)  # the same second, another order than that of ids
    shop.put(4, "later", 0.000_003)
    changed, cursor = read(shop, cursor)
    assert changed == ["2", "4", "5"]
    shop.now += timedelta(minutes=10)
    # what changed after the last read began comes once more, and then no more
    assert read(shop, read(shop, cursor)[1])[0] == []


def test_a_read_begins_behind_the_last_one_and_further_when_it_is_told() -> None:
    shop = Shop()
    _, cursor = read(shop, None)
    shop.put(7, "committed late", -50)
    shop.put(8, "committed very late", -500)
    assert read(shop, cursor)[0] == ["7"]
    shop.back.reach_back("people", 600)
    assert read(shop, cursor)[0] == ["7", "8"]


def test_a_page_resumes_in_its_middle() -> None:
    shop = Shop()
    for ident in range(1, 8):
        shop.put(ident, "x")
    first = next(iter(shop.read("people", ("name",), None)))
    assert [one.id for one in first.records] == ["1", "2"]
    assert read(shop, first.cursor)[0] == ["3", "4", "5", "6", "7"]
    with pytest.raises(CursorGone):
        read(shop, '{"v": 1, "mode": "archived"}')


def test_stamps_ask_for_no_fields() -> None:
    shop = Shop()
    for ident in range(1, 6):
        shop.put(ident, "x")
    pages = list(shop.stamps("people", None))
    assert [one.id for page in pages for one in page.records] == ["1", "2", "3", "4", "5"]
    assert {columns for _, columns in shop.asked_for} == {()}
    rest = [one.id for page in shop.stamps("people", pages[0].cursor) for one in page.records]
    assert rest == ["3", "4", "5"]


def test_a_look_up_asks_for_many_at_once() -> None:
    shop = Shop()
    for ident in range(1, 6):
        shop.put(ident, f"n{ident}")
    found = shop.find("people", "name", ["n1", "n2", "n5", "nobody"], ("name",))
    assert [one.id for one in found] == ["1", "2", "5"]
    assert [asked for asked, _ in shop.asked_for] == ["name n1|n2", "name n5|nobody"]
    with pytest.raises(Refused):
        shop.find("pets", "name", ["x"], ())


def test_a_name_or_a_path_of_names_is_a_path() -> None:
    shop = Shop()
    assert shop.is_path("stage_id.name")
    assert not shop.is_path("stage_id.")
    assert not shop.is_path("a b")


def test_paths_become_a_tree() -> None:
    asked = ["name", "stage.name", "stage.team.name", "stage"]
    assert tree(asked, "fields") == {
        "name": {},
        "stage": {"fields": {"name": {}, "team": {"fields": {"name": {}}}}},
    }
