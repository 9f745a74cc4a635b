"""What the daemon shows of itself: is it alive, is it ready, and its figures, without people."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime

from crmbridge.clock import SystemClock
from crmbridge.daemon.desk import Desk
from crmbridge.daemon.engine import Engine, JobStatus
from crmbridge.daemon.tally import Figure
from crmbridge.errors import ConnectorError, LedgerError
from crmbridge.model.codec import parse_instant
from crmbridge.store import cursors, held, outbox, totals
from crmbridge.store.live import is_armed

HELP = {
    "crmbridge_ledger_up": "Whether the ledger can be read: 1, or 0.",
    "crmbridge_leads": "Leads by stage.",
    "crmbridge_due": "Leads that wait for a decision now.",
    "crmbridge_outbox": "Open operations by system, state and priority.",
    "crmbridge_held": "Held work that waits for a person, by kind.",
    "crmbridge_held_leads": "Leads that wait for a field or a write that a system does not take.",
    "crmbridge_quota_used": "Calls of the present day on a vendor's quota.",
    "crmbridge_quota_limit": "Calls of a vendor's quota that crmbridge takes at most.",
    "crmbridge_since_look_seconds": "Seconds since the last good look at a system.",
    "crmbridge_system_up": "Whether a system works for us: 1, or 0 while away or paused.",
    "crmbridge_system_down_seconds": "Seconds since a system is away or paused; 0 while it works.",
    "crmbridge_alarm_seconds": "Seconds since something does not work; absent while it does.",
    "crmbridge_mapping_warnings": "What the last check of the mapping found on a side.",
    "crmbridge_armed": "Whether a plan was applied, so that systems are written.",
    "crmbridge_jobs_failing": "Jobs whose last run failed.",
    "crmbridge_looks_total": "Looks at a system by outcome.",
    "crmbridge_records_total": "Records read by fate.",
    "crmbridge_decided_total": "Leads decided, hand-offs and writes that followed.",
    "crmbridge_deliveries_total": "Deliveries by outcome.",
    "crmbridge_errors_total": "Errors of systems by type.",
}
"""Every metric and what it counts; `docs/operations.md` has the same table."""


class Probe:
    """Answers for all companies; safe to ask from any thread. It has the shape that `web` asks."""

    def __init__(self, desks: Mapping[str, Desk], engine: Engine, lost: Mapping[str, str]) -> None:
        self._desks = desks
        self._engine = engine
        self._lost = lost

    def alive(self) -> list[str]:
        """Why the process should be restarted; empty when its jobs make progress."""
        jobs = self._engine.status()
        if not jobs:
            return ["no job is known to the engine"]
        return [_hangs(one) for one in jobs if one.hangs]

    def ready(self) -> list[str]:
        """Why the daemon is not of full use yet or any more; empty when it is."""
        found = [f"{path}: {why}" for path, why in self._lost.items()]
        for desk in self._desks.values():
            found += _unreadable(desk)
            names = desk.company.names
            for side in names:
                if side not in desk.seen:
                    state = desk.ways[side, "in"]
                    why = f"{state.state}: {state.why}" if state.why else "the first look runs"
                    if (stuck := desk.troubles.get((side, "pull"))) is not None:
                        why = f"failing: {stuck['message']}"
                    found.append(f"{desk.name}: {side} was not looked at yet ({why})")
            told = {side for side in names if side not in desk.seen}
            found += (
                _trouble(desk.name, side, one)
                for side, one in desk.alarms.items()
                if side not in told
            )
        failing = [one for one in self._engine.status() if one.failures > 2]
        return found + [f"{one.job.name} failed {one.failures} times" for one in failing]

    def hint(self, company: str, side: str) -> bool:
        """Make a side due at once; false when there is no such company or side."""
        desk = self._desks.get(company)
        if desk is None or side not in desk.company.names:
            return False
        desk.hint(side)
        return True

    def figures(self) -> list[Figure]:
        """All metrics of all companies."""
        failing: dict[str, int] = {}
        for one in self._engine.status():
            failing[one.job.company] = failing.get(one.job.company, 0) + bool(one.failures)
        out: list[Figure] = []
        for desk in self._desks.values():
            found = [*_kept(desk), *_systems(desk), *desk.tally.figures(HELP)]
            found.append(_figure("crmbridge_jobs_failing", failing.get(desk.name, 0)))
            out += [one.of(desk.name) for one in found]
        return out


def _unreadable(desk: Desk) -> list[str]:
    try:
        with desk.ledger.read() as tx:
            cursors.due_count(tx)
    except LedgerError as error:
        return [f"{desk.name}: {error}"]
    return []


def _trouble(company: str, side: str, alarm: Mapping[str, str]) -> str:
    why = alarm["why"] if alarm["state"] in ("away", "paused") else alarm["message"]
    return f"{company}: {side} is {alarm['state']} since {alarm['since']} ({why})"


def _hangs(one: JobStatus) -> str:
    seconds = one.silent if one.silent is not None else -(one.due or 0.0)
    what = "gave no sign of life" if one.silent is not None else "found no worker"
    return f"{one.job.name} {what} for {seconds:.0f} s"


def _figure(name: str, value: float, **labels: str) -> Figure:
    return Figure(name=name, help=HELP[name], labels=labels, value=value)


def _kept(desk: Desk) -> list[Figure]:
    """What the ledger holds. One that cannot be read takes no other figure with it."""
    try:
        return [*_ledger(desk), *_quotas(desk), _figure("crmbridge_ledger_up", 1)]
    except LedgerError:
        return [_figure("crmbridge_ledger_up", 0)]


def _ledger(desk: Desk) -> Iterator[Figure]:
    now = _business_time(desk)
    with desk.ledger.read() as tx:
        stages, due = totals.by_stage(tx), cursors.due_count(tx, now) if now else None
        ops, waits = outbox.counts(tx), held.counts(tx)
        causes = held.open_causes(tx)
        armed = is_armed(tx)
    for stage, number in stages.items():
        yield _figure("crmbridge_leads", number, stage=stage)
    if due is not None:
        yield _figure("crmbridge_due", due)
    for (system, state, priority), number in ops.items():
        labels = {"side": system, "state": str(state), "priority": str(priority)}
        yield _figure("crmbridge_outbox", number, **labels)
    for kind, number in waits.items():
        yield _figure("crmbridge_held", number, kind=kind)
    for row in causes:
        if "leads" in row.detail:
            place = {"side": row.detail["system"], "object": row.detail["object"]}
            labels = {**place, "field": row.field, "kind": row.kind, "cause": row.id[:8]}
            yield _figure("crmbridge_held_leads", row.count, **labels)
    yield _figure("crmbridge_armed", armed)


def _business_time(desk: Desk) -> datetime | None:
    """The company's present instant; `None` while the clock of its world does not answer."""
    try:
        return desk.company.clock.now()
    except ConnectorError:
        return None


def _quotas(desk: Desk) -> Iterator[Figure]:
    for side, budgets in desk.company.budgets.items():
        try:
            usages = budgets.usage()
        except LedgerError:
            # the log says why the file cannot be used; the other figures stay
            continue
        for one in usages:
            labels = {"side": side, "quota": one.name}
            yield _figure("crmbridge_quota_limit", one.calls, **labels)
            if one.used is not None:
                yield _figure("crmbridge_quota_used", one.used, **labels)


def _systems(desk: Desk) -> Iterator[Figure]:
    now, real, troubles = time.monotonic(), SystemClock().now(), desk.alarms
    for side in desk.company.names:
        if side in desk.seen:
            yield _figure("crmbridge_since_look_seconds", now - desk.seen[side], side=side)
        up = all(desk.ways[side, way].state == "open" for way in ("in", "out"))
        yield _figure("crmbridge_system_up", up, side=side)
        alarm = troubles.get(side)
        down = _since(alarm, real) if alarm and alarm["state"] != "stuck" else 0.0
        yield _figure("crmbridge_system_down_seconds", down, side=side)
        yield _figure("crmbridge_mapping_warnings", len(desk.warnings.get(side, ())), side=side)
    for about, alarm in troubles.items():
        labels = {"about": about, "state": alarm["state"]}
        yield _figure("crmbridge_alarm_seconds", _since(alarm, real), **labels)


def _since(alarm: Mapping[str, str], now: datetime) -> float:
    return max(0.0, (now - parse_instant(alarm["since"])).total_seconds())
