"""Steps that came late: which do, and what those of one transaction changed of what was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmbridge.model.lifecycle import REASON_GIVEN, Correction, Lifecycle, corrections
from crmbridge.model.state import Happened
from crmbridge.store.projection import fold_life


@dataclass(slots=True, kw_only=True)
class Steps:
    """The steps of a lead that came since the last flush.

    `known` is how many there were before them, `cause` the key of the first entry among them that
    came late, empty while none did.
    """

    known: int
    cause: str = ""


def is_late(step: Happened, life: Sequence[Happened]) -> bool:
    """Whether a step goes before one that is known, or gives the reason of an end that is known.

    One that is known already, because a page is read again, changes nothing and is not late.
    """
    if step.kind == REASON_GIVEN:
        return True
    return any(one.at > step.at for one in life) and not any(
        one.at == step.at and one == step for one in life
    )


def corrected(life: Sequence[Happened], known: int, now: Lifecycle) -> list[Correction]:
    """Return what the first `known` steps said and is not so any more for late ones (R1.6).

    Nobody was told of what only the others said in between. What a step in its time takes back,
    as a deal that is reopened today, is no correction, also where late steps came beside it: each
    point must be so for the late ones, and would stand without them and with all others.
    """
    before = life[:known]
    changed = corrections(fold_life(before), now)
    timely = _in_time(life, known)
    if not changed or not timely:
        return changed
    otherwise = corrections(fold_life([*before, *timely]), now)
    return [one for one in changed if one in otherwise]


def _in_time(life: Sequence[Happened], known: int) -> list[Happened]:
    """Those of the steps after the first `known` that nothing known then went after."""
    newest = max((one.at for one in life[:known]), default=None)
    timely = []
    for one in life[known:]:
        if one.kind != REASON_GIVEN and (newest is None or one.at >= newest):
            timely.append(one)
            newest = one.at
    return timely
