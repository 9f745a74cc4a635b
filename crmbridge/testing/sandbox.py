"""Two emulated vendors on one world clock, prepared for a company's mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.tables.limits import DEFAULTS
from crmbridge.registry import connector, emulator, screens
from crmbridge.testing.emulator import Remote, Server, World, iso
from crmbridge.testing.named import setup_of
from crmbridge.testing.pair import SIDES, Pair
from crmbridge.testing.screens import AMPLE, MarketingScreens, SalesScreens

_A_DAY = 86_400
_DAYS = 100
"""A quota of a whole day is so many times that of a shorter window."""


@dataclass(slots=True, kw_only=True)
class Sandbox:
    """A running pair of emulators. `marketing` and `sales` are their control APIs.

    `urls` has the address of each vendor's API by side. `at_marketing` and `at_sales` are the
    vendors' screens, for whoever does not ask which vendors they are.
    """

    pair: Pair
    urls: Mapping[str, str]
    marketing: Remote
    sales: Remote
    at_marketing: MarketingScreens
    at_sales: SalesScreens

    @property
    def clock(self) -> str:
        """The address for `CRMBRIDGE_CLOCK`."""
        return self.urls["marketing"]

    @property
    def titles(self) -> dict[str, str]:
        """What people call the two systems, by side."""
        return self.pair.titles()

    def environment(self, company: str) -> dict[str, str]:
        """The variables that point a company's connectors here."""
        told = {
            f"CRMBRIDGE_{company}__{side}__{name}".upper(): value
            for side, vendor in self.pair.sides()
            for name, value in emulator(vendor).credentials(self.urls[side]).items()
        }
        return told | {"CRMBRIDGE_CLOCK": self.clock}

    def set_time(self, at: datetime) -> None:
        """Let the world stand still at an instant."""
        self.marketing.clock(now=iso(at))

    def advance(self, delta: timedelta) -> None:
        """Move the world's clock."""
        self.marketing.clock(advance=delta.total_seconds())


def unhurried(mapping: MappingFile) -> MappingFile:
    """The same mapping with quotas that a play never reaches, as the emulators here have them."""
    made = {
        name: system.model_copy(update={"limits": ample_limits(system.connector)})
        for name, system in mapping.systems()
    }
    return mapping.replaced(made)


def out_of_reach() -> dict[str, Any]:
    """A mapping's `[limits]` that no play reaches: how much one pass and one day may write."""
    return {key: {"pass": AMPLE, "day": AMPLE} for key in DEFAULTS} | {"share": 100}


def ample_limits(name: str) -> dict[str, int]:
    """A connector's quotas by name, each with a number that a play never reaches."""
    budgets = connector(name).info.limits.budgets
    return {one.name: AMPLE * (_DAYS if one.seconds >= _A_DAY else 1) for one in budgets}


def always_open(teams: Teams) -> Teams:
    """The same reps with their limits of open leads alone: one line, no hours, bars or skills.

    A play is then about what people do, and not about the time of day at which they do it.
    """
    keep = {"id", "name", "email", "open_limit", "weight", "on"}
    keep |= {"user", "queue", "assignment_rules", "system"}
    made = [
        {
            "id": team.id,
            "reps": [
                {
                    name: value
                    for name, value in rep.model_dump().items()
                    if name in keep and value != ""
                }
                for rep in team.reps
            ],
        }
        for team in teams.teams
    ]
    return Teams.model_validate({"company": teams.company, "teams": made})


@contextmanager
def sandbox(mapping: MappingFile, teams: Teams, *, at: datetime) -> Iterator[Sandbox]:
    """Start emulators of a mapping's two vendors with the fields, lists and users needed.

    Raises:
        ConfigError: one of them has no emulator, or none for its side.
    """
    world, pair = World(), Pair.of(mapping)
    vendors = {side: emulator(name)(world) for side, name in pair.sides()}
    with Server(vendors, world) as server:
        remotes = {side: Remote(server.urls[side]) for side in SIDES}
        box = box_of(pair, server.urls, remotes, mapping, teams)
        prepare(box, at=at)
        yield box


def box_of(
    pair: Pair,
    urls: Mapping[str, str],
    remotes: Mapping[str, Remote],
    mapping: MappingFile,
    teams: Teams,
) -> Sandbox:
    """A sandbox over two emulators that are there already, by side; nothing is prepared yet."""
    return Sandbox(
        pair=pair,
        urls=urls,
        marketing=remotes["marketing"],
        sales=remotes["sales"],
        **{
            f"at_{side}": one_of(side, name, remotes[side], mapping, teams)
            for side, name in pair.sides()
        },
    )


def one_of(side: str, name: str, remote: Remote, mapping: MappingFile, teams: Teams) -> Any:
    """The screens of one side's system. Raises `ConfigError` where its vendor has none."""
    return screens(name, side)(remote, setup_of(mapping, side, teams))


def prepare(box: Sandbox, *, at: datetime) -> None:
    """Set the clock, take the quotas away, and give both vendors what the mapping names."""
    box.set_time(at)
    box.at_marketing.unlimited()
    box.at_sales.unlimited()
    box.at_marketing.prepare()
    box.at_sales.prepare()
