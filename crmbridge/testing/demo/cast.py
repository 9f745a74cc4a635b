"""The five reps of the demo, how each of them works, and the teams file that names them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

COURSES = ("ignore", "silent", "reject", "give_back", "idle", "lose", "win")
"""What a rep makes of a lead: does nothing; gives it back at once, without or with a reason; gives
it back after taking it on; takes it on and forgets it; makes a deal of it, and loses or wins it."""

REASONS = {
    "Needs nurture": 5,
    "Bad timing": 4,
    "No answer": 4,
    "No budget": 3,
    "Not the decision maker": 3,
    "No fit": 2,
    "No need": 1,
    "Wrong data": 1,
}
"""Reasons for giving a lead back, as acme's Salesforce spells them, and how often each comes."""

LOSSES = {"Competitor": 3, "No budget": 3, "Bad timing": 2, "No decision": 2}
"""Reasons for losing a deal, and how often each is picked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A rep: `habits` says how often they take each course, `words` what a manager would say.

    Of ten new leads they call `calls` on the day itself. They hold `open_limit` leads in work and
    are given `per_day`.
    """

    id: str
    name: str
    open_limit: int
    per_day: int
    calls: int
    habits: Mapping[str, int]
    words: str

    @property
    def email(self) -> str:
        """The rep's address, in both systems."""
        return f"{self.name.lower().replace(' ', '.')}@halden.example"

    def course(self, chance: Random) -> str:
        """Pick what the rep makes of one lead."""
        return chance.choices(list(self.habits), list(self.habits.values()))[0]


_STEADY = {"reject": 20, "silent": 4, "give_back": 11, "idle": 8, "lose": 28, "win": 26}

PLAYERS = (
    Player(
        id="lea",
        name="Lea Hartmann",
        open_limit=10,
        per_day=3,
        calls=9,
        habits=_STEADY,
        words="steady, the best closer",
    ),
    Player(
        id="tom",
        name="Tom Osei",
        open_limit=9,
        per_day=3,
        calls=8,
        habits=_STEADY,
        words="steady",
    ),
    Player(
        id="nina",
        name="Nina Castell",
        open_limit=6,
        per_day=2,
        calls=6,
        habits=_STEADY | {"idle": 18, "win": 16},
        words="new, and a little slow",
    ),
    Player(
        id="rolf",
        name="Rolf Wenger",
        open_limit=7,
        per_day=2,
        calls=5,
        habits={"silent": 38, "reject": 34, "give_back": 8, "lose": 12, "win": 8},
        words="gives most of his leads back",
    ),
    Player(
        id="gus",
        name="Gus Moreau",
        open_limit=8,
        per_day=2,
        calls=0,
        habits={"ignore": 85, "idle": 7, "lose": 4, "win": 4},
        words="lets his leads lie",
    ),
)
MANAGER = "mia.roth@halden.example"

REJECTS_TOO_MUCH, IGNORES = "rolf", "gus"


def by_email() -> dict[str, Player]:
    """The reps by address."""
    return {one.email: one for one in PLAYERS}


def teams_file(acme: str) -> str:
    """Acme's `teams.toml` with the demo's reps: its calendar, bar and limits, one team for all."""
    head, _, _ = acme.partition("[[teams.reps]]")
    head = re.sub(r"(?m)^takes .*\n", "", head)
    lines = [re.sub(r"(?m)^(manager *= ).*$", rf'\1"{MANAGER}"', head)]
    for one in PLAYERS:
        lines += [
            "[[teams.reps]]",
            f'id         = "{one.id}"',
            f'name       = "{one.name}"',
            f'email      = "{one.email}"',
            f"open_limit = {one.open_limit}",
            f"per_day    = {one.per_day}",
            "",
        ]
    return "\n".join(lines)
