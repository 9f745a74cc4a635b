"""Feeds in the order of stamp and id by plans, for a vendor that is made up: fields vanish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from crmbridge.errors import CrmBridgeError, Refused, Unavailable
from crmbridge.kit.feed import keyset
from crmbridge.kit.feed.by_stamp import ByStamps, Planned
from crmbridge.kit.feed.keyset import Place
from crmbridge.kit.feed.many import First
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.paths import Plan, Plans, Schema
from crmbridge.model.record import Field, ReadRequest, Record
from crmbridge.net.portions import Portions

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STAMP = "2026-03-02T08:00:00Z"


class Fields(Plans):
    """Every object has the same fields, as long as the vendor shows them."""

    unknown: ClassVar[frozenset[str]] = frozenset({"NO_FIELD"})

    def __init__(self) -> None:
        super().__init__()
        self.shown = {"name", "city"}

    def fetch(self, obj: str) -> Schema:
        if obj == "nothing":
            raise Refused("no such object", code="none")
        fields = {name: Field(name=name, type="text") for name in self.shown}
        return Schema(obj=obj, fields=fields, kinds=dict.fromkeys(self.shown, "text"), parents={})

    def is_path(self, path: str) -> bool:
        return path.isidentifier()


class Vendor:
    """Rows by object; a query for a field that there is not is refused."""

    def __init__(self) -> None:
        self.has = {"name", "city"}
        self.rows: dict[str, list[str]] = {"leads": ["1", "2", "3"], "deals": ["4"]}
        self.calls: list[str] = []
        self.code = "NO_FIELD"
        self.together: Exception | None = None

    def answer(self, run: Run, size: int) -> Batch:
        if missing := set(run.plan.columns) - self.has:
            raise Refused("no such field", code=self.code, field=min(missing))
        rows = [{"id": one} for one in self.rows[run.obj] if one > run.place.id]
        return Batch(rows=rows[:size], total=len(rows), date=NOW)


class Run(Planned[Place]):
    vendor: ClassVar[str] = "Vendor"

    def __init__(self, at: Vendor, plan: Plan, place: Place, portions: Portions) -> None:
        super().__init__(plan, place, portions)
        self._at = at

    def asked(self, size: int) -> Batch:
        self._at.calls.append(f"{self.obj} {','.join(sorted(self.plan.columns))}")
        return self._at.answer(self, size)

    def bare(self) -> Batch:
        return self.asked(1)

    def further(self, link: str) -> Batch:
        raise AssertionError(link)

    def record(self, row: Mapping[str, Any]) -> Record:
        return Record(obj=self.obj, id=row["id"], values=dict.fromkeys(self.plan.kinds, "x"))

    def key(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
        return STAMP, rows[-1]["id"]


class Feed(ByStamps[Place, Run]):
    size: ClassVar[int] = 100
    at_once: ClassVar[int] = 5

    def __init__(self, at: Vendor) -> None:
        self.fields = Fields()
        super().__init__(self.fields, timedelta(seconds=60))
        self._at = at

    def place(self, obj: str, since: str | None) -> Place:
        return keyset.parse(Place, obj, since, self.back.of(obj))

    def planned(self, obj: str, fields: Sequence[str]) -> Plan:
        return self.plans.plan(obj, fields)

    def run(self, plan: Plan, place: Place, portions: Portions) -> Run:
        return Run(self._at, plan, place, portions)

    def firsts(self, runs: Sequence[Run]) -> list[First]:
        self._at.calls.append(" + ".join(run.obj for run in runs))
        if self._at.together is not None:
            raise self._at.together
        return [self._first(run) for run in runs]

    def _first(self, run: Run) -> First:
        try:
            return self._at.answer(run, 100)
        except CrmBridgeError as error:
            return error


def requests(*objects: str) -> list[ReadRequest]:
    return [ReadRequest(obj=one, fields=("name", "city"), since=None) for one in objects]


def ids(feed: Feed, *objects: str) -> list[str]:
    return [one.id for _, page in feed.read_many(requests(*objects)) for one in page.records]


def test_a_read_goes_on_without_a_field_that_vanished() -> None:
    at = Vendor()
    feed = Feed(at)
    feed.fields.get("leads")
    at.has, feed.fields.shown = {"name"}, {"name"}
    (page,) = feed.read("leads", ("name", "city"), None)
    assert [one.values for one in page.records] == [{"name": "x"}] * 3
    assert at.calls == ["leads city,name", "leads name"]
    assert feed.fields.changes > 0


def test_a_read_goes_on_behind_its_own_cursor() -> None:
    at = Vendor()
    feed = Feed(at)
    (page,) = feed.read("leads", ("name",), None)
    at.rows["leads"].append("4")
    place = feed.place("leads", page.cursor)
    assert place.low == "2026-03-02T08:59:00Z"
    feed.back.reach_back("leads", 3_600)
    assert feed.place("leads", page.cursor).low == "2026-03-02T08:00:00Z"


def test_the_first_pages_of_several_objects_come_by_one_call() -> None:
    at = Vendor()
    assert ids(Feed(at), "leads", "deals") == ["1", "2", "3", "4"]
    assert at.calls == ["leads + deals"]


def test_an_object_whose_fields_vanished_is_asked_for_alone() -> None:
    at = Vendor()
    feed = Feed(at)
    feed.fields.get("leads")
    feed.fields.get("deals")
    at.has, feed.fields.shown = {"name"}, {"name"}
    assert ids(feed, "leads", "deals") == ["1", "2", "3", "4"]
    assert at.calls == ["leads + deals", "leads name", "deals name"]


def test_an_object_that_there_is_not_does_not_stop_the_others() -> None:
    at = Vendor()
    pages = Feed(at).read_many(requests("nothing", "leads"))
    obj, page = next(pages)
    assert (obj, len(page.records), page.more) == ("leads", 3, False)
    with pytest.raises(Refused, match="no such object"):
        next(pages)


def test_several_objects_that_are_too_much_together_are_asked_for_one_by_one() -> None:
    at = Vendor()
    at.together = Unavailable("too large", large=True)
    assert ids(Feed(at), "leads", "deals") == ["1", "2", "3", "4"]
    assert at.calls == ["leads + deals", "leads city,name", "deals city,name"]


def test_another_error_of_one_object_is_raised_and_not_tried_again() -> None:
    at = Vendor()
    feed = Feed(at)
    at.has, at.code = set(), "NO_RIGHT"
    with pytest.raises(Refused, match="no such field"):
        ids(feed, "leads")
    assert at.calls == ["leads"]
