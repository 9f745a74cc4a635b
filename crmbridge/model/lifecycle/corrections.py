"""What a late event changed in milestones that were already published (R1.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crmbridge.model.lifecycle.state import Cycle, Lifecycle

_CLOSING = ("closed", "outcome", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One published fact of a cycle that is now another; `after` is `None` when it is gone."""

    cycle: int
    milestone: str
    before: datetime | str
    after: datetime | str | None


def corrections(before: Lifecycle, after: Lifecycle) -> list[Correction]:
    """Return what was published in `before` and is not so in `after`, in order of cycles.

    Milestones that are merely new are no correction. An outcome that is taken back (a reopened
    deal) is one, and so is every milestone of a cycle that was voided.
    """
    now = {cycle.n: _published(cycle) for cycle in after.cycles}
    return [
        Correction(cycle=cycle.n, milestone=name, before=value, after=new)
        for cycle in before.cycles
        for name, value in _published(cycle).items()
        if (new := now.get(cycle.n, {}).get(name)) != value
    ]


def _published(cycle: Cycle) -> Mapping[str, datetime | str]:
    """Return what reports show of a cycle: effective dates first, then how it ended."""
    shown: dict[str, datetime | str] = {"opened": cycle.opened}
    shown |= {**cycle.milestones, **cycle.effective}
    shown |= {name: getattr(cycle, name) for name in ("kind", *_CLOSING) if getattr(cycle, name)}
    return shown
