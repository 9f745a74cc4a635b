"""Who works leads in the demo, and how: callers, reps, who looks after customers; their file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

COURSES = ("ignore", "silent", "reject", "give_back", "idle", "qualify", "lose", "win")
"""What somebody makes of a lead: does nothing; gives it back at once, without or with a reason;
gives it back after taking it on; takes it on and forgets it; qualifies it, so that it goes on to
the next team; makes a deal of it, and loses or wins it."""

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
"""Reasons for giving a lead back, as acme's sales spells them, and how often each comes."""

POOR = "PAID_SEARCH"
"""The source, as marketing calls it, whose people seldom are what the reps sell to."""
SOUND = "ORGANIC_SEARCH"
"""The one that brings most of those who are."""
MISFITS = {"No fit": 5, "No need": 4, "Wrong data": 1}
"""Why callers give back most of them, and how often each reason comes."""

LOSSES = {"Competitor": 3, "No budget": 3, "Bad timing": 2, "No decision": 2}
"""Reasons for losing a deal, and how often each is picked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """A rep or a caller: `habits` says how often they take each course, `words` what they are like.

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


_CALLS = {"qualify": 64, "reject": 14, "silent": 6, "give_back": 7, "idle": 4, "ignore": 5}
AGAIN = {"qualify": 55, "reject": 45}
"""What a caller makes of a lead that a rep gave back to them."""

CALLERS = (
    Player(
        id="sara",
        name="Sara Lindholm",
        open_limit=16,
        per_day=5,
        calls=10,
        habits=_CALLS,
        words="quick",
    ),
    Player(
        id="amir",
        name="Amir Haddad",
        open_limit=16,
        per_day=5,
        calls=9,
        habits=_CALLS,
        words="thorough",
    ),
    Player(
        id="pia",
        name="Pia Kessler",
        open_limit=12,
        per_day=4,
        calls=7,
        habits=_CALLS | {"idle": 8, "ignore": 9},
        words="learning",
    ),
)
"""Those who speak with a lead first."""

_STEADY = {"reject": 15, "silent": 3, "give_back": 11, "idle": 7, "lose": 28, "win": 32}

PLAYERS = (
    Player(
        id="lea",
        name="Lea Hartmann",
        open_limit=12,
        per_day=4,
        calls=9,
        habits=_STEADY,
        words="steady, the best closer",
    ),
    Player(
        id="tom",
        name="Tom Osei",
        open_limit=11,
        per_day=4,
        calls=8,
        habits=_STEADY,
        words="steady",
    ),
    Player(
        id="nina",
        name="Nina Castell",
        open_limit=8,
        per_day=3,
        calls=6,
        habits=_STEADY | {"idle": 18, "win": 16},
        words="new, and a little slow",
    ),
    Player(
        id="rolf",
        name="Rolf Wenger",
        open_limit=9,
        per_day=3,
        calls=5,
        habits={"silent": 38, "reject": 34, "give_back": 8, "lose": 12, "win": 8},
        words="gives most of his leads back",
    ),
    Player(
        id="gus",
        name="Gus Moreau",
        open_limit=10,
        per_day=3,
        calls=0,
        habits={"ignore": 85, "idle": 7, "lose": 4, "win": 4},
        words="lets his leads lie",
    ),
)
"""The reps, who get what a caller qualified."""

CARE = (
    Player(
        id="clara",
        name="Clara Vogt",
        open_limit=20,
        per_day=6,
        calls=9,
        habits={"lose": 35, "win": 55, "idle": 10},
        words="knows what they have",
    ),
)
"""Who is given customers that ask again."""
MANAGER = "mia.roth@halden.example"

IGNORES = "gus"


def everybody() -> tuple[Player, ...]:
    """All who work leads, those who call first before the others."""
    return (*CALLERS, *PLAYERS, *CARE)


def by_email() -> dict[str, Player]:
    """All of them by address."""
    return {one.email: one for one in everybody()}


def teams_file(acme: str) -> str:
    """Acme's `teams.toml` with the demo's teams: its calendar, its bar and its limits.

    The bar stands before the callers: what they have qualified is worth a rep's time.
    """
    head, _, _ = acme.partition("[[teams.reps]]")
    head, _, _ = head.partition("[[teams]]")
    bar = _within(acme, r"(?ms)^bar +=.*?^\]$")
    per_day = _within(acme, r"(?m)^per_day +=.*$", acme.index("[[teams]]"))
    return head + "\n".join(
        (
            *_team("sdr", "Callers", per_day, bar, 'hands_on = { to = "field" }'),
            *_desks(CALLERS),
            *_team("field", "Field sales"),
            *_desks(PLAYERS),
            *_team("care", "Customers", 'takes    = { motion = ["expansion"] }'),
            *_desks(CARE),
        )
    )


def _within(text: str, pattern: str, start: int = 0) -> str:
    found = re.compile(pattern).search(text, start)
    if found is None:
        raise ValueError(f"acme's teams.toml has nothing like {pattern}: see {__name__}")
    return found[0]


def _team(ident: str, name: str, *more: str) -> list[str]:
    return [
        "[[teams]]",
        f'id       = "{ident}"',
        f'name     = "{name}"',
        f'manager  = "{MANAGER}"',
        'calendar = "berlin"',
        *more,
        "",
    ]


def _desks(players: Iterable[Player]) -> list[str]:
    lines: list[str] = []
    for one in players:
        lines += [
            "[[teams.reps]]",
            f'id         = "{one.id}"',
            f'name       = "{one.name}"',
            f'email      = "{one.email}"',
            f"open_limit = {one.open_limit}",
            f"per_day    = {one.per_day}",
            "",
        ]
    return lines
