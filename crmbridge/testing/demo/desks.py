"""What sales does in its screens: each looks at their open leads and treats them as they use to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from crmbridge.testing.demo.cast import (
    AGAIN,
    CALLERS,
    IGNORES,
    LOSSES,
    MISFITS,
    PLAYERS,
    REASONS,
    Player,
    by_email,
)
from crmbridge.testing.demo.diary import Diary, Part
from crmbridge.testing.screens import Feature, SalesScreens, Seen, Task

READY_AGAIN = "Sales-ready again"
"""How the task that hands a contact over begins; other tasks tell of a signal."""
_WORKED = ("open", "ongoing")
"""What the status of a lead counts as that somebody has in hand."""
_MISFIT, _OF = 8, 10
"""Of ten leads of a source that seldom fits, so many are given back at once for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a story wants of one time that somebody has a lead; empty values are left to chance."""

    course: str
    reason: str = ""
    amount: int = 0
    days: int = 0
    """Days from the first call to the end of the deal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A lead in the hands of a caller or a rep, once."""

    lead: str
    cycle: float
    owner: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal of somebody; `loss` is why it will be lost, empty where it will be won."""

    id: str = ""
    email: str
    loss: str


@dataclass(slots=True)
class Desks:
    """All who work leads. `stories` gives the turns of certain people by address, in order.

    `bought` is told the address of everybody whose deal is won. `poor` are the addresses of those
    whom a source brings that seldom fits.
    """

    sales: SalesScreens
    diary: Diary
    seed: int
    stories: Mapping[str, list[Turn]]
    bought: Callable[[str], None]
    poor: frozenset[str] = frozenset()
    leads: dict[str, Seen] = field(default_factory=dict)
    _trips: dict[str, int] = field(default_factory=dict)
    _holders: dict[tuple[str, float], list[str]] = field(default_factory=dict)
    """Lead and cycle -> who had it, in order."""
    _tasks: set[str] = field(default_factory=set)
    _reps: dict[str, Player] = field(default_factory=dict)

    def look(self) -> None:
        """Each rep looks at their desk, and plans what to do with what is new."""
        if not self._reps:
            known = by_email()
            users = self.sales.users().items()
            self._reps = {ident: known[email] for email, ident in users if email in known}
        self.leads = {one.id: one for one in self.sales.leads()}
        for seen in sorted(self.leads.values(), key=lambda one: str(one.words.get("email"))):
            if seen.owner in self._reps and seen.status == "open" and not seen.gone:
                self._new(_trip(seen))
        for task in sorted(self.sales.tasks(), key=lambda one: one.id):
            if task.key and task.open:
                self._new_task(task)

    def _new(self, trip: Trip) -> None:
        holders = self._holders.setdefault((trip.lead, trip.cycle), [])
        if holders[-1:] == [trip.owner]:
            return
        player = self._reps[trip.owner]
        back = trip.owner in holders and player in CALLERS
        holders.append(trip.owner)
        turn, chance, told = self._turn(trip.email, AGAIN if back else player.habits)
        if told and turn.course != "ignore" and player.id == IGNORES:
            trip = self._pass_on(trip)
        if turn.course != "ignore" and (told or chance.randrange(10) < player.calls):
            self.sales.call(trip.lead)  # the clock of the first touch stops
        _COURSES[turn.course](self, trip, turn, chance)

    def _turn(self, email: str, habits: Mapping[str, int]) -> tuple[Turn, Random, bool]:
        """What becomes of a lead this time, chance for the rest, and whether a story says so."""
        number = self._trips[email] = self._trips.get(email, 0) + 1
        chance = Random(f"{self.seed} {email} {number}")  # noqa: S311  # repeatable on purpose
        turns = self.stories.get(email, [])
        if number <= len(turns):
            return turns[number - 1], chance, True
        turn = Turn(course=_pick(habits, chance))
        if email in self.poor and chance.randrange(_OF) < _MISFIT:
            turn = Turn(course="reject", reason=_pick(MISFITS, chance))
        return turn, chance, False

    def _pass_on(self, trip: Trip) -> Trip:
        """The manager gives a lead of the rep who does nothing to the first of the others."""
        ident, player = next(pair for pair in self._reps.items() if pair[1].id == PLAYERS[0].id)
        self.sales.reassign(trip.lead, player.email)
        self.leads[trip.lead] = replace(self.leads[trip.lead], owner=ident)
        self._holders[trip.lead, trip.cycle].append(ident)
        return replace(trip, owner=ident)

    def _soon(self, days: int, trip: Trip, deed: Callable[[Seen], object]) -> None:
        """Plan something that is only done if the rep still has the lead then."""

        def checked() -> None:
            seen = self.leads.get(trip.lead)
            if seen and not seen.gone and seen.status in _WORKED and _trip(seen) == trip:
                deed(seen)

        self.diary.plan(self.diary.today + days, checked, Part.DESK)

    # courses

    def ignore(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Do nothing."""

    def silent(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Give it back, and do not say why."""
        days = chance.randint(0, 2)
        self._soon(days, trip, lambda _: self.sales.give_back(trip.lead))

    def reject(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Give it back, and say why."""
        reason = turn.reason or _pick(REASONS, chance)
        days = 0 if turn.reason else chance.randint(0, 2)
        self._soon(days, trip, lambda _: self.sales.give_back(trip.lead, reason))

    def give_back(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Take it on, talk, and then give it back."""
        self._take(trip, chance.randint(0, 2))
        reason = turn.reason or _pick(REASONS, chance)
        days = chance.randint(4, 9)
        self._soon(days, trip, lambda _: self.sales.give_back(trip.lead, reason))

    def idle(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Take it on, and forget it."""
        self._take(trip, chance.randint(0, 2))

    def qualify(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Talk, and find a case in it: another team has it next."""
        first = 0 if turn.days else chance.randint(0, 1)
        self._take(trip, first)
        days = first if turn.days else first + chance.randint(0, 2)
        self._soon(days, trip, lambda _: self.sales.qualify(trip.lead))

    def lose(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Make a deal of it, and lose it."""
        self._deal(trip, turn, chance, won=False)

    def win(self, trip: Trip, turn: Turn, chance: Random) -> None:
        """Make a deal of it, and win it."""
        self._deal(trip, turn, chance, won=True)

    def _take(self, trip: Trip, days: int) -> None:
        self._soon(days, trip, lambda _: self.sales.take(trip.lead))
        self._soon(days, trip, lambda _: self.sales.call(trip.lead))

    def _meet(self, trip: Trip) -> None:
        """Meet, before there is a deal; a deed of nothing where sales has no meetings."""
        if Feature.MEETINGS not in self.sales.lacks:
            self.sales.meet(trip.lead, "Meeting: measuring in the line")

    def _deal(self, trip: Trip, turn: Turn, chance: Random, *, won: bool) -> None:
        first = 0 if turn.days else chance.randint(0, 2)
        self._take(trip, first)
        talks = first + (1 if turn.days else chance.randint(2, 6))
        amount = turn.amount or 500 * chance.randint(9, 90)
        lasts = turn.days or chance.randint(6, 26)
        loss = turn.reason or _pick(LOSSES, chance)

        def convert(seen: Seen) -> None:
            name = f"{seen.words.get('account')}, inline control"
            made = self.sales.deal_of(trip.lead, amount, name)
            deal = Deal(id=made, email=trip.email, loss="" if won else loss)
            self._close(deal, lasts, story=bool(turn.days))

        self._soon(max(first, talks - 1), trip, lambda _: self._meet(trip))
        self._soon(talks, trip, convert)

    def _close(self, deal: Deal, days: int, *, story: bool) -> None:
        """Plan the end of a deal; one of a story ends before the demo does."""
        day = self.diary.today + days

        def deed() -> None:
            self.sales.close(deal.id, deal.loss)
            if not deal.loss:
                self.bought(deal.email)

        self.diary.plan(self.diary.before_end(day) if story else day, deed, Part.DESK)

    # people who are contacts already

    def _new_task(self, task: Task) -> None:
        """A contact is ready again: whose task it is calls, and a new deal begins."""
        if task.id in self._tasks or task.owner not in self._reps:
            return
        if not task.subject.startswith(READY_AGAIN):
            return
        self._tasks.add(task.id)
        player = self._reps[task.owner]
        email = self.sales.email_of(task.person)
        turn, chance, told = self._turn(email, player.habits)
        seller = player
        if player in CALLERS:
            seller = PLAYERS[0] if told else chance.choice(PLAYERS)
            if turn.course == "qualify":
                turn = Turn(course=seller.course(chance))
        if turn.course in ("win", "lose"):
            deal = Deal(email=email, loss="" if turn.course == "win" else _pick(LOSSES, chance))
            day = self.diary.today + (not told)
            self.diary.plan(day, lambda: self._call(task, chance, seller, deal), Part.DESK)

    def _call(self, task: Task, chance: Random, seller: Player, deal: Deal) -> None:
        """Call a contact, and open a deal; a caller opens it for the rep who is to sell."""
        self.sales.finish(task.id)
        owner = next(ident for ident, one in self._reps.items() if one == seller)
        amount = 500 * chance.randint(9, 60)
        named = {"name": "Second try", "owner": owner, "source": "Web"}
        made = self.sales.open_deal(task.person, amount, **named)
        self._close(replace(deal, id=made), 21, story=True)


_COURSES: Mapping[str, Callable[[Desks, Trip, Turn, Random], None]] = {
    "ignore": Desks.ignore,
    "silent": Desks.silent,
    "reject": Desks.reject,
    "give_back": Desks.give_back,
    "idle": Desks.idle,
    "qualify": Desks.qualify,
    "lose": Desks.lose,
    "win": Desks.win,
}


def _trip(seen: Seen) -> Trip:
    cycle = float(seen.words.get("cycle") or 0)
    return Trip(lead=seen.id, cycle=cycle, owner=seen.owner, email=seen.email)


def _pick(choices: Mapping[str, int], chance: Random) -> str:
    return chance.choices(list(choices), list(choices.values()))[0]
