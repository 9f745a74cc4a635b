"""The stages as the company calls them: how many leads are in each, and how many came there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.agreement.stages import ORDER, name_of, named, part_of
from crmbridge.policy.totals.counted import ENTERED_PART, PART, STAGE, STEP
from crmbridge.policy.totals.trip import STEPS
from crmbridge.report.text import visible
from crmbridge.store import totals
from crmbridge.store.table import Tx

Told = Mapping[str, Any]


def stages(
    tx: Tx, agreement: Agreement, versions: Iterable[Agreement] = ()
) -> list[dict[str, Any]]:
    """Return every core stage in order, with its parts by the agreement in force.

    `now` are the leads in it, those of its parts too; `reached` the cycles that came so far, `None`
    where no step of the funnel is counted. Of a part, `entered` are the cycles that entered it. A
    part that only an earlier version has, of `versions`, or none, stands in `gone` below its core.
    """
    found = totals.read(tx, STAGE, STEP, PART, ENTERED_PART)
    sums: dict[tuple[str, str], int] = {}
    for (what, name, _), (n, _) in found.items():
        sums[what, name] = sums.get((what, name), 0) + n
    out: list[dict[str, Any]] = [
        {
            "stage": core,
            "name": name_of(agreement.stages, core),
            "now": sums.get((STAGE, core), 0),
            "reached": sums.get((STEP, core), 0) if core in STEPS else None,
            "parts": [],
            "gone": [],
        }
        for core in ORDER
    ]
    rows = {row["stage"]: row for row in out}
    for core, part, name in named(agreement.stages):
        if part is not None:
            rows[core]["parts"].append(_part(sums, part.id, name))
    for stage, ident, name in _gone(sums, agreement, tuple(versions)):
        rows[stage]["gone"].append(_part(sums, ident, name))
    return out


def _part(sums: Mapping[tuple[str, str], int], ident: str, name: str) -> dict[str, Any]:
    now, entered = (sums.get((what, ident), 0) for what in (PART, ENTERED_PART))
    return {"id": ident, "name": name, "now": now, "entered": entered}


def _gone(
    sums: Mapping[tuple[str, str], int], agreement: Agreement, versions: tuple[Agreement, ...]
) -> Iterator[tuple[str, str, str]]:
    """Parts that were entered and that the version in force does not have: core, id, name."""
    here = {part.id for _, part, _ in named(agreement.stages) if part is not None}
    for ident in sorted({name for what, name in sums if what in (PART, ENTERED_PART)} - here):
        for version in reversed(versions):
            core = next((one for one in ORDER if part_of(version.stages, one, ident)), None)
            if core is not None:
                yield core, ident, name_of(version.stages, core, ident)
                break


def rows(told: Iterable[Told]) -> Iterator[tuple[str, int, int | None]]:
    """Yield the table's rows: name, leads in it now, and cycles that came there."""
    for row in told:
        yield row["name"], row["now"], row["reached"]
        for part in row["parts"]:
            yield f"  {part['name']}", part["now"], part["entered"]
        for part in row["gone"]:
            yield f"  {part['name']} (earlier version)", part["now"], part["entered"]


def counts(told: Iterable[Told]) -> str:
    """How many leads are in which stage, in one line; of a divided one also the parts."""
    return ", ".join(_count(row) for row in told if row["now"]) or "none"


def _count(row: Told) -> str:
    parts = [f"{one['now']} {visible(one['name'])}" for one in row["parts"] if one["now"]]
    inside = f" (of them {', '.join(parts)})" if parts else ""
    return f"{row['now']} {visible(row['name'])}{inside}"
