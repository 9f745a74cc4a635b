"""What the reps do in Salesforce: each looks at their open leads and treats them as they use to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from crmbridge.testing.demo.cast import IGNORES, LOSSES, PLAYERS, REASONS, Player, by_email
from crmbridge.testing.demo.diary import Diary, Part
from crmbridge.testing.emulator import Remote

OPEN, WORKING = "Open - Not Contacted", "Working - Contacted"
REASON_FIELD = "Rejection_Reason__c"
AGAIN = "Sales-ready again"
"""How the task that hands a contact over begins; other tasks tell of a signal."""
CYCLE_FIELD = "CrmBridge_Cycle__c"
KEY_FIELD = "CrmBridge_Id__c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a story wants of one trip of one lead; empty values are left to chance."""

    course: str
    reason: str = ""
    amount: int = 0
    days: int = 0
    """Days from the first call to the end of the deal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A lead in the hands of a rep, once."""

    lead: str
    cycle: float
    owner: str
    email: str


@dataclass(slots=True)
class Desks:
    """All reps. `stories` gives the turns of certain people by address, one a trip."""

    remote: Remote
    diary: Diary
    seed: int
    stories: Mapping[str, list[Turn]]
    leads: dict[str, dict[str, Any]] = field(default_factory=dict)
    _trips: dict[str, int] = field(default_factory=dict)
    _seen: set[object] = field(default_factory=set)
    _tasks: int = 0
    _reps: dict[str, Player] = field(default_factory=dict)

    def look(self) -> None:
        """Each rep looks at their desk, and plans what to do with what is new."""
        if not self._reps:
            known = by_email()
            users = self.remote.state("User")
            self._reps = {one["Id"]: known[one["Email"]] for one in users if one["Email"] in known}
        self.leads = {one["Id"]: one for one in self.remote.state("Lead")}
        for row in sorted(self.leads.values(), key=lambda one: str(one.get("Email"))):
            if row["OwnerId"] in self._reps and row["Status"] == OPEN and not _gone(row):
                self._new(_trip(row))
        for task in sorted(self.remote.state("Task"), key=lambda one: str(one["Id"])):
            if task.get(KEY_FIELD) and task["Status"] == "Not Started":
                self._new_task(task)

    def _new(self, trip: Trip) -> None:
        if trip in self._seen:
            return
        self._seen.add(trip)
        number = self._trips[trip.email] = self._trips.get(trip.email, 0) + 1
        chance = Random(f"{self.seed} {trip.email} {number}")  # noqa: S311  # repeatable on purpose
        turns = self.stories.get(trip.email, [])
        player = self._reps[trip.owner]
        told = number <= len(turns)
        turn = turns[number - 1] if told else Turn(course=player.course(chance))
        if told and turn.course != "ignore" and player.id == IGNORES:
            trip = self._pass_on(trip)
        if turn.course != "ignore" and (told or chance.randrange(10) < player.calls):
            self.remote.act("log_activity", who=trip.lead)  # the clock of the first touch stops
        _COURSES[turn.course](self, trip, turn, chance)

    def _pass_on(self, trip: Trip) -> Trip:
        """The manager gives a lead of the rep who does nothing to the first of the others."""
        ident, player = next(pair for pair in self._reps.items() if pair[1].id == PLAYERS[0].id)
        self.remote.act("reassign", object="Lead", id=trip.lead, owner=player.email)
        self.leads[trip.lead] = self.leads[trip.lead] | {"OwnerId": ident}
        passed = replace(trip, owner=ident)
        self._seen.add(passed)
        return passed

    def _soon(self, days: int, trip: Trip, deed: Callable[[dict[str, Any]], object]) -> None:
        """Plan something that is only done if the rep still has the lead then."""

        def checked() -> None:
            row = self.leads.get(trip.lead)
            if row and not _gone(row) and row["Status"] in (OPEN, WORKING) and _trip(row) == trip:
                deed(row)

        self.diary.plan(self.diary.today + days, checked, Part.DESK)

    # courses

    def ignore(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Do nothing."""

    def silent(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Give it back, and do not say why."""
        days = chance.randint(0, 2)
        self._soon(days, trip, lambda _: self.remote.act("reject", id=trip.lead))

    def reject(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Give it back, and say why."""
        reason = turn.reason or _pick(REASONS, chance)
        days = 0 if turn.reason else chance.randint(0, 2)
        self._soon(days, trip, lambda _: self._reject(trip, reason))

    def _reject(self, trip: Trip, reason: str) -> None:
        self.remote.act("reject", id=trip.lead, reason=reason, reason_field=REASON_FIELD)

    def give_back(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Take it on, talk, and then give it back."""
        self._take(trip, chance.randint(0, 2))
        reason = turn.reason or _pick(REASONS, chance)
        self._soon(chance.randint(4, 9), trip, lambda _: self._reject(trip, reason))

    def idle(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Take it on, and forget it."""
        self._take(trip, chance.randint(0, 2))

    def lose(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Make a deal of it, and lose it."""
        self._deal(trip, turn, chance, won=False)

    def win(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Make a deal of it, and win it."""
        self._deal(trip, turn, chance, won=True)

    def _take(self, trip: Trip, days: int) -> None:
        fields = {"Status": WORKING}
        edit: dict[str, Any] = {"object": "Lead", "id": trip.lead, "fields": fields}
        self._soon(days, trip, lambda _: self.remote.act("edit", **edit))
        self._soon(days, trip, lambda _: self.remote.act("log_activity", who=trip.lead))

    def _deal(self, trip: Trip, turn: Turn, chance: Random, *, won: bool) -> None:
        first = 0 if turn.days else chance.randint(0, 2)
        self._take(trip, first)
        talks = first + (1 if turn.days else chance.randint(2, 6))
        amount = turn.amount or 500 * chance.randint(9, 90)
        lasts = turn.days or chance.randint(6, 26)
        loss = turn.reason or _pick(LOSSES, chance)

        def convert(row: dict[str, Any]) -> None:
            made = self.remote.act(
                "convert",
                id=trip.lead,
                opportunity={"Name": f"{row['Company']}, inline control", "Amount": amount},
            )
            self._close(made["opportunityId"], lasts, "" if won else loss, story=bool(turn.days))

        self._soon(talks, trip, convert)

    def _close(self, deal: str, days: int, loss: str, *, story: bool) -> None:
        """Plan the end of a deal; one of a story ends before the demo does."""
        day = self.diary.today + days
        fields = {"fields": {"Loss_Reason__c": loss}} if loss else {}

        def deed() -> None:
            self.remote.act("close_deal", id=deal, won=not loss, **fields)

        self.diary.plan(self.diary.before_end(day) if story else day, deed, Part.DESK)

    # people who are contacts already

    def _new_task(self, task: dict[str, Any]) -> None:
        """A contact is ready again: the rep calls, and a new deal begins."""
        if task["Id"] in self._seen or task["OwnerId"] not in self._reps:
            return
        if not str(task.get("Subject", "")).startswith(AGAIN):
            return
        self._seen.add(task["Id"])
        chance = Random(f"{self.seed} {task['Subject']} {len(self._seen)}")  # noqa: S311
        first = not self._tasks
        self._tasks += 1
        course = "win" if first else self._reps[task["OwnerId"]].course(chance)
        if course in ("win", "lose"):
            loss = "" if course == "win" else _pick(LOSSES, chance)
            self.diary.plan(
                self.diary.today + (not first), lambda: self._call(task, chance, loss), Part.DESK
            )

    def _call(self, task: dict[str, Any], chance: Random, loss: str) -> None:
        done = {"Status": "Completed"}
        self.remote.act("edit", object="Task", id=task["Id"], fields=done)
        amount = 500 * chance.randint(9, 60)
        made = self.remote.act(
            "create_deal", name="Second try", amount=amount, contact=task["WhoId"]
        )
        self._close(made["id"], 21, loss, story=True)


_COURSES: Mapping[str, Callable[[Desks, Trip, Turn, Random], None]] = {
    "ignore": Desks.ignore,
    "silent": Desks.silent,
    "reject": Desks.reject,
    "give_back": Desks.give_back,
    "idle": Desks.idle,
    "lose": Desks.lose,
    "win": Desks.win,
}


def _gone(row: Mapping[str, Any]) -> bool:
    return bool(row.get("IsDeleted") or row.get("IsConverted"))


def _trip(row: Mapping[str, Any]) -> Trip:
    return Trip(
        lead=row["Id"],
        cycle=float(row.get(CYCLE_FIELD) or 0),
        owner=row["OwnerId"],
        email=str(row.get("Email") or "").lower(),
    )


def _pick(choices: Mapping[str, int], chance: Random) -> str:
    return chance.choices(list(choices), list(choices.values()))[0]
