"""What a vendor's record should hold, from what we know of a lead; pure."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass

from crmbridge.mapping.schema import FieldMap, PersonMap
from crmbridge.mapping.transforms import outward, parted
from crmbridge.mapping.values import looked_up
from crmbridge.model.record import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A value that a vendor field should have, and the line of the mapping that says so.

    `value` is in the vendor's words, `said` in ours. `default` is what the line gives a new record
    that gets no other value; `None` for none. `only_if_empty`: a value that is there stays. `own`:
    the value is the agreement's own name for a stage, and not of the mapping.
    """

    value: Value
    word: str
    rule: str
    said: Value = None
    default: Value = None
    only_if_empty: bool = False
    own: bool = False


def wanted(
    table: str, person: PersonMap, words: MappingABC[str, Value], *, create: bool = False
) -> dict[str, Wanted]:
    """Return vendor field -> wanted value, for every outgoing field that we have an opinion on.

    `table` names the person's table in the file (such as `sales.lead`), for the rule's text.
    A word that is absent from `words` is left alone. `None` clears, except on a record that is
    still to be created, where it is left out. Defaults stand in on creation only: a vendor that
    requires a field wants it then, and later the field is the people's.
    """
    out: dict[str, Wanted] = {}
    for word, entry in person.fields.items():
        if not entry.writes:
            continue
        value = _value(entry, words, word, create=create)
        if isinstance(value, _Absent) or (create and value is None):
            continue
        said = words.get(word)
        for name, part in _by_field(entry, value).items():
            if create and part is None:
                continue
            out[name] = Wanted(
                value=part,
                word=word,
                rule=f"mapping.toml {table}.fields.{word} (way = {entry.way})",
                said=value if said is None else said,
                default=entry.default if create else None,
                only_if_empty=entry.only_if_empty,
            )
    return out


def _by_field(entry: FieldMap, value: Value) -> dict[str, Value]:
    """What each field of a line gets."""
    if not entry.rest:
        return {entry.field: value}
    return dict(zip((entry.field, entry.rest), parted(value), strict=True))


def in_their_words(entry: FieldMap, value: Value) -> Value:
    """A value of ours as a line of the mapping writes it; raises `ValueError` where it cannot."""
    return looked_up(_table(entry), outward(entry.via, value))


class _Absent:
    """No opinion: not the same as an empty value."""


ABSENT = _Absent()


def _value(
    entry: FieldMap, words: MappingABC[str, Value], word: str, *, create: bool
) -> Value | _Absent:
    value: Value | _Absent = words.get(word, ABSENT)
    if isinstance(value, str) and not value.strip():
        value = None  # spaces say nothing, and vendors drop them
    if value is None or isinstance(value, _Absent):
        if entry.default is not None:
            return entry.default if create else ABSENT
        return value
    try:
        return in_their_words(entry, value)
    except ValueError:
        return ABSENT


def _table(entry: FieldMap) -> MappingABC[str, str]:
    if entry.way == "out":
        return entry.values
    return {ours: theirs for theirs, ours in entry.values.items()}
