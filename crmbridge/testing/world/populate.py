"""Fills two prepared emulators with people who have lived, from a number and a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

from crmbridge.errors import ConfigError
from crmbridge.registry import names, screens
from crmbridge.testing.emulator import parse
from crmbridge.testing.people import Person
from crmbridge.testing.sandbox import Sandbox
from crmbridge.testing.screens.past import MarketingPast, SalesPast
from crmbridge.testing.world.kinds import KINDS, shares
from crmbridge.testing.world.lives import LIVES
from crmbridge.testing.world.people import UMLAUTS, Registry
from crmbridge.testing.world.scribe import Scribe

TODAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""The Tuesday morning on which `crmbridge emulate --world` begins."""
MARKETING_ALONE = frozenset(("subscriber", "reader", "old_mql", "asked", "other", "partner"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Populated:
    """What a world holds: people by kind, and records by object of marketing and of sales."""

    people: int
    seed: int
    at: datetime
    kinds: Mapping[str, int]
    marketing: Mapping[str, int]
    sales: Mapping[str, int]


def with_past(side: str) -> list[str]:
    """The connectors whose emulators can be filled as if people had lived there, by name."""
    found = []
    for name in names():
        with suppress(ConfigError):
            if screens(name, side).past is not None:
                found.append(name)
    return found


def pasts(box: Sandbox) -> tuple[MarketingPast[Any], SalesPast[Any]]:
    """What writes the past of both systems.

    Raises:
        ConfigError: one of them is a vendor whose emulator has no past on its side.
    """
    for side, one in (("marketing", box.at_marketing), ("sales", box.at_sales)):
        if one.past is None:
            raise ConfigError(
                f"nobody can have lived in {box.titles[side]}: its emulator writes no past of the "
                f"{side} system"
            )
    return box.at_marketing.past(box.at_marketing), box.at_sales.past(box.at_sales)


def populate(box: Sandbox, company: str, *, people: int, seed: int = 0) -> Populated:
    """Seed both emulators, which are prepared for a company's mapping; say what was seeded.

    Everything lies before the world's present instant. The same mapping, number, seed and instant
    give the same records.

    Raises:
        ConfigError: see `pasts`.
    """
    marketing, sales = pasts(box)
    marketing.furnish()
    sales.furnish()
    now = parse(box.sales.clock()["now"]).replace(microsecond=0)
    marketing.look(now)
    sales.look(now)
    counts = shares(people)
    chance = Random(f"world {seed} {people}")  # noqa: S311  # repeatable on purpose
    running = sales.campaigns(people)
    deal = box.at_sales.setup.deal
    made = partial(
        Scribe,
        chance=chance,
        now=now,
        marketing=marketing,
        sales=sales,
        site=f"https://{company.replace('_', '-')}.example",
        currency=box.at_sales.setup.currency if deal and deal.currency else "EUR",
    )
    for turn, (name, nth, person) in enumerate(_somebody(chance, counts)):
        one = made(person=person, nth=nth)
        before = sales.written()
        LIVES[name](one)
        who = sales.last(before) if turn % 5 == 0 else ""
        if who:
            sales.member(one, running[turn // 5 % len(running)], who)
    told = {"marketing": marketing.post(), "sales": sales.post()}
    marketing.close()
    return Populated(people=people, seed=seed, at=now, kinds=counts, **told)


def _somebody(chance: Random, counts: Mapping[str, int]) -> Iterator[tuple[str, int, Person]]:
    """Everybody in a mixed order, each with the kind they are of and which one of it."""
    turns = [(one.name, nth) for one in KINDS for nth in range(counts.get(one.name, 0))]
    chance.shuffle(turns)
    registry = Registry(chance, len(turns))
    for name, nth in turns:
        yield name, nth, _person(registry, name, nth)


def _person(registry: Registry, name: str, nth: int) -> Person:
    """Somebody of a kind; each tenth of the old qualified ones has umlauts in the name."""
    sold = name not in MARKETING_ALONE
    if name == "old_mql" and nth % 10 == 0:
        return registry.person(sold=sold, names=UMLAUTS[nth // 10 % len(UMLAUTS)])
    return registry.person(sold=sold)
