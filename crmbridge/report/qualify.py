"""How far leads come on their way to a won deal, and how many wait or come back."""

from __future__ import annotations

from typing import Any

from crmbridge.model.lifecycle import EXPANSION
from crmbridge.policy.totals.counted import (
    ADOPTED,
    BETWEEN,
    ENDED,
    EXPANDED,
    RETURNED,
    STEP,
    WAITS,
)
from crmbridge.policy.totals.trip import BACK, ON, ORDER
from crmbridge.store import totals
from crmbridge.store.table import Tx

_CYCLES = (STEP, RETURNED, ENDED, BETWEEN)


def counts(tx: Tx, motion: str, *what: str) -> dict[tuple[str, str, str], int]:
    """Return what is counted of cycles, all of them or those of one motion: new or expansion."""
    whole = {key: n for key, (n, _) in totals.read(tx, *what).items()}
    if not motion:
        return whole
    found = totals.read(tx, *(EXPANDED + one for one in what))
    sold = {(one.removeprefix(EXPANDED), a, b): n for (one, a, b), (n, _) in found.items()}
    if motion == EXPANSION:
        return sold
    return {key: left for key, n in whole.items() if (left := n - sold.get(key, 0))}


def funnel(tx: Tx, motion: str = "") -> dict[str, Any]:
    """Return how many cycles reached each step, what came back, and what waits, and why.

    `returns` is outcome -> reason -> count, `waiting` reason -> count of leads in the line now.
    `handed` may exceed `ready`: sales also takes leads that nobody called ready. `adopted` counts
    by outcome (`open` for none yet) the cycles that were under way or over when crmbridge came:
    they are in no other figure (R1.17). `lost` is step -> outcome -> count of the cycles that came
    back and had come no further. `between` is outcome -> reason -> count of leads that a team of
    sales gave back to the one that had handed them on, in the same cycle; the steps of teams in a
    row are there where any lead took them. `motion` counts the cycles of new business or of
    expansion alone; what waits, and what was adopted, is then left out.
    """
    steps = dict.fromkeys(ORDER, 0)
    back: dict[str, dict[str, int]] = {}
    lost: dict[str, dict[str, int]] = {}
    between: dict[str, dict[str, int]] = {}
    waiting: dict[str, int] = {}
    adopted: dict[str, int] = {}
    asked = _CYCLES if motion else (*_CYCLES, WAITS, ADOPTED)
    for (what, name, detail), n in counts(tx, motion, *asked).items():
        if what == STEP:
            steps[name] += n
        elif what == ENDED:
            lost.setdefault(name, {})[detail] = n
        elif what == BETWEEN:
            between.setdefault(name, {})[detail] = n
        elif what == RETURNED:
            back.setdefault(name, {})[detail] = n
        elif what == ADOPTED:
            adopted[name or "open"] = adopted.get(name or "open", 0) + n
        else:
            waiting[name] = n
    if not any(steps[name] for name in ON):
        steps = {name: n for name, n in steps.items() if name not in ON}
    return {
        "steps": steps,
        "lost": {step: lost[step] for step in ORDER if step in lost},
        "returns": {outcome: back[outcome] for outcome in BACK if outcome in back},
        "between": {outcome: between[outcome] for outcome in BACK if outcome in between},
        "waiting": waiting,
        "adopted": adopted,
    }
