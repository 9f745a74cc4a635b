"""Why leads wait, followed through the ledger's entries: each for one reason at a time (R4.10)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from crmbridge.agreement import Teams
from crmbridge.model.event import Event, said
from crmbridge.model.payload import Assigned, Waits

REASONS = frozenset(
    {"below_bar", "team_limit", "no_eligible_rep", "rep_absent", "outside_hours"}
    | {"owner_not_free", "no_capacity"}
)
LEAVES = frozenset(
    {"assigned", "unready", "queue_expired", "handed", "accepted", "qualified", "opportunity"}
    | {"disqualified", "merged", "erased"}
)


class Waiting:
    """Follows the waiting line; `wrong` counts what is wrong in it.

    `line` has the leads that wait and why, `by_reason` the leads that ever waited, by reason.
    `longest` is the longest that anybody waited before a rep was found.
    """

    def __init__(self, teams: Teams) -> None:
        self._most = {team.id: timedelta(days=team.max_wait_days) for team in teams.teams}
        self._since: dict[str, datetime] = {}
        self._told: set[str] = set()
        self._now: datetime | None = None
        self.line: dict[str, str] = {}
        self.by_reason: defaultdict[str, set[str]] = defaultdict(set)
        self.longest = timedelta(0)
        self.wrong: Counter[str] = Counter()

    def take(self, event: Event) -> None:
        """Follow one entry; entries come in the ledger's order."""
        if event.recorded_at != self._now:
            self.close()
            self._now = event.recorded_at
        lead = event.lead
        if event.type in ("ready", "unassigned"):
            self._since.setdefault(lead, event.at)
            self.line[lead] = ""
        elif event.type == Waits.type:
            for told in said([event], Waits):
                self._reason(lead, told.reason)
        elif event.type in LEAVES:
            self._leaves(event)

    def close(self) -> None:
        """End a moment: by then every lead in line has its reason."""
        silent = sum(1 for why in self.line.values() if not why)
        if silent:
            self.wrong["in line without a reason"] += silent
        self._told.clear()

    def _reason(self, lead: str, why: str) -> None:
        if lead not in self.line:
            self.wrong["told to wait, and not in line"] += 1
            return
        if lead in self._told:
            self.wrong["told two reasons at once"] += 1
        if why not in REASONS:
            self.wrong[f"in line for the unknown reason {why!r}"] += 1
        self._told.add(lead)
        self.line[lead] = why
        self.by_reason[why].add(lead)

    def _leaves(self, event: Event) -> None:
        self.line.pop(event.lead, None)
        told = event.payload
        if not isinstance(told, Assigned):
            self._since.pop(event.lead, None)
            return
        waited = event.at - self._since.get(event.lead, event.at)
        self.longest = max(self.longest, waited)
        if waited > self._most.get(told.team, waited):
            self.wrong["handed out after the longest wait allowed"] += 1
