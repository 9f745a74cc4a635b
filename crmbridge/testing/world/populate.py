"""Fills two prepared emulators with people who have lived, from a number and a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.testing.emulator import Remote, parse
from crmbridge.testing.people import Person
from crmbridge.testing.world.books import Books
from crmbridge.testing.world.furnish import campaigns, furnish_org, furnish_portal
from crmbridge.testing.world.kinds import KINDS, shares
from crmbridge.testing.world.lives import LIVES
from crmbridge.testing.world.people import UMLAUTS, Registry
from crmbridge.testing.world.place import Place, look
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


def populate(
    marketing: Remote, sales: Remote, mapping: MappingFile, *, people: int, seed: int = 0
) -> Populated:
    """Seed both emulators, which `prepare` has given what the mapping names; say what was seeded.

    Everything lies before the world's present instant. The same mapping, number, seed and instant
    give the same records.
    """
    furnish_portal(marketing)
    furnish_org(sales)
    now = parse(sales.clock()["now"]).replace(microsecond=0)
    place = look(marketing, sales, mapping, now)
    counts, books = shares(people), Books()
    chance = Random(f"world {seed} {people}")  # noqa: S311  # repeatable on purpose
    running = campaigns(place, books, people)
    for turn, (name, one) in enumerate(_somebody(place, books, chance, counts)):
        before = len(books.sales["Lead"]), len(books.sales["Contact"])
        LIVES[name](one)
        if turn % 5 == 0:
            _join(one, running[turn // 5 % len(running)], before)
    told = books.post(marketing, sales)
    return Populated(people=people, seed=seed, at=now, kinds=counts, **told)


def _somebody(
    place: Place, books: Books, chance: Random, counts: Mapping[str, int]
) -> Iterator[tuple[str, Scribe]]:
    """Everybody in a mixed order, each with the kind they are of."""
    turns = [(one.name, nth) for one in KINDS for nth in range(counts.get(one.name, 0))]
    chance.shuffle(turns)
    registry = Registry(chance, len(turns))
    for name, nth in turns:
        person = _person(registry, name, nth)
        yield name, Scribe(place=place, books=books, chance=chance, person=person, nth=nth)


def _person(registry: Registry, name: str, nth: int) -> Person:
    """Somebody of a kind; each tenth of the old qualified ones has umlauts in the name."""
    sold = name not in MARKETING_ALONE
    if name == "old_mql" and nth % 10 == 0:
        return registry.person(sold=sold, names=UMLAUTS[nth // 10 % len(UMLAUTS)])
    return registry.person(sold=sold)


def _join(one: Scribe, campaign: str, before: tuple[int, int]) -> None:
    """Put the last live record that sales got of a person into a campaign, if it got any."""
    leads, contacts = before
    some = one.books.sales["Contact"][contacts:] or one.books.sales["Lead"][leads:]
    if some and not some[-1].get("IsDeleted"):
        one.member(campaign, some[-1]["Id"])
