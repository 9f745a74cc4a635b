"""Groups of commands that are known by name, and loaded when one of them is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: its function as `module:name` in this package, and its first line of help.

    A group has `parts` in place of a function. The first line stands here as well as in the
    function, so that a list of commands loads none of them; a test holds the two together.
    """

    name: str
    place: str
    about: str
    parts: tuple[Entry, ...] = ()


def group(name: str, about: str, *parts: Entry) -> Entry:
    """An entry for a group of commands."""
    return Entry(name, "", about, parts)


class Commands(Mapping[str, Any]):
    """Commands by name, each made when it is asked for."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = {one.name: one for one in entries}
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _made(self.entries[name])
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self.entries  # without loading it

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


class LazyGroup(TyperGroup):
    """A group whose help lists its commands without loading one."""

    def __init__(self, *, entries: tuple[Entry, ...] = (), **attrs: Any) -> None:
        super().__init__(**{**attrs, "commands": Commands(entries)})
        self.entries = entries

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help as a group of nothing but first lines would."""
        lines = [TyperCommand(name=one.name, help=one.about) for one in self.entries]
        TyperGroup(
            name=self.name,
            commands=lines,
            params=self.params,
            help=self.help,
            epilog=self.epilog,
            rich_markup_mode=self.rich_markup_mode,
        ).format_help(ctx, formatter)


def _made(entry: Entry) -> Any:
    if entry.parts:
        return LazyGroup(
            name=entry.name, help=entry.about, no_args_is_help=True, entries=entry.parts
        )
    module, _, function = entry.place.partition(":")
    found = getattr(import_module(f"crmbridge.cli.{module}"), function)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(entry.name)(found)
    return typer.main.get_command(alone)
