"""Associations between records, stored in both directions with their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connectors.hubspot.emulator.errors import Problem, invalid
from connectors.hubspot.emulator.shapes import LinkType, link_types

Ends = tuple[str, int]
"""An object name and a record id."""


class Links:
    """The associations of a portal; `touched` are contacts whose companies changed."""

    def __init__(self) -> None:
        self.types: list[LinkType] = list(link_types())
        self.touched: set[int] = set()
        self._rows: dict[Ends, dict[str, dict[int, set[int]]]] = {}

    def type(self, source: str, target: str, id: int) -> LinkType:
        """Return one type of a direction. Raises `Problem` 400 when there is none."""
        for one in self.types:
            if (one.source, one.target, one.id) == (source, target, id):
                return one
        raise invalid(f"No association type {id} from {source} to {target}")

    def default(self, source: str, target: str) -> LinkType:
        """Return the type without a label of a direction. Raises `Problem` 400."""
        for one in self.types:
            if (one.source, one.target) == (source, target) and one.label is None:
                return one
        raise invalid(f"No default association type from {source} to {target}")

    def of(self, source: str, id: int, target: str) -> Mapping[int, set[int]]:
        """Return the associated ids, each with its type ids."""
        return self._rows.get((source, id), {}).get(target, {})

    def primary(self, source: str, id: int) -> bool:
        """Whether a record has a primary association to anything."""
        main = {one.id for one in self.types if one.source == source and one.primary}
        rows = self._rows.get((source, id), {})
        return any(main & types for others in rows.values() for types in others.values())

    def main(self, source: str, id: int, target: str) -> int:
        """Return the one record of an object that a record is primarily associated with, or 0."""
        kinds = {one.id for one in self.types if one.source == source and one.single}
        return next((other for other, t in self.of(source, id, target).items() if kinds & t), 0)

    def no_main(self, source: Ends, target: str) -> None:
        """Take the primary label off what a record is associated with; the plain one stays."""
        for one in self.types:
            if (one.source, one.target, one.single) == (source[0], target, True):
                self._clear(source, one)

    def add(self, source: Ends, target: Ends, types: Sequence[int]) -> None:
        """Associate two records; own labels that are not named are taken away.

        A primary type brings the plain one along (hubspot.md 7.13). An empty list of types
        means the plain one. Raises `Problem` 400 for a type that does not exist.
        """
        plain = self.default(source[0], target[0])
        wanted = [self.type(source[0], target[0], id) for id in types] or [plain]
        if any(one.category == "USER_DEFINED" for one in wanted):
            self._drop_labels(source, target)
        for one in [*wanted, plain]:
            self._clear(*self._side(source, target, one))
            self._set(source, target, one)

    def remove(self, source: Ends, target: Ends) -> None:
        """End every association of two records."""
        self._touch(source, target)
        self._rows.get(source, {}).get(target[0], {}).pop(target[1], None)
        self._rows.get(target, {}).get(source[0], {}).pop(source[1], None)

    def forget(self, object: str, id: int) -> list[int]:
        """End all associations of a record; return ids of leads that lose their last primary.

        Source: hubspot.md 1.6.
        """
        lost: list[int] = []
        for target, others in self._rows.pop((object, id), {}).items():
            for other in others:
                self._touch((object, id), (target, other))
                self._rows.get((target, other), {}).get(object, {}).pop(id, None)
                if target == "leads" and not self.primary("leads", other):
                    lost.append(other)
        return lost

    def move(self, object: str, old: Iterable[int], new: int) -> None:
        """Give one record all associations of others."""
        for id in old:
            for target, others in self._rows.pop((object, id), {}).items():
                for other, types in others.items():
                    self._rows.get((target, other), {}).get(object, {}).pop(id, None)
                    for type_id in types:
                        self._carry(
                            (object, new), (target, other), self.type(object, target, type_id)
                        )

    def _carry(self, source: Ends, target: Ends, one: LinkType) -> None:
        """Set a type on a merged record; it keeps the one main association that it has already."""
        if not (one.single and self.main(source[0], source[1], target[0])):
            self._set(source, target, one)

    def _touch(self, *ends: Ends) -> None:
        if {object for object, _ in ends} == {"contacts", "companies"}:
            self.touched.update(id for object, id in ends if object == "contacts")

    def _set(self, source: Ends, target: Ends, one: LinkType) -> None:
        self._touch(source, target)
        there = self._rows.setdefault(source, {}).setdefault(target[0], {})
        back = self._rows.setdefault(target, {}).setdefault(source[0], {})
        there.setdefault(target[1], set()).add(one.id)
        back.setdefault(source[1], set()).add(one.inverse)

    def _drop(self, source: Ends, target: Ends, one: LinkType) -> None:
        self._touch(source, target)
        self._rows.get(source, {}).get(target[0], {}).get(target[1], set()).discard(one.id)
        self._rows.get(target, {}).get(source[0], {}).get(source[1], set()).discard(one.inverse)

    def _drop_labels(self, source: Ends, target: Ends) -> None:
        for one in self.types:
            ends = (one.source, one.target) == (source[0], target[0])
            if ends and one.category == "USER_DEFINED":
                self._drop(source, target, one)

    def _side(self, source: Ends, target: Ends, one: LinkType) -> tuple[Ends, LinkType]:
        """Return the end that may have only one such association, and the type from there."""
        if one.primary and not one.single:
            return target, self.type(target[0], source[0], one.inverse)
        return source, one

    def _clear(self, source: Ends, one: LinkType) -> None:
        """Take a main type off everything that a record has it to; others it may have to many."""
        for other in list(self.of(source[0], source[1], one.target)) if one.single else ():
            self._drop(source, (one.target, other), one)


def wanted_types(given: object) -> list[int]:
    """Read `[{associationCategory, associationTypeId}]`. Raises `Problem` 400."""
    if not isinstance(given, list):
        raise invalid("Invalid input JSON: types must be an array")
    try:
        return [int(one["associationTypeId"]) for one in given]
    except (KeyError, TypeError, ValueError):
        raise Problem(400, "Invalid input JSON: associationTypeId", "VALIDATION_ERROR") from None
