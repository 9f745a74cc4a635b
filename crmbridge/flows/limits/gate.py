"""Says before a batch leaves whether what is owed would exceed the company's limits.

A pass is one `sync` or one applied plan; in the daemon it lasts until nothing is owed and nobody is
due any more, an hour at the longest. What is judged is the whole of it, what was sent already and
all that is still owed, so that the first write of too many does not leave either. Once stopped, no
new pass begins: until a person lets it through, or less is owed, opt-outs alone leave. A new day
begins with nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from crmbridge.company import Company
from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.lifecycle.stage import TOMBSTONES
from crmbridge.policy.limits.judge import SHARE, Load, Over, bounds, drawn, over
from crmbridge.store import anew, cursors, limits, live, totals
from crmbridge.store.limits import Tally
from crmbridge.store.outbox import Op
from crmbridge.store.table import Tx

LONGEST = timedelta(hours=1)
"""How long a pass of the daemon lasts while something is always owed."""
ALLOWED = timedelta(days=1)
"""How long what a person let through may take to leave."""


def over_limits(company: Company, tx: Tx) -> list[Over]:
    """The limits that would be exceeded if all that is owed left; keeps that it stopped.

    The cost is a walk over the open operations.
    """
    tally = limits.get(tx).on(today(company))
    kinds, leads = owed(company, tx)
    found = exceeded(company, tx, tally, kinds, leads)
    stopped = _stopped(company, tally, found)
    if stopped != tally.stopped:
        limits.put(tx, replace(tally, stopped=stopped))
    return found


def owed(company: Company, tx: Tx) -> tuple[Counter[str], set[str]]:
    """What is owed, by kind, and the leads that what is counted is about."""
    return _sums(limits.owed(tx, written(company, tx)))


def written(company: Company, tx: Tx) -> tuple[str, ...]:
    """The systems that are written: what others are owed waits for a plan, and stops nobody."""
    out = live.kept_out(tx, company.names)
    return tuple(name for name in company.names if name not in out)


def _sums(rows: Iterable[tuple[str, str]]) -> tuple[Counter[str], set[str]]:
    """What rows of (lead, counts) come to."""
    leads: set[str] = set()
    kinds: Counter[str] = Counter()
    for counts, number in Counter(_by_counts(rows, leads)).items():
        for kind in counts.split():
            kinds[kind] += number
    return kinds, leads


def _by_counts(rows: Iterable[tuple[str, str]], leads: set[str]) -> Iterator[str]:
    for lead, counts in rows:
        if counts:
            leads.add(lead)
            yield counts


def today(company: Company) -> str:
    """The present day in the company's zone."""
    return company.now().astimezone(company.zone).date().isoformat()


def known(tx: Tx) -> int:
    """How many leads there are to write about."""
    return sum(n for stage, n in totals.by_stage(tx).items() if stage not in TOMBSTONES)


def exceeded(
    company: Company,
    tx: Tx,
    tally: Tally,
    kinds: Counter[str],
    leads: set[str],
    *,
    first: bool = False,
) -> list[Over]:
    """The limits that would be exceeded if this left: so many of each kind, about these leads."""
    limited = company.mapping.limits
    line = bounds(limited.by_kind(), limited.share, known(tx), first=first)

    def judged(more: int) -> list[Over]:
        load = Load(
            owed={**kinds, SHARE: more},
            passed=tally.passed,
            today=tally.today,
            allowed=tally.allowed,
        )
        return list(over(load, line))

    found = judged(len(leads))
    if any(one.kind == SHARE for one in found) and tally.passed.get(SHARE):
        # a lead that was counted in this pass already is one all the same
        return judged(len(leads - limits.counted(tx, leads, company.names, tally.began)))
    return found


def _stopped(company: Company, tally: Tally, found: Sequence[Over]) -> dict[str, Any]:
    if not found:
        return {}
    since = tally.stopped.get("since") or instant(company.now())
    return {"since": since, "over": [asdict(one) for one in found]}


def count(company: Company, ops: Iterable[Op]) -> tuple[Counter[str], set[str]]:
    """What operations count as, by kind, and the leads that what is counted is about."""
    return _sums((op.lead, op.counts) for op in ops if op.system in company.names)


def note_taken(company: Company, tx: Tx, ops: Sequence[Op]) -> None:
    """Count operations that a system took, before they are settled in the same transaction."""
    kinds, leads = count(company, ops)
    if not kinds:
        return
    tally = limits.get(tx).on(today(company))
    kinds[SHARE] = len(leads - limits.counted(tx, leads, company.names, tally.began))
    counts, left = drawn(kinds, tally.allowed)
    passed = dict(Counter(tally.passed) + counts)
    del counts[SHARE]
    limits.put(
        tx,
        replace(tally, passed=passed, today=dict(Counter(tally.today) + counts), allowed=left),
    )


def of_next(company: Company, tx: Tx) -> Tally:
    """What counts for what is sent next: of a new pass, unless the writer stopped in this one."""
    tally = limits.get(tx).on(today(company))
    return tally if tally.stopped else begun(company, tally)


def begun(company: Company, tally: Tally) -> Tally:
    """A new pass: nothing was sent in it. What a person let through for it stays."""
    return replace(
        tally,
        began=time.time(),
        since=instant(company.now()),
        passed={},
        allowed=tally.allowed if tally.fresh else {},
        fresh=False,
    )


def look(company: Company) -> list[Over]:
    """The limits at which the writer stopped and that still hold it; nothing when it may go on."""
    with company.ledger.read() as tx:
        if not limits.get(tx).stopped:
            return []
    with company.ledger.write("limits") as tx:
        return over_limits(company, tx)


def begin_pass(company: Company) -> None:
    """Begin a new pass, unless the writer stopped in the one before and still has to."""
    if look(company):
        return
    with company.ledger.write("limits") as tx:
        limits.put(tx, begun(company, limits.get(tx)))


def go_on(company: Company) -> None:
    """Begin a new pass of the daemon where the one before is over."""
    with company.ledger.read() as tx:
        tally = limits.get(tx)
    if _over(tally, company.now()):
        begin_pass(company)


def _over(tally: Tally, now: datetime) -> bool:
    if not tally.since:
        return True
    longest = ALLOWED if tally.allowed else LONGEST
    return not timedelta(0) <= now - parse_instant(tally.since) <= longest


def end_if_quiet(company: Company) -> None:
    """End a pass of the daemon once nothing is owed and nobody is due."""
    with company.ledger.read() as tx:
        if not limits.get(tx).since or anew.under_way(tx):
            return
        if cursors.due_count(tx, company.now()) or limits.owed(tx, written(company, tx)):
            return
    with company.ledger.write("limits") as tx:
        limits.put(tx, replace(limits.get(tx), since=""))
