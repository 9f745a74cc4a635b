"""Which systems a mapping names: their names, the side of each, and the home of each side."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Protocol

from crmbridge.model.side import MARKETING, SALES, Side

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
"""A name stands in variables of the environment, where two underscores part the words."""
NO_NAMES = frozenset(
    {"further", "messages", "writer", "files", "decide", "drain", "pull", "watch", "alarms"}
    | {"digest", "backfill", "all", "both", "agreed", "new"}
)
"""Words that stand beside names of systems in the ledger, in alarms and in messages."""


class Placed(Protocol):
    """What a system says of its place."""

    @property
    def side(self) -> Side | None:
        """Where it stands, if it says so."""
        ...

    @property
    def home(self) -> bool:
        """Whether it is its side's home."""
        ...


def gathered(data: Any, own: Collection[str]) -> Any:
    """The file's data with all tables of further systems in `further`; `own` are its other keys.

    A table with a connector is a system, unless its name looks like a slip in one of these.
    """
    if not isinstance(data, dict):
        return data
    more = {
        name: one for name, one in data.items() if name not in own and _is_system(name, one, own)
    }
    if not more:
        return data
    rest = {name: one for name, one in data.items() if name not in more}
    return {**rest, "further": more}


def _is_system(name: str, table: Any, own: Collection[str]) -> bool:
    if not isinstance(table, dict) or "connector" not in table:
        return False
    return "side" in table or not get_close_matches(name, own, n=1, cutoff=0.8)


def systems_of_schema(schema: dict[str, Any]) -> None:
    """Let a schema for editors have further systems where the file has them: beside the others."""
    schema["additionalProperties"] = schema["properties"].pop("further")["additionalProperties"]


def sides_of(systems: Mapping[str, Placed]) -> dict[str, Side]:
    """The side of each system; those that say none are left out."""
    known = {one.value: one for one in Side}
    found = {name: spec.side or known.get(name) for name, spec in systems.items()}
    return {name: side for name, side in found.items() if side is not None}


def homes_of(systems: Mapping[str, Placed]) -> dict[Side, str]:
    """The home of each side: the system that says so, else the first."""
    sides = sides_of(systems)
    found: dict[Side, str] = {}
    for name in sorted(systems, key=lambda name: not systems[name].home):
        if name in sides:
            found.setdefault(sides[name], name)
    return found


def faults_of_systems(systems: Mapping[str, Placed]) -> Iterator[str]:
    """Yield what is wrong with names, sides and homes."""
    own = {one.value: one for one in Side}
    for name, spec in systems.items():
        if name in own:
            if spec.side not in (None, own[name]):
                yield f"[{name}] has side = {str(spec.side)!r}: the table's name says the other one"
        elif not NAME.fullmatch(name) or name in NO_NAMES:
            yield (
                f"{name!r} is no name for a system: take small letters, digits and single "
                "underscores, and none of crmbridge's own words"
            )
        elif spec.side is None:
            yield f'[{name}] does not say where it stands: add side = "marketing" or "sales"'
    sides = sides_of(systems)
    for side in (MARKETING, SALES):
        homes = [name for name in systems if systems[name].home and sides.get(name) is side]
        if len(homes) > 1:
            yield f"{' and '.join(homes)} both say home = true: {side} has one home"
