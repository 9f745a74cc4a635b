"""The closed table of one deal: what a look must write of it, and where its lead must end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

Json = dict[str, Any]
DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DEAL = "D"
OUT = frozenset({"no_fit"})
LOST = {"lost": "bad_timing", "lost_out": "no_fit", "deleted": "deleted"}
"""The states in which a deal is lost, and the reason of each."""
STATES = ("absent", "open", "won", *LOST, "restored")
LONGEST = 4

STEPS = {
    ("absent", "absent"): (),
    ("absent", "open"): ("opportunity",),
    ("absent", "won"): ("opportunity", "deal_won"),
    ("absent", "lost"): ("opportunity", "deal_lost"),
    ("absent", "deleted"): (),
    ("open", "open"): (),
    ("open", "won"): ("deal_won",),
    ("open", "lost"): ("deal_lost",),
    ("open", "deleted"): ("deal_lost",),
    ("won", "open"): ("deal_reopened",),
    ("won", "won"): (),
    ("won", "lost"): ("deal_reopened", "deal_lost"),
    ("won", "deleted"): ("deal_reopened", "deal_lost"),
    ("lost", "open"): ("deal_reopened",),
    ("lost", "won"): ("deal_reopened", "deal_won"),
    ("lost", "lost"): (),
    ("lost", "deleted"): ("deal_reopened", "deal_lost"),
    ("deleted", "open"): ("deal_reopened",),
    ("deleted", "won"): ("deal_reopened", "deal_won"),
    ("deleted", "lost"): ("deal_reopened", "deal_lost"),
    ("deleted", "deleted"): (),
}
"""From what a look knew to what it saw (1.5, R1.18 (2)); another reason of a loss is (18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look saw, and the vendor's stamp on it."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the lead had lived through before the deal's first state, and where it ends by that."""

    name: str
    before: tuple[Json, ...]
    ends: dict[str, tuple[str, int, str, str]]
    """By the deal's last state: stage, cycle, and outcome and reason of the deal's first cycle."""
    home: int = 1
    """The cycle that the deal comes to first."""
    others: frozenset[str] = frozenset()
    """Other deals that are open all the time."""


def told(day: int, type_: str, deal: str = "") -> Json:
    """An event of before."""
    return {"at": DAY_0 + timedelta(days=day), "type": type_} | ({"deal": deal} if deal else {})


PUSHED = (told(0, "known"), told(2, "ready"), told(3, "handed"))
SETTINGS = (
    Setting(
        name="a lead that sales did not know",
        before=(told(0, "known"), told(1, "engaged")),
        ends={
            "absent": ("engaged", 1, "", ""),
            "open": ("opportunity", 1, "", ""),
            "won": ("customer", 2, "won", ""),
            "lost": ("nurture", 2, "lost", "bad_timing"),
            "lost_out": ("disqualified", 1, "lost", "no_fit"),
            "deleted": ("nurture", 2, "lost", "deleted"),
        },
    ),
    Setting(
        name="a lead that was handed over",
        before=PUSHED,
        ends={
            "absent": ("handed", 1, "", ""),
            "open": ("opportunity", 1, "", ""),
            "won": ("customer", 2, "won", ""),
            "lost": ("nurture", 2, "lost", "bad_timing"),
            "lost_out": ("disqualified", 1, "lost", "no_fit"),
            "deleted": ("nurture", 2, "lost", "deleted"),
        },
    ),
    Setting(
        name="a customer",
        before=(*PUSHED, told(4, "opportunity", "W"), told(5, "deal_won", "W")),
        ends={
            "absent": ("customer", 2, "", ""),
            "open": ("opportunity", 2, "", ""),
            "won": ("customer", 3, "won", ""),
            "lost": ("customer", 3, "lost", "bad_timing"),
            "lost_out": ("customer", 3, "lost", "no_fit"),
            "deleted": ("customer", 3, "lost", "deleted"),
        },
        home=2,
    ),
    Setting(
        name="a lead on another deal that is open all the time",
        before=(*PUSHED, told(4, "opportunity", "X")),
        ends={
            "absent": ("opportunity", 1, "", ""),
            "open": ("opportunity", 1, "", ""),
            "won": ("opportunity", 2, "won", ""),
            "lost": ("opportunity", 1, "", ""),
            "lost_out": ("opportunity", 1, "", ""),
            "deleted": ("opportunity", 1, "", ""),
        },
        others=frozenset({"X"}),
    ),
    Setting(
        name="a customer with a carried deal that is open all the time",
        before=(
            *PUSHED,
            told(4, "opportunity", "W"),
            told(4, "opportunity", "X"),
            told(5, "deal_won", "W"),
        ),
        ends={
            "absent": ("opportunity", 2, "", ""),
            "open": ("opportunity", 2, "", ""),
            "won": ("opportunity", 3, "won", ""),
            "lost": ("opportunity", 2, "", ""),
            "lost_out": ("opportunity", 2, "", ""),
            "deleted": ("opportunity", 2, "", ""),
        },
        home=2,
        others=frozenset({"X"}),
    ),
)


def real(states: tuple[str, ...]) -> tuple[str, ...] | None:
    """The states with `restored` as what the deal was before; `None` for what cannot be.

    A deal is absent before all else and never again, and restored only after it was deleted.
    """
    found: list[str] = []
    for n, state in enumerate(states):
        alive = [one for one in found if one not in ("absent", "deleted")]
        if state == "absent" and set(found) - {"absent"}:
            return None
        if state == "restored" and (not alive or states[n - 1] != "deleted"):
            return None
        found.append(alive[-1] if state == "restored" else state)
    return tuple(found)


def histories() -> Iterator[tuple[Look, ...]]:
    """Every sequence of states, each but the last seen or not, at equal and at later stamps."""
    for length in range(1, LONGEST + 1):
        for states in product(STATES, repeat=length):
            if found := real(states):
                yield from seen(found)


def seen(states: tuple[str, ...]) -> Iterator[tuple[Look, ...]]:
    """The looks at these states, one by one or some of them only."""
    flags = (False, True)
    for moves, eyes in product(
        product(flags, repeat=len(states) - 1), product(flags, repeat=len(states) - 1)
    ):
        days = [10 + sum(moves[:n]) for n in range(len(states))]
        looks = [
            Look(state=state, at=DAY_0 + timedelta(days=day))
            for state, day in zip(states, days, strict=True)
        ]
        yield tuple(look for look, eye in zip(looks, (*eyes, True), strict=True) if eye)


def plain(state: str) -> str:
    """A state without its reason."""
    return "lost" if state == "lost_out" else state


def written(looks: tuple[Look, ...]) -> list[Json]:
    """The events that these looks write, one look after another."""
    rows: list[Json] = []
    known = "absent"
    for look in looks:
        if known in ("lost", "lost_out") and plain(look.state) == "lost" and known != look.state:
            why = {"reason": LOST[look.state], "kind": "reason"}
            rows.append({"at": rows[-1]["at"], "type": "deal_lost", "deal": DEAL} | why)
        at = look.at if not rows or look.at > rows[-1]["at"] else rows[-1]["at"] + MICROSECOND
        for type_ in STEPS[plain(known), plain(look.state)]:
            rows.append({"at": at, "type": type_, "deal": DEAL})
            if type_ == "deal_lost":
                rows[-1]["reason"] = LOST[look.state]
        known = look.state if rows else "absent"
    return rows


def end_state(looks: tuple[Look, ...]) -> str:
    """The state that counts: the last one; a deal that was never seen alive says nothing."""
    return looks[-1].state if written(looks) else "absent"
