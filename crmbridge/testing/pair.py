"""Which two connectors play: one on each side."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crmbridge.files import example
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.registry import connector, screens

SIDES = ("marketing", "sales")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The connectors of a play by name."""

    marketing: str
    sales: str

    @classmethod
    def of(cls, mapping: MappingFile) -> Pair:
        """The pair that a company works with."""
        return cls(marketing=mapping.marketing.connector, sales=mapping.sales.connector)

    @classmethod
    def shipped(cls, marketing: str = "", sales: str = "") -> Pair:
        """The pair of the worked example, with others in its place where they are named."""
        told = dict(example())["mapping.toml"].decode()
        raw: Mapping[str, Any] = tomllib.loads(told)
        return cls(
            marketing=marketing or raw["marketing"]["connector"],
            sales=sales or raw["sales"]["connector"],
        )

    def mapping(self, text: str) -> str:
        """The worked example's mapping for this pair.

        A side with another connector than the example's is what that connector's emulator offers;
        the comment above the old tables goes with them, since it belongs to what follows it.

        Raises:
            ConfigError: a connector cannot be played on its side.
        """
        here = Pair.shipped()
        for side, name in self.sides():
            if name != getattr(here, side):
                text = _with_side(text, side, screens(name, side).example)
        return text

    def sides(self) -> Iterator[tuple[str, str]]:
        """Yield side and connector, marketing first."""
        return ((side, getattr(self, side)) for side in SIDES)

    def titles(self) -> dict[str, str]:
        """What people call the system of each side; two of one vendor are told apart."""
        named = {side: connector(name).info.title for side, name in self.sides()}
        if self.marketing != self.sales:
            return named
        return {side: f"{title} ({side})" for side, title in named.items()}

    def lacks(self) -> dict[str, Mapping[Any, str]]:
        """What each side has no screens for, as `Screens.lacks`. Raises `ConfigError`."""
        return {side: screens(name, side).lacks for side, name in self.sides()}


def _with_side(text: str, side: str, part: str) -> str:
    tables = re.split(r"(?m)^(?=(?:#.*\n|[ \t]*\n)*\[)", text)
    mine = [bool(re.search(rf"(?m)^\[+{side}[.\]]", one)) for one in tables]
    first = mine.index(True)
    kept = [one for one, is_side in zip(tables, mine, strict=True) if not is_side]
    return "".join([*kept[:first], part, "\n", *kept[first:]])
