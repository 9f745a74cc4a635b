"""Which share of the people on each nurture track becomes ready for sales."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.policy.intervals import Sample, rate, sample, wilson
from crmbridge.policy.totals.counted import ENTERED, ON_TRACK
from crmbridge.store import totals
from crmbridge.store.table import Tx

WITHIN = 90
"""Days from the entry within which a lead has to be ready, unless somebody asks for others."""


def tracks(tx: Tx, agreement: Agreement, today: date, within: int = WITHIN) -> list[dict[str, Any]]:
    """Return each track of the agreement in force, and each that anybody was on.

    Stays are counted, so that a lead that comes back onto a track counts again. `ready` counts all
    that were ready while they stayed, however long it took. The share is that of the stays that
    began `within` days ago or earlier (`mature`) and was ready in that time (`ready_in_time`):
    of the others nobody knows yet. It has Wilson's interval (R3.15), and below ten stays none is
    given (R3.16). `rule` is the rule of nurture whose track it is, empty for one of who came back
    and for one that the agreement has no more (`agreed` is false then). The cost is the
    rows of the totals: a few for each track and day.
    """
    found: dict[str, Counter[str]] = {one: Counter() for one in agreement.tracks}
    last = (today - timedelta(days=within)).isoformat()
    for (what, track, detail), (n, _) in totals.read(tx, ENTERED, ON_TRACK).items():
        row = found.setdefault(track, Counter())
        if what == ON_TRACK:
            row["on"] += n
            continue
        day, _, took = detail.partition(" ")
        row["entered"] += n
        row["ready"] += n if took else 0
        if day <= last:
            row["mature"] += n
            row["ready_in_time"] += n if took and int(took) <= within else 0
    whose = {rule.track: rule.name for rule in agreement.nurture}
    return [
        {
            "track": track,
            "rule": whose.get(track, ""),
            "agreed": track in agreement.tracks,
            **_row(found[track]),
        }
        for track in sorted(found)
    ]


def _row(row: Mapping[str, int]) -> dict[str, Any]:
    on, entered, mature, k = (row[name] for name in ("on", "entered", "mature", "ready_in_time"))
    size = sample(mature)
    shown = size is not Sample.COUNTS
    return {
        "on": on,
        "entered": entered,
        "left": entered - on,
        "ready": row["ready"],
        "mature": mature,
        "ready_in_time": k,
        "sample": size.value,
        "share": rate(k, mature) if shown else None,
        "interval": asdict(wilson(k, mature)) if shown else None,
    }


def share_told(row: Mapping[str, Any]) -> str:
    """Say a share in words, with its interval, or why there is none."""
    of = f"{row['ready_in_time']} of {row['mature']}"
    if row["sample"] == Sample.COUNTS:
        return f"{of}, too few for a share"
    ends = row["interval"]
    return f"{of}: {row['share']:.1%} [{ends['low']:.1%}, {ends['high']:.1%}]"
