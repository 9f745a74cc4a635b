"""Nurture tracks: HubSpot's static contact lists, which workflows watch (hubspot.md 1.10)."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.hubspot.client import Client
from crmbridge.errors import NotSupported, Refused
from crmbridge.kit.fields import chunks, listed, mapping
from crmbridge.net.call import Answer

MEMBERS = 1000
"""Ids a call; more is not verified. Source: hubspot.md 6.1."""
DONE, GONE = "done", "gone"


class Tracks:
    """The lists of one account, each looked up once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, str] = {}

    def enroll(self, track: str, add: Sequence[str], remove: Sequence[str]) -> dict[str, str]:
        """Put contacts on a list and take others off; an id in both is taken off, none only looks.

        See `Nurtures.enroll`. Raises `Refused` (`unknown_track`) for no such list and
        `NotSupported` for one that HubSpot fills by itself.
        """
        moves = dict.fromkeys(add, True) | dict.fromkeys(remove, False)
        list_id = self._known.get(track) or self._resolve(track)
        told = {each: "this is no HubSpot record id" for each in moves if not each.isdigit()}
        ids = [each for each in moves if each not in told]
        for part in chunks(ids, MEMBERS):
            answer = self._client.move_members(
                list_id,
                [each for each in part if moves[each]],
                [each for each in part if not moves[each]],
            )
            told |= _told(part, answer)
        return {each: told[each] for each in moves}

    def _resolve(self, track: str) -> str:
        try:
            if track.isdigit():
                found = self._client.list_by_id(track)
            else:
                found = self._client.list_by_name(track)
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
            )
        if found.get("processingType") == "DYNAMIC":
            raise NotSupported(
                f"HubSpot fills the list {track!r} by itself (an active list); make a static list "
                "and let the workflow start from that one"
            )
        self._known[track] = list_id
        return list_id


def _told(part: Sequence[str], answer: Answer) -> dict[str, str]:
    lost = set(map(str, listed(mapping(answer.data).get("recordIdsMissing"))))
    return {each: GONE if each in lost else DONE for each in part}
