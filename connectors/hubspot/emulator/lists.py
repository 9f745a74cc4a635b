"""Contact lists and who is on them since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.hubspot.emulator.errors import Problem, invalid
from connectors.hubspot.emulator.values import stamp


@dataclass(slots=True, kw_only=True)
class ContactList:
    """One list; `members` maps a contact's id to when it joined (epoch ms)."""

    id: str
    name: str
    processing: str
    created: int
    object: str = "0-1"
    members: dict[int, int] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """Return the vendor's own shape."""
        return {
            "listId": self.id,
            "listVersion": 1,
            "name": self.name,
            "objectTypeId": self.object,
            "processingStatus": "COMPLETE",
            "processingType": self.processing,
            "size": len(self.members),
            "createdAt": stamp(self.created),
            "updatedAt": stamp(self.created),
        }


class Lists:
    """The lists of a portal, by id."""

    def __init__(self) -> None:
        self.by_id: dict[str, ContactList] = {}
        self._next = 1

    def get(self, id: str) -> ContactList:
        """Return a list by id, or by name. Raises `Problem` 404."""
        found = self.by_id.get(id) or self.named(id)
        if found is None:
            raise Problem(404, f"List does not exist with ID {id}.", "OBJECT_NOT_FOUND")
        return found

    def named(self, name: str) -> ContactList | None:
        """Return a list by its name, in any case."""
        wanted = name.lower()
        return next((one for one in self.by_id.values() if one.name.lower() == wanted), None)

    def create(self, given: Mapping[str, Any], now: int) -> ContactList:
        """Add a list from `{name, processingType, objectTypeId?, listId?}`. Raises `Problem`."""
        name, processing = str(given.get("name") or ""), str(given.get("processingType") or "")
        if not name or processing not in ("MANUAL", "SNAPSHOT", "DYNAMIC"):
            raise invalid("A list needs a name and a processingType MANUAL, SNAPSHOT or DYNAMIC")
        if self.named(name) is not None:
            raise invalid(f"List name {name} is already in use")
        id = str(given.get("listId") or self._next)
        self._next = max(self._next, int(id)) + 1
        object = str(given.get("objectTypeId") or "0-1")
        made = ContactList(id=id, name=name, processing=processing, created=now, object=object)
        self.by_id[id] = made
        return made

    def change(
        self, list_: ContactList, add: Iterable[int], remove: Iterable[int], now: int
    ) -> tuple[list[int], list[int]]:
        """Put contacts on a list and take others off; return who really was added and removed.

        Raises `Problem` 400 for a list that fills itself.
        """
        if list_.processing == "DYNAMIC":
            raise invalid("Cannot add or remove records of a list with processing type DYNAMIC")
        added = [id for id in dict.fromkeys(add) if id not in list_.members]
        removed = [id for id in dict.fromkeys(remove) if id in list_.members]
        list_.members.update(dict.fromkeys(added, now))
        for id in removed:
            list_.members.pop(id, None)
        return added, removed

    def of(self, id: int) -> list[str]:
        """Return the ids of the lists that a contact is on."""
        return [one.id for one in self.by_id.values() if id in one.members]

    def forget(self, id: int) -> None:
        """Take a contact off every list."""
        for one in self.by_id.values():
            one.members.pop(id, None)

    def move(self, old: Iterable[int], new: int) -> None:
        """Give one contact the memberships of others; the earliest joining counts."""
        gone = list(old)
        for one in self.by_id.values():
            joined = [one.members.pop(id) for id in gone if id in one.members]
            if joined:
                one.members[new] = min(joined)
