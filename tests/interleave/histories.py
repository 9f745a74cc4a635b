"""Histories of what people do, drawn from a seed, and played in turns or with jobs in between."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from crmbridge.flows.operate.turn import arm
from crmbridge.testing.emulator import Refusal
from crmbridge.testing.interleave.engine import DrawnEngine, Household
from crmbridge.testing.interleave.house import House, house
from tests.stages.deeds import (
    DEEDS,
    NAMES,
    Deed,
    ask,
    change_address,
    convert,
    delete_lead,
    enter,
    merge_contacts,
    merge_leads,
    opt_in,
    opt_out,
    reject,
    rename,
    reopen,
    turn_once,
    undelete,
    wait,
    work,
)
from tests.stages.places import START
from tests.stages.play import Play, example

BEGIN: tuple[tuple[Deed, str], ...] = tuple((deed, name) for name in NAMES for deed in (enter, ask))
MEMORY = next((one for one in ("/dev/shm",) if Path(one).is_dir()), None)
"""A ledger in memory costs half: no power cut is played here."""
WAITS = 0.4
"""How often days pass before a chapter."""
AHEAD = (0.0, 45.0, -45.0, 300.0)
TARDY = (
    *("pull:acme:sales", "drain:acme:sales", "pull:acme:marketing", "drain:acme:marketing"),
    *("decide", "pull", "drain"),
)
"""Which jobs are slow, where some are."""
SLOW = (0.0, 0.2, 0.5)
STICKY = (0.0, 0.5, 0.9)


@dataclass(frozen=True)
class History:
    """Chapters of deeds: within one nobody looks, between two everything comes to rest."""

    seed: int
    chapters: tuple[tuple[tuple[Deed, str], ...], ...]

    def without(self, *deeds: Deed) -> History:
        """The same, but for some deeds."""
        kept = (tuple(one for one in part if one[0] not in deeds) for part in self.chapters)
        return History(seed=self.seed, chapters=tuple(part for part in kept if part))

    @property
    def told(self) -> str:
        """In words, for a failing test."""
        said = [" ".join(f"{deed.__name__}:{name}" for deed, name in one) for one in self.chapters]
        return f"seed {self.seed}: " + " | ".join(said)


def history(seed: int) -> History:
    """Draw a history of a few chapters, of one to four deeds each.

    Days that pass are a chapter of their own: what people do after a deadline and before the first
    look past it would rightly end in one way or the other. So it is with who asks for sales while
    sales makes a contact of them: a rep may be asked by a task before the conversion was seen.
    """
    drawn = random.Random(seed)  # repeatable on purpose
    if seed % 2:
        return History(seed=seed, chapters=_second_trip(drawn))
    deeds = [one for one in DEEDS if one not in (turn_once, wait)]
    chapters: list[tuple[tuple[Deed, str], ...]] = [BEGIN]
    for _ in range(drawn.randint(3, 4)):
        if drawn.random() < WAITS:
            chapters.append(((wait, drawn.choice(NAMES)),))
        number = drawn.randint(1, 4)
        drawn_deeds = [(drawn.choice(deeds), drawn.choice(NAMES)) for _ in range(number)]
        chapters.append(_one_thing(drawn_deeds))
    return History(seed=seed, chapters=tuple(chapters))


def ask_for_sales(play: Play, name: str) -> None:
    """They come back through the form that makes anybody ready at once."""
    play.form(f"{name}@buyer.example", "https://acme.example/contact")


MERGES = (merge_contacts, merge_leads)
ASKS = (ask, ask_for_sales)
APART: tuple[tuple[tuple[Deed, ...], tuple[Deed, ...]], ...] = (
    (MERGES, (*MERGES, *ASKS, delete_lead, undelete, convert, change_address, reject)),
    ((change_address,), (opt_out,)),
    (ASKS, (convert, work, reopen)),
)
"""Deeds that end in one way or the other by which is seen first, and rightly so: of a chapter with
one of the first, the second are left out. Whoever asks may be asked back by a task or handed over
anew; of merges of one pair in both systems, and of a merged record that somebody deletes or
renames, the first that is seen decides; an opt-out concerns whose address it was said under; and
a hand-off beside a rep's own edit of the status meets it, or is met by it."""


def _one_thing(deeds: Sequence[tuple[Deed, str]]) -> tuple[tuple[Deed, str], ...]:
    """The deeds without those that contradict others of the same chapter."""
    kept = list(deeds)
    for these, those in APART:
        first = next((one for one in kept if one[0] in these), None)
        if first is not None:
            kept = [one for one in kept if one[0] not in those or one is first]
    return tuple(kept)


def _second_trip(drawn: random.Random) -> tuple[tuple[tuple[Deed, str], ...], ...]:
    """Sales gives people back, they ask again later, and records are touched on both sides.

    A second hand-off writes to a record that sales' feed tells of at the same time.
    """
    back = tuple((drawn.choice((reject, reject, work, rename)), name) for name in NAMES)
    again = [(ask_for_sales, name) for name in NAMES]
    some = (rename, work, reopen, opt_out, opt_in, change_address, enter, convert, delete_lead)
    touched = [(drawn.choice(some), drawn.choice(NAMES)) for _ in range(drawn.randint(0, 3))]
    mixed = [*again, *touched, (rename, drawn.choice(NAMES))]
    drawn.shuffle(mixed)
    last = tuple((drawn.choice((reject, work, rename)), name) for name in NAMES)
    days: tuple[tuple[Deed, str], ...] = tuple((wait, "bo") for _ in range(drawn.choice((3, 5))))
    return (BEGIN, back, days, _one_thing(mixed), last)


def act(play: Play, deeds: tuple[tuple[Deed, str], ...]) -> None:
    """Let people do what they do; what makes no sense at the moment is left out."""
    for deed, name in deeds:
        with suppress(Refusal):
            deed(play, name)


def ahead(seed: int) -> dict[str, float]:
    """By how many seconds sales' clock runs ahead of ours."""
    return {"sales": AHEAD[seed // 2 % len(AHEAD)]}


@contextmanager
def drawn(seed: int) -> Iterator[tuple[Play, House, Household]]:
    """A company whose jobs go on in an order drawn from the seed."""
    files = example()
    sticky, slow = STICKY[seed // 3 % len(STICKY)], SLOW[seed % len(SLOW)]
    tardy = TARDY[seed // 2 % len(TARDY)]
    engine = DrawnEngine(seed=seed, sticky=sticky, slow=slow, tardy=tardy)
    with (
        TemporaryDirectory(dir=MEMORY) as folder,
        house(
            files,
            Path(folder) / "ledger.db",
            at=START,
            passing=engine.baton.point,
            ahead=ahead(seed),
        ) as home,
    ):
        arm(home.company)
        desk = Household(home, engine)
        try:
            yield Play(company=home.company, box=home.box), home, desk
        finally:
            desk.close()


def between(desk: Household, drawn_by: random.Random, most: int = 40) -> None:
    """Let the jobs go on for a while."""
    for _ in range(drawn_by.randint(0, most)):
        desk.step()


@contextmanager
def in_turns(seed: int) -> Iterator[Play]:
    """The same company, whose jobs are done one after another."""
    files = example()
    with (
        TemporaryDirectory(dir=MEMORY) as folder,
        house(files, Path(folder) / "ledger.db", at=START, ahead=ahead(seed)) as home,
    ):
        arm(home.company)
        yield Play(company=home.company, box=home.box)
