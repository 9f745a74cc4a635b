"""Where two texts of an agreement differ, each place by the name that the file gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.agreement.revenue.targets import called
from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.signing import UNSIGNED

TOLD = 6
"""Places that are named; more are counted."""
NAMES = ("id", "title", "name", "letter", "currency")
"""Keys by which the items of a list are told apart."""


def differences(old: Agreement, new: Agreement) -> list[str]:
    """Return what changed, such as `definition.of 'engaged'.value (35, now 30)`.

    Empty when nothing did. People's names, and the facts of examples, are left out.
    """
    before, after = (_flat(one) for one in (old, new))
    places = [
        place for place in dict.fromkeys([*before, *after]) if before.get(place) != after.get(place)
    ]
    told = [_told(place, before.get(place), after.get(place)) for place in places[:TOLD]]
    return told + ([f"{len(places) - TOLD} more"] if len(places) > TOLD else [])


def _told(place: str, before: str | None, after: str | None) -> str:
    if place.startswith(("owners", "test ")) or ".approved_by." in place:
        return place
    if before is None:
        return f"{place} (new, {after})"
    return f"{place} ({before}, {'now gone' if after is None else f'now {after}'})"


def _flat(agreement: Agreement) -> dict[str, str]:
    data = agreement.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude=set(UNSIGNED)
    )
    return dict(_places(data, ""))


def _places(data: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        for name, value in data.items():
            yield from _places(value, f"{path}.{name}" if path else str(name))
    elif isinstance(data, list) and any(isinstance(one, Mapping | list) for one in data):
        for number, one in enumerate(data, 1):
            yield from _places(one, f"{path} {_name(one, number)}")
    else:
        yield path, ", ".join(map(str, data)) if isinstance(data, list) else str(data)


def _name(item: Any, number: int) -> str:
    keys = item if isinstance(item, Mapping) else {}
    found = next((keys[key] for key in NAMES if keys.get(key)), called(keys))
    return f"'{found}'" if found else f"#{number}"
