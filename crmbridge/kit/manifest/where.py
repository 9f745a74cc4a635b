"""Finds a value in a vendor's JSON by a path of a manifest, and puts one there.

Steps are parted by `/`. A number is a place in a list, `?key` the first item of a list whose `key`
is true, or else its first one, `-` each item of a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Held = tuple[Any] | None
"""A value in a one-tuple; `None` where there is none, which is not the same as null."""


def at(data: object, path: str) -> Held:
    """Return the value at a path. Below a null everything is null."""
    return _at(data, path.split("/") if path else [])


def _at(here: Any, steps: Sequence[str]) -> Held:
    for number, step in enumerate(steps):
        if here is None:
            return (None,)
        if step == "-":
            rest = steps[number + 1 :]
            found = (_at(each, rest) for each in here) if isinstance(here, list) else ()
            return ([each[0] for each in found if each is not None],)
        if isinstance(here, Mapping):
            if step not in here:
                return None
            here = here[step]
        elif isinstance(here, list):
            item = _item(here, step)
            if item is None:
                return (None,) if step.startswith("?") else None
            here = item[0]
        else:
            return None
    return (here,)


def _item(here: list[Any], step: str) -> Held:
    if step.startswith("?"):
        marked = [one for one in here if isinstance(one, Mapping) and one.get(step[1:])]
        return ((marked or here)[0],) if here else None
    place = int(step) if step.isdecimal() else len(here)
    return (here[place],) if place < len(here) else None


def value(data: object, path: str) -> Any:
    """Return the value at a path, `None` where there is none."""
    found = at(data, path) if path else None
    return found[0] if found else None


def rows(data: object, path: str, inner: str = "") -> list[Mapping[str, Any]]:
    """Return the records at a path; raises `TypeError` where no list of records stands."""
    found = at(data, path)
    if found is None or not isinstance(found[0], list):
        raise TypeError("no list of records")
    made = [at(each, inner) if inner else (each,) for each in found[0]]
    records = [each[0] for each in made if each is not None]
    if not all(isinstance(each, Mapping) for each in records):
        raise TypeError("a record that is none")
    return records


def nest(path: str, held: Any) -> dict[str, Any]:
    """Return tables in each other with a value at the end of a path."""
    for step in reversed(path.split("/")):
        held = {step: held}
    return dict(held)


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return two tables in one; where both have a table under a key, these are merged too."""
    made = dict(one)
    for key, each in other.items():
        before = made.get(key)
        both = isinstance(before, Mapping) and isinstance(each, Mapping)
        made[key] = merged(before, each) if both else each  # type: ignore[arg-type]
    return made
