"""What marketing's property for the track takes, held against what is written for each track."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from crmbridge.mapping.check.finding import Finding
from crmbridge.mapping.check.tables import people_tables
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.values import looked_up
from crmbridge.model.record import Field
from crmbridge.model.side import MARKETING


def track_findings(
    mapping: MappingFile, side: str, known: Mapping[str, Mapping[str, Field]]
) -> Iterator[Finding]:
    """Yield each track that the property, where it is a choice, has no option for.

    Nobody would start a workflow by it: the value is refused, and held.
    """
    if side != mapping.home(MARKETING):
        return
    for _, person in people_tables(side, mapping.system(side)):
        entry = person.fields.get("track")
        field = known.get(person.object, {}).get(entry.field) if entry else None
        if entry is None or field is None or not entry.writes or not field.choices:
            continue
        for track in mapping.tracks:
            sent = str(mapping.track_values.get(track) or looked_up(entry.values, track))
            if sent not in field.choices:
                yield Finding(
                    where="mapping.toml",
                    line=f"tracks.{track}",
                    obj=person.object,
                    field=field.name,
                    what=f"{field.name!r} has no option {sent!r}",
                    advice=f"add the option, or name another value; it has: "
                    f"{', '.join(field.choices)}",
                )
