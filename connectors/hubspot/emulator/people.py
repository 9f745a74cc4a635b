"""Owners, behaviour events and e-mail subscriptions: what surrounds the records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.hubspot.emulator.values import epoch, stamp


class People:
    """Owners by id, events in order of time, and subscription statuses by e-mail address."""

    def __init__(self) -> None:
        self.owners: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.statuses: dict[str, dict[str, str]] = {}

    def add_owner(self, given: Mapping[str, Any], now: int) -> dict[str, Any]:
        """Add an owner from `{email, firstName, lastName, id?, userId?, archived?, teams?}`."""
        id = str(given.get("id") or 70_000_001 + 7 * len(self.owners))
        user = int(given.get("userId") or 9_000_001 + 3 * len(self.owners))
        gone = bool(given.get("archived", False))
        owner = {
            "id": id,
            "email": given.get("email", ""),
            "type": "PERSON",
            "firstName": given.get("firstName", ""),
            "lastName": given.get("lastName", ""),
            "userId": None if gone else user,
            "userIdIncludingInactive": user,
            "createdAt": stamp(now),
            "updatedAt": stamp(now),
            "archived": gone,
            "teams": list(given.get("teams", ())),
        }
        self.owners[id] = owner
        return owner

    def user(self, named: object) -> str:
        """Return the user id of an owner by owner id, user id or e-mail; empty for nobody."""
        text = str(named)
        for owner in self.owners.values():
            user = str(owner["userIdIncludingInactive"])
            if text in (owner["id"], user, owner["email"]):
                return user
        return ""

    def add_event(self, given: Mapping[str, Any], now: int) -> dict[str, Any]:
        """Add an event from `{eventType, objectId, occurredAt?, properties?, objectType?}`."""
        at = epoch(str(given["occurredAt"])) if "occurredAt" in given else now
        event = {
            "id": str(given.get("id") or f"event-{len(self.events) + 1}"),
            "eventType": str(given["eventType"]),
            "objectType": str(given.get("objectType", "CONTACT")),
            "objectId": str(given["objectId"]),
            "occurredAt": stamp(at),
            "properties": dict(given.get("properties", {})),
        }
        self.events.append(event)
        self.events.sort(key=lambda one: (one["occurredAt"], one["id"]))
        return event
