"""The reports counted the slow way, from every lead, cycle and deal: what the kept totals must say.

Written apart from `policy.totals` and `store.projection.totals`, of which nothing is used here.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

from crmbridge.model.money import Money
from crmbridge.model.state import LeadState
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.report import won as closed
from crmbridge.report.qualify import funnel
from crmbridge.report.recycle import reasons
from crmbridge.report.revenue import sources
from crmbridge.store import Ledger, leads, totals, trail
from crmbridge.store.rows import CycleRow, LeadRow
from crmbridge.store.table import Tx
from tests.stages.led_up import what_led_up_is_kept
from tests.stages.whose import Tables, slow_deals, slow_shares

ON = ("handed_on", "accepted_on")
BEFORE = ("known", "engaged", "ready", "handed", "accepted", "qualified")
STEPS = (*BEFORE, *ON, "opportunity", "won")
OF_SOURCES = ("known", "ready", "handed", "accepted", "opportunity", "won", "back")
BACK = ("rejected", "returned", "stale_untouched", "stale_idle", "recalled", "lost")
Cycle = tuple[str, CycleRow, bool]


def must_add_up(ledger: Ledger) -> None:
    """Hold what is kept against what a count of everything gives."""
    told, slow = kept_and_counted(ledger)
    assert told == slow
    what_led_up_is_kept(ledger)


def kept_and_counted(ledger: Ledger) -> tuple[Any, Any]:
    """The totals that are kept, and what a count of everything gives, in JSON's types."""
    with ledger.read() as tx:
        told = {
            "stages": totals.by_stage(tx),
            "funnel": funnel(tx),
            "parts": _parts(tx),
            "reasons": reasons(tx),
            "sources": sources(tx),
            "tracks": _kept_tracks(tx),
            "won": closed.won(tx, Exchange()),
            "deals": closed.deals(tx),
        }
        slow = _slow(tx)
    return json.loads(json.dumps(told)), json.loads(json.dumps(slow))


def _slow(tx: Tx) -> dict[str, Any]:
    rows = leads.get_many(tx, list(leads.ids(tx)))
    cycles = _cycles(tx, rows)
    return {
        "stages": dict(Counter(row.stage for row in rows.values())),
        "funnel": _funnel(rows, cycles),
        "parts": _slow_parts(rows, cycles),
        "reasons": _reasons(cycles),
        "sources": _sources(tx, rows, _own(cycles)),
        "tracks": _tracks(rows, cycles),
        **slow_deals(Tables(tx)),
    }


def _kept_tracks(tx: Tx) -> list[list[Any]]:
    return sorted([*key, n] for key, (n, _) in totals.read(tx, "entered", "on_track").items())


def _tracks(rows: dict[str, LeadRow], cycles: list[Cycle]) -> list[list[Any]]:
    """Stays by rule as each lead keeps them, and those after returns as its cycles tell them."""
    found: Counter[tuple[str, str, str]] = Counter()
    mine: dict[str, list[CycleRow]] = defaultdict(list)
    for ident, cycle, _ in cycles:
        mine[ident].append(cycle)
    for ident, row in rows.items():
        if row.stage in ("merged", "erased"):
            continue
        state = LeadState.of(ident, row.state or {})
        for stay in state.stays:
            _count_stay(found, stay.track, stay.since, stay.ready, on=stay.until is None)
        for back in {one.at: one for one in state.returns}.values():
            ended = max((one.n for one in mine[ident] if one.closed == back.at), default=0)
            following = [one for one in mine[ident] if one.n > ended]
            if back.past or back.klass != "returns" or not following or not ended:
                continue
            ready = following[0].data.get("milestones", {}).get("ready")
            here = row.stage in ("known", "engaged", "nurture", "customer", "ready")
            free = not any(
                one.type == "reinstated" and one.at >= following[0].opened for one in state.life
            )
            stays = len(following) == 1 and here and free and not row.opted_out
            at = datetime.fromisoformat(ready) if ready else None
            _count_stay(found, back.track, back.at, at, on=stays)
    return sorted([*key, n] for key, n in found.items())


def _count_stay(
    found: Counter[tuple[str, str, str]],
    track: str,
    since: datetime,
    ready: datetime | None,
    *,
    on: bool,
) -> None:
    took = f" {(ready - since) // timedelta(days=1)}" if ready else ""
    found["entered", track, f"{since:%Y-%m-%d}{took}"] += 1
    if on:
        found["on_track", track, ""] += 1


def _parts(tx: Tx) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {"part": {}, "entered_part": {}}
    for (what, name, _), (n, _) in totals.read(tx, "part", "entered_part").items():
        found[what][name] = n
    return found


def _slow_parts(rows: dict[str, LeadRow], cycles: list[Cycle]) -> dict[str, dict[str, int]]:
    """Leads in a part of the stage that they are in, and trips of ours that entered one."""
    now: Counter[str] = Counter()
    ever: Counter[str] = Counter()
    own = {(ident, one.n) for ident, one, _ in _own(cycles)}
    for ident, row in rows.items():
        state = row.state or {}
        part = state.get("part") or {}
        if part.get("core") == row.stage and row.stage not in ("merged", "erased"):
            now[part["id"]] += 1
        ever.update(part for n, part in state.get("parts") or () if (ident, n) in own)
    return {"part": dict(now), "entered_part": dict(ever)}


def _cycles(tx: Tx, rows: dict[str, LeadRow]) -> list[Cycle]:
    """Every cycle that stands, with whether it is won."""
    kept = leads.cycles_of(tx, rows)
    out: list[Cycle] = []
    for ident, row in rows.items():
        if row.stage in ("merged", "erased"):
            continue
        blank = CycleRow(lead=ident, n=1, opened=row.updated_at)
        mine = kept.get(ident, [blank])
        mine = [one for one in mine if not one.voided]
        closed = {d for one in mine if one.outcome == "won" for d in one.data.get("deals", ())}
        place = {d: one.n for one in mine for d in one.data.get("deals", ()) if d not in closed}
        deals = trail.get_deals(tx, place)
        won = {place[deal] for deal, row in deals.items() if row.state == "won"}
        out += [(ident, one, one.outcome == "won" or one.n in won) for one in mine]
    return out


def _steps(one: CycleRow, won: bool) -> set[str]:
    far = {"known", *one.data.get("effective", ())} & set(STEPS)
    far |= {"handed", "accepted", "opportunity", "won"} if won else set()
    if far != {"known"} or "engaged" in one.data.get("milestones", ()):
        far.add("engaged")
    return far


def _back(one: CycleRow, won: bool) -> bool:
    return one.outcome in BACK and not won


def _why(one: CycleRow) -> str:
    return one.data["reason"] or "missing_reason"


def _funnel(rows: dict[str, LeadRow], every: list[Cycle]) -> dict[str, Any]:
    cycles = _own(every)
    found = Counter(
        ("won" if won else one.outcome) or "open" for _, one, won in every if _taken(one)
    )
    steps = Counter(step for _, one, won in cycles for step in _steps(one, won))
    back: dict[str, Counter[str]] = defaultdict(Counter)
    for _, one, won in cycles:
        if _back(one, won):
            back[one.outcome][_why(one)] += 1
    waits = [row for row in rows.values() if row.waiting]
    lost: dict[str, Counter[str]] = defaultdict(Counter)
    between: dict[str, Counter[str]] = defaultdict(Counter)
    for _, one, won in cycles:
        if _back(one, won):
            last = [name for name in STEPS if name in _steps(one, won)][-1]
            lost[last][one.outcome] += 1
        for outcome, reason in one.data.get("given_back", ()):
            between[outcome][reason] += 1
    some = STEPS if any(steps[name] for name in ON) else [one for one in STEPS if one not in ON]
    return {
        "steps": {name: steps[name] for name in some},
        "lost": {name: dict(found) for name, found in lost.items()},
        "between": {name: dict(found) for name, found in between.items()},
        "returns": {name: dict(found) for name, found in back.items()},
        "waiting": dict(
            Counter((row.state or {}).get("waiting") or "not_looked_at" for row in waits)
        ),
        "adopted": dict(found),
    }


def _taken(one: CycleRow) -> bool:
    """Whether a cycle was under way, or over, when crmbridge came."""
    return one.data.get("kind") == "adopted"


def _own(cycles: list[Cycle]) -> list[Cycle]:
    return [one for one in cycles if not _taken(one[1])]


def _reasons(cycles: list[Cycle]) -> list[dict[str, Any]]:
    last: dict[str, int] = {}
    for ident, one, _ in cycles:
        if "handed" in one.data.get("effective", ()):
            last[ident] = max(one.n, last.get(ident, 0))
    found: dict[str, dict[str, Any]] = {}
    for ident, one, won in _own(cycles):
        if _back(one, won):
            row = found.setdefault(
                _why(one), {"reason": _why(one), "count": 0, "again": 0, "outcomes": {}}
            )
            row["count"] += 1
            row["again"] += last.get(ident, 0) > one.n
            row["outcomes"][one.outcome] = row["outcomes"].get(one.outcome, 0) + 1
    return sorted(found.values(), key=lambda row: (-row["count"], row["reason"]))


def _sources(tx: Tx, rows: dict[str, LeadRow], cycles: list[Cycle]) -> dict[str, Any]:
    said = {ident: LeadState.of(ident, row.state or {}) for ident, row in rows.items()}
    source = {ident: str(state.value("source") or "(unknown)") for ident, state in said.items()}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for ident, one, won in cycles:
        counts[source[ident]].update(_steps(one, won) | ({"back"} if _back(one, won) else set()))
    money: dict[str, dict[tuple[str, str], int]] = {
        name: defaultdict(int) for name in ("source", "first", "last")
    }
    for shares in slow_shares(Tables(tx)).values():
        for ident, _, part, currency in shares:
            money["source"][source[ident], currency] += part
            money["first"][said[ident].first_touch or "(unknown)", currency] += part
            money["last"][said[ident].last_touch or "(unknown)", currency] += part
    won_by = _shown(money["source"])
    return {
        "sources": [
            {
                "source": name,
                **{step: counts[name][step] for step in OF_SOURCES},
                "revenue": won_by.get(name, {}),
            }
            for name in sorted(counts.keys() | won_by.keys())
        ],
        "first_touch": _shown(money["first"]),
        "last_touch": _shown(money["last"]),
    }


def _shown(sums: dict[tuple[str, str], int]) -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = defaultdict(dict)
    for (name, currency), minor in sums.items():
        out[name][currency] = str(Money(minor, currency).amount)
    return dict(out)
