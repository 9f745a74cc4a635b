"""What each source brought: leads, how far they came, and the won money behind them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from crmbridge.model.money import Money
from crmbridge.policy.totals.counted import BACK, STEP
from crmbridge.policy.totals.money import BY_FIRST, BY_LAST, BY_SOURCE
from crmbridge.report.text import UNKNOWN
from crmbridge.store import totals
from crmbridge.store.table import Tx

COUNTED = ("known", "ready", "handed", "accepted", "opportunity", "won")


def sources(tx: Tx) -> dict[str, Any]:
    """Return counts of cycles by source, and won money by source, first touch and last touch.

    Money is `{currency: amount}` as text in major units: each won deal that stands counts once,
    in equal parts for the leads on it (R6.16), and currencies are never added up. The three
    tables tell the same money three times.
    """
    counts: dict[str, dict[str, int]] = {}
    for (what, step, source), (n, _) in totals.read(tx, STEP, BACK).items():
        row = counts.setdefault(source or UNKNOWN, dict.fromkeys((*COUNTED, "back"), 0))
        name = "back" if what == BACK else step
        if name in row:
            row[name] += n
    won = _money(tx, BY_SOURCE)
    none = dict.fromkeys((*COUNTED, "back"), 0)  # all cycles of a source may have been taken over
    rows = [
        {"source": name, **counts.get(name, none), "revenue": won.get(name, {})}
        for name in sorted(counts.keys() | won.keys())
    ]
    return {"sources": rows, "first_touch": _money(tx, BY_FIRST), "last_touch": _money(tx, BY_LAST)}


def _money(tx: Tx, what: str) -> dict[str, dict[str, str]]:
    """Won money by name and currency."""
    sums: Counter[tuple[str, str]] = Counter()
    for (_, name, currency), (_, minor) in totals.read(tx, what).items():
        sums[name or UNKNOWN, currency] += minor
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for (name, currency), minor in sorted(sums.items()):
        found[name][currency] = str(Money(minor, currency).amount)
    return dict(found)
