"""How far leads come on their way to a won deal, and how many wait or come back."""

from __future__ import annotations

from typing import Any

from crmbridge.policy.totals.counted import ADOPTED, RETURNED, STEP, WAITS
from crmbridge.policy.totals.trip import BACK, STEPS
from crmbridge.store import totals
from crmbridge.store.table import Tx


def funnel(tx: Tx) -> dict[str, Any]:
    """Return how many cycles reached each step, what came back, and what waits, and why.

    `returns` is outcome -> reason -> count, `waiting` reason -> count of leads in the line now.
    `handed` may exceed `ready`: sales also takes leads that nobody called ready. `adopted` counts
    by outcome (`open` for none yet) the cycles that were under way or over when crmbridge came:
    they are in no other figure (R1.17).
    """
    steps = dict.fromkeys(STEPS, 0)
    back: dict[str, dict[str, int]] = {}
    waiting: dict[str, int] = {}
    adopted: dict[str, int] = {}
    for (what, name, detail), (n, _) in totals.read(tx, STEP, RETURNED, WAITS, ADOPTED).items():
        if what == STEP:
            steps[name] += n
        elif what == RETURNED:
            back.setdefault(name, {})[detail] = n
        elif what == ADOPTED:
            adopted[name or "open"] = adopted.get(name or "open", 0) + n
        else:
            waiting[name] = n
    return {
        "steps": steps,
        "returns": {outcome: back[outcome] for outcome in BACK if outcome in back},
        "waiting": waiting,
        "adopted": adopted,
    }
