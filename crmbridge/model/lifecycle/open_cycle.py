"""A cycle while the fold still writes it, and the milestones that it implies."""

from __future__ import annotations

from datetime import datetime

from crmbridge.model.lifecycle.legs import Legs
from crmbridge.model.lifecycle.state import Cycle

_FUNNEL_BACKWARDS = (
    *("opportunity", "accepted_on", "handed_on", "qualified", "accepted", "handed", "ready"),
)
_NOT_IMPLIED = ("accepted_on", "handed_on", "qualified")
_UNCALLED = (
    "override",
    "sales_initiated",
    "adopted",
)  # kinds of cycle that nobody ever called ready


class OpenCycle:
    """A cycle while the fold still writes it.

    `carried` says that a win began it, with the deals that were still open. `deals` are in the
    order in which they joined it; a person may be on hundreds.
    """

    __slots__ = (
        "carried",
        "closed",
        "deals",
        "kind",
        "legs",
        "milestones",
        "motion",
        "n",
        "opened",
        "org",
        "outcome",
        "reason",
    )

    def __init__(self, n: int, opened: datetime) -> None:
        self.n = n
        self.opened = opened
        self.carried = False
        self.milestones: dict[str, datetime] = {}
        self.kind = self.outcome = self.reason = self.motion = self.org = ""
        self.closed: datetime | None = None
        self.deals: dict[str, None] = {}
        self.legs = Legs()

    def frozen(self, voided: datetime | None = None) -> Cycle:
        """Return the cycle as it stands, voided at an instant or not."""
        return Cycle(
            n=self.n,
            opened=self.opened,
            milestones=self.milestones,
            effective=_effective(self.milestones, self.kind),
            kind=self.kind,
            outcome=self.outcome,
            reason=self.reason,
            closed=self.closed,
            deals=tuple(self.deals),
            voided=voided,
            legs=self.legs.frozen(),
            motion=self.motion,
            org=self.org,
        )


def _effective(milestones: dict[str, datetime], kind: str) -> dict[str, datetime]:
    """Fill skipped milestones with the instant of the next later one (R1.9)."""
    filled: dict[str, datetime] = {}
    later: datetime | None = None
    for name in _FUNNEL_BACKWARDS:
        at = milestones.get(name)
        if at is None and name not in _NOT_IMPLIED and (name != "ready" or kind not in _UNCALLED):
            at = later
        if at is not None:
            filled[name] = later = at
    return dict(reversed(filled.items()))
