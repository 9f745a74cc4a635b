"""What a digest says of crmbridge: what waits for a person, what is paused, late postings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from crmbridge.model.money import Money
from crmbridge.policy.digest.choose import Kind
from crmbridge.report.digest.item import Item, moved, told
from crmbridge.report.digest.week import Looked
from crmbridge.report.frame.words import money
from crmbridge.report.text import many
from crmbridge.store import alarms, held
from crmbridge.store.book_corrections import Late, late
from crmbridge.store.book_rows import REVENUE

OPERATORS, MARKETING = "operators", "marketing"
OF_SALES = "sla_breach"
"""Held work that is said as clocks already."""
UNSENT = frozenset({"deal_refused", "message_unsure", "opt_out_refused", "refused", "slow"})
"""Held work that is a write, or a message, which did not go."""
STATES = {"refused": "its files are refused", "stuck": "stuck", "failing": "failing"}
LEAST = ("away", "low")
"""States that end by themselves."""


def health(look: Looked) -> Iterator[Item]:
    """What of crmbridge waits for a person now."""
    if not look.newest:
        return
    counts = held.counts(look.tx)
    unsent = sum(n for kind, n in counts.items() if kind in UNSENT)
    rest = sum(n for kind, n in counts.items() if kind not in UNSENT and kind != OF_SALES)
    yield from _held(look, "sync:dead_letter", unsent, "Writes that did not go", "written")
    yield from _held(look, "sync:held", rest, "What needs attention", "looked at")
    for system, one in sorted(alarms.alarms(look.tx).items()):
        if one["state"] not in LEAST:
            yield _down(look, system, str(one["state"]), str(one["since"]))


def _held(look: Looked, key: str, n: int, about: str, done: str) -> Iterator[Item]:
    before, last = told(look.told, key)
    if not n and not last:
        return
    yield Item(
        key=key,
        kind=Kind.SYNC_HEALTH,
        value=n,
        about=about,
        number=f"{n:,} {'waits' if n == 1 else 'wait'} to be {done}",
        before=before,
        agreed="none",
        verdict=moved(n, last),
        action="Answer each by its advice",
        page="attention",
        command="crmbridge held list",
        whose=OPERATORS,
        last=last,
    )


def _down(look: Looked, system: str, state: str, since: str) -> Item:
    key = f"sync:{state}:{system}"
    return Item(
        key=key,
        kind=Kind.SYNC_HEALTH,
        value=1,
        about=system.replace(".", " by ").capitalize(),
        number=f"{STATES.get(state, state)} since {since[:10]}",
        before="",
        agreed="none",
        verdict="nothing is lost, and what is owed waits",
        action="Mend what its message names",
        page="sync",
        command="crmbridge status",
        whose=OPERATORS,
        last=look.told.get(key),
    )


def corrections(look: Looked) -> Iterator[Item]:
    """What was posted in the week of deals of earlier weeks, by their month."""
    now, then = (_by_month(look, back) for back in (0, 1))
    for month in sorted(now):
        rows, last = now[month], {one.deal for one in then.get(month, ())}
        deals = {one.deal for one in rows}
        home = look.company.mapping.currency
        changed = sum(one.minor for one in rows if one.measure == REVENUE and one.currency == home)
        sign = "+" if changed > 0 else ""
        yield Item(
            key=f"corr:{month}",
            kind=Kind.CORRECTION,
            value=len(deals),
            about=f"Books of {month}",
            number=f"{many(len(deals), 'deal')} came late or {_was(len(deals))} corrected, "
            f"{sign}{money(Money(changed, home))} of revenue",
            before=str(len(last)),
            agreed="",
            verdict="figures of that month that were shown before have changed",
            action="Use the new figures",
            page="contribution",
            command="crmbridge report contribution",
            whose=MARKETING,
            last=len(last),
        )


def _was(n: int) -> str:
    return "was" if n == 1 else "were"


def _by_month(look: Looked, back: int) -> dict[str, list[Late]]:
    first = look.week.first_day(look.company.zone) - timedelta(days=7 * back)
    definition = look.company.agreement.attribution.sourced
    found: dict[str, list[Late]] = defaultdict(list)
    for one in late(look.tx, definition, first, first + timedelta(days=7)):
        found[f"{one.day:%Y-%m}"].append(one)
    return found
