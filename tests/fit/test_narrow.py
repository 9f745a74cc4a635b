"""A row refused without a field: every set of culprits, few calls, nothing written twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import pytest

from crmbridge.errors import RefusalCause, Unavailable, Unknown
from crmbridge.flows.deliver.narrow import CALLS, narrowed
from crmbridge.model.record import Outcome, Row, Value, Written

NAMES = ("a", "b", "c", "d", "e")


@dataclass
class Vendor:
    """Takes rows but for those with a bad field; `held` is what each record holds by its key."""

    bad: frozenset[str]
    fails: dict[int, Exception] = field(default_factory=dict)
    held: dict[str, dict[str, Value]] = field(default_factory=dict)
    sent: list[Row] = field(default_factory=list)

    def write(self, rows: Sequence[Row]) -> list[Written]:
        out = []
        for row in rows:
            self.sent.append(row)
            if error := self.fails.get(len(self.sent)):
                raise error
            if self.bad & row.values.keys():
                out.append(refused(row))
                continue
            new = row.key not in self.held
            assert not self.held.get(row.key, {}).keys() & row.values.keys(), "written twice"
            self.held.setdefault(row.key, {}).update(row.values)
            ident = f"id-{row.key}"
            out.append(Written(op=row.op, outcome=Outcome.DONE, id=ident, created=new))
        return out


def refused(row: Row, message: str = "no") -> Written:
    return Written(op=row.op, outcome=Outcome.REFUSED, code="TRIGGER", message=message)


def row(key: str = "k", *, ident: str = "", names: Sequence[str] = NAMES) -> Row:
    return Row(op=key, key=key, id=ident, values=dict.fromkeys(names, 1))


def run(vendor: Vendor, *rows: Row, needed: frozenset[str] = frozenset()) -> list[Written]:
    by_op = {one.op: one for one in rows}
    given = [refused(one) for one in rows]
    return narrowed(by_op, given, {one.op: needed for one in rows}, vendor.write)


CULPRITS = [frozenset(some) for size in range(1, 5) for some in combinations(NAMES, size)]


@pytest.mark.parametrize("bad", CULPRITS, ids=lambda some: "".join(sorted(some)))
def test_of_a_record_all_but_the_culprits_is_written(bad: frozenset[str]) -> None:
    vendor = Vendor(bad=bad)
    vendor.held["k"] = {}
    (one,) = run(vendor, row(ident="id-k"))
    assert (one.outcome, set(one.without), one.code) == (Outcome.DONE, bad, "TRIGGER")
    assert vendor.held["k"].keys() == set(NAMES) - bad
    assert len(vendor.sent) <= 2 * len(NAMES)


@pytest.mark.parametrize("bad", CULPRITS, ids=lambda some: "".join(sorted(some)))
def test_no_record_is_made_without_what_it_needs(bad: frozenset[str]) -> None:
    vendor = Vendor(bad=bad)
    (one,) = run(vendor, row(), needed=frozenset("ab"))
    if bad & {"a", "b"}:
        assert one.outcome is Outcome.REFUSED
        assert vendor.held == {}
        assert len(vendor.sent) == 1
    else:
        assert (one.outcome, one.created, set(one.without)) == (Outcome.DONE, True, bad)
        assert vendor.held["k"].keys() == set(NAMES) - bad
        assert all(part.id for part in vendor.sent[1:])  # one record is made, and then changed


def test_a_vendor_that_takes_nothing_is_not_about_a_field() -> None:
    vendor = Vendor(bad=frozenset(NAMES))
    both = run(vendor, row("k", ident="1"), row("l", ident="2"))
    assert [(one.outcome, one.field) for one in both] == [(Outcome.REFUSED, "")] * 2
    assert {part.op for part in vendor.sent} == {"k"}  # the second is not tried at all


def test_rows_that_are_refused_in_the_same_words_are_narrowed_once() -> None:
    vendor = Vendor(bad=frozenset("c"))
    found = run(vendor, *(row(f"k{n}", ident=f"{n}") for n in range(50)))
    assert found[0].without == ("c",)
    assert {(one.outcome, one.field) for one in found[1:]} == {(Outcome.REFUSED, "c")}
    assert {part.op for part in vendor.sent} == {"k0"}


def test_a_batch_is_narrowed_with_so_many_calls_at_most() -> None:
    vendor = Vendor(bad=frozenset("c"))
    rows = [row(f"k{n}", ident=f"{n}") for n in range(50)]
    given = [refused(one, f"no {one.op}") for one in rows]
    found = narrowed(
        {one.op: one for one in rows}, given, {one.op: frozenset() for one in rows}, vendor.write
    )
    assert len(vendor.sent) == CALLS
    assert {one.outcome for one in found} == {Outcome.DONE, Outcome.LATER}


@pytest.mark.parametrize(
    ("error", "outcome"), [(Unknown("lost"), Outcome.UNKNOWN), (Unavailable("away"), Outcome.LATER)]
)
def test_a_part_that_is_lost_leaves_the_row_open(error: Exception, outcome: Outcome) -> None:
    vendor = Vendor(bad=frozenset("e"), fails={2: error})
    (one,) = run(vendor, row(ident="id-k"))
    assert one.outcome is outcome
    assert len(vendor.sent) == 2


@pytest.mark.parametrize(
    "told",
    [
        replace(refused(row()), field="b"),
        replace(refused(row()), cause=RefusalCause.RIGHTS),
        replace(refused(row()), outcome=Outcome.LATER),
    ],
)
def test_what_names_a_field_or_is_about_none_is_left_as_it_is(told: Written) -> None:
    vendor = Vendor(bad=frozenset("b"))
    assert narrowed({"k": row()}, [told], {"k": frozenset("a")}, vendor.write) == [told]
    assert vendor.sent == []
