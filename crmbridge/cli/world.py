"""`crmbridge emulate --world`: what was asked for, and what the emulators hold then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmbridge.cli.screen import line, table
from crmbridge.errors import ConfigError
from crmbridge.files import CompanyFiles, load, pick
from crmbridge.model.codec import instant
from crmbridge.testing.pair import Pair
from crmbridge.testing.world import EVERY_KIND, KINDS, MOST, Populated, with_past

PEOPLE = 200
"""People of a world of which nobody says how many: enough for everything, few enough to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A world to make: whose, how many people, and which of many."""

    files: CompanyFiles
    people: int
    seed: int


def of_world(config: Path, world: str) -> list[str]:
    """The vendors that a company works with, where none are named.

    Raises `ConfigError` where no company is named either.
    """
    if not world:
        pair = Pair.shipped()
        raise ConfigError(
            f"name the vendors to emulate, such as `crmbridge emulate {pair.marketing} "
            f"{pair.sales}`, or a company whose two there are to be: --world COMPANY"
        )
    files = load(config, pick(config, world))
    return list(dict.fromkeys(spec.connector for _, spec in files.mapping.systems()))


def wanted(
    config: Path,
    vendors: Sequence[str],
    world: str,
    company: str,
    people: int | None,
    seed: int | None,
) -> Wanted | None:
    """The world that the options ask for, `None` where they ask for none.

    Raises `ConfigError` where they make no sense.
    """
    if not world:
        for name, given in (("--people", people), ("--seed", seed)):
            if given is not None:
                raise ConfigError(f"{name} {given} says nothing without --world COMPANY")
        return None
    number = PEOPLE if people is None else people
    if not 1 <= number <= MOST:
        raise ConfigError(f"--people {number}: give a number from 1 to {MOST:,}")
    if company and company != world:
        raise ConfigError(
            f"--world {world} with --company {company}: the world is that of one company; "
            "leave out --company"
        )
    files = load(config, pick(config, world))
    _check_vendors(files, vendors)
    return Wanted(files=files, people=number, seed=seed or 0)


def _check_vendors(files: CompanyFiles, vendors: Sequence[str]) -> None:
    """Raise `ConfigError` where the company works with others than those that are emulated."""
    name = files.mapping.company
    both = " ".join(dict.fromkeys(spec.connector for _, spec in files.mapping.systems()))
    for system, spec in files.mapping.systems():
        side = files.mapping.sides[system].value
        known = with_past(side)
        if spec.connector not in known:
            raise ConfigError(
                f"--world {name}: its {system} system is {spec.connector}; as {side}, a world is "
                f"made for {', '.join(known)} alone"
            )
        if spec.connector not in vendors:
            raise ConfigError(
                f"--world {name}: its {system} system is {spec.connector}, which is not emulated "
                f"here; run `crmbridge emulate {both} --world {name}`"
            )


def named(filled: Populated, pair: Pair) -> dict[str, Any]:
    """What a world holds, for scripts."""
    return {
        "people": filled.people,
        "seed": filled.seed,
        "now": instant(filled.at),
        "kinds": dict(filled.kinds),
        pair.marketing: dict(filled.marketing),
        pair.sales: dict(filled.sales),
    }


def shown(filled: Populated, pair: Pair) -> None:
    """Print what a world holds, for people."""
    line(f"{filled.people:,} people who have lived two years; seed {filled.seed}.")
    line(f"It is {filled.at:%A, %Y-%m-%d %H:%M} UTC there, and the clock goes on from then.")
    rows = [(filled.kinds[one.name], one.words) for one in KINDS if filled.kinds.get(one.name)]
    table(("people", "who"), rows, "nobody")
    titles = pair.titles()
    line(f"{titles['marketing']} has {_counted(filled.marketing)}.")
    line(f"{titles['sales']} has {_counted(filled.sales)}.")
    if filled.people < EVERY_KIND:
        line(f"From {EVERY_KIND} people on there is everything at least once.")
    line("")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items())
