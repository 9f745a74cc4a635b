"""Which stage of ours a vendor's own stage means, when a record is first looked at; pure."""

from __future__ import annotations

from collections.abc import Mapping

from crmbridge.mapping.schema import FieldMap, PersonMap
from crmbridge.model.lifecycle.stage import LADDER, SIDES, Stage
from crmbridge.model.record import Value
from crmbridge.model.side import MARKETING


def stage_of(person: PersonMap, values: Mapping[str, Value]) -> str:
    """The stage of ours that a record shows; empty where it shows none that the mapping knows."""
    line = person.fields.get("stage")
    value = values.get(line.field) if line is not None else None
    return "" if line is None or value in (None, "") else means(line, str(value))


def means(line: FieldMap, value: str) -> str:
    """The stage of ours that a vendor's value means; empty for one that no line names.

    Where the table writes one value for several stages, it is the first of those in which
    marketing has the lead; else the last of those that sales has. Nobody is out because a value
    says so that the table writes for those who are. A line without a table is in our own words.
    """
    if value in line.adopt:
        return line.adopt[value]
    if not line.values:
        return value if value in LADDER else ""
    ours = [one for one, theirs in line.values.items() if theirs == value and one in LADDER]
    ours.sort(key=LADDER.__getitem__)
    with_marketing = [one for one in ours if SIDES[Stage(one)] == MARKETING]
    return (with_marketing or ours[-1:] or [""])[0]
