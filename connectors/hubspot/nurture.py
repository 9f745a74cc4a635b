"""Nurture tracks: HubSpot's static contact lists, which workflows watch (hubspot.md 1.10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from connectors.hubspot.client import Client
from crmbridge.errors import NotSupported, RefusalCause, Refused
from crmbridge.kit import tracks
from crmbridge.kit.fields import listed, mapping


class Tracks(tracks.Tracks):
    """The static lists of one account."""

    batch: ClassVar[int] = 1000  # more is not verified. Source: hubspot.md 6.1

    def __init__(self, client: Client) -> None:
        super().__init__()
        self._client = client

    def found(self, track: str) -> str:
        """Return the id of a static list; see `Tracks.found`."""
        try:
            found = self._client.list_of(track)
        except Refused as error:
            if error.code not in {"not_found", "OBJECT_NOT_FOUND", "VALIDATION_ERROR"}:
                raise
            found = {}
        list_id = str(found.get("listId") or "")
        if not list_id.isdigit():
            raise Refused(
                f"HubSpot has no contact list {track!r}; create it as a static list, or name the "
                "right one in the mapping",
                code="unknown_track",
                cause=RefusalCause.TRACK,
            )
        if found.get("processingType") == "DYNAMIC":
            raise NotSupported(
                f"HubSpot fills the list {track!r} by itself (an active list); make a static list "
                "and let the workflow start from that one"
            )
        return list_id

    def move(self, own: str, add: Sequence[str], remove: Sequence[str]) -> set[str]:
        """Put contacts on a list and take others off; see `Tracks.move`."""
        told = self._client.move_members(own, add, remove)
        return set(map(str, listed(mapping(told.data).get("recordIdsMissing"))))

    def strange(self, record: str) -> str:
        """Return why an id is none of HubSpot's."""
        return "" if record.isdigit() else "this is no HubSpot record id"
