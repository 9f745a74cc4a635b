"""What a nurture track is in the marketing system: a list, a value of a property, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from crmbridge.mapping.tables.base import Shape
from crmbridge.mapping.tables.fields import FieldMap


class TrackMap(Shape):
    """One track.

    `list` is the vendor's list, by name or number; people are put on it and taken off. `value` is
    what the line `track` of the person writes while somebody is on the track: a workflow that a
    list neither starts a second time nor stops goes by that. One of the two at least.
    """

    list: str = ""
    value: str = ""

    @model_validator(mode="after")
    def _somewhere(self) -> TrackMap:
        if not self.list.strip() and not self.value.strip():
            raise ValueError("a track is a list, a value of a property, or both: name one")
        return self


def _kind(data: Any) -> str:
    return "#track" if isinstance(data, dict | TrackMap) else "#list"


TrackEntry = Annotated[
    Annotated[str, Field(min_length=1), Tag("#list")] | Annotated[TrackMap, Tag("#track")],
    Discriminator(_kind),
]
"""A track as the file has it: the name of a list alone, or a table."""


def lists_of(tracks: Mapping[str, str | TrackMap]) -> dict[str, str]:
    """The list of each track that has one."""
    found = {name: one if isinstance(one, str) else one.list for name, one in tracks.items()}
    return {name: one for name, one in found.items() if one}


def values_of(tracks: Mapping[str, str | TrackMap]) -> dict[str, str]:
    """The value of each track that names one."""
    return {
        name: one.value
        for name, one in tracks.items()
        if isinstance(one, TrackMap) and one.value.strip()
    }


def fault_of_values(values: Mapping[str, str], lines: Sequence[FieldMap]) -> str:
    """Say why the values of tracks could start no workflow; empty where they can.

    `lines` are the lines `track` of marketing's people.
    """
    if not values:
        return ""
    owner: dict[str, str] = {}
    for track, value in values.items():
        if value in owner:
            return (
                f"tracks {owner[value]!r} and {track!r} have the value {value!r}: who goes from "
                "the one to the other would start no workflow, so give each its own"
            )
        owner[value] = track
    sent = [one for one in lines if one.writes]
    if not sent:
        return (
            f"tracks.{next(iter(values))}.value: no line of marketing's people writes `track`: add "
            'track = { field = "…", way = "out" } under [marketing.lead.fields]'
        )
    if any(one.values for one in sent):
        return (
            "the line `track` has a table of values, and [tracks] names values too: say it in one "
            "place"
        )
    if any(one.only_if_empty for one in sent):
        return (
            "the line `track` has only_if_empty, so that a track that is left would stay in the "
            "property: take it out"
        )
    return ""
