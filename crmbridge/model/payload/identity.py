"""Who is who: records seen, linked, merged and gone, and the leads behind them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

from crmbridge.model.codec import instant
from crmbridge.model.lead import Ref, mark_of
from crmbridge.model.payload.base import Payload, Step
from crmbridge.model.payload.form import (
    Absent,
    Instant,
    Key,
    Record,
    Records,
    Stamp,
    Texts,
    Values,
    entry,
)
from crmbridge.model.record import Value
from crmbridge.model.state import Happened


@entry
class Known(Step):
    """A lead is known for the first time."""

    type = "known"


@entry
class RecordSeen(Payload):
    """A vendor's record of a person, and all that follows from it, so that replay needs no mapping.

    A look at a record tells `raw`, `values`, `status` and `changed_at`, the first two as far as
    they are news. What else speaks of a record (it is gone, its word is to count) tells none of
    them. `facts` hold for the lead though the record does not say them so, the words in `kept` do
    not hold although it says them, `agreed` are values on which both systems agree now.
    """

    type = "sighting"
    ref: Record
    raw: Values | None = None
    values: Values | None = None
    status: str | None = None
    """The vendor's label; empty where the record has no status."""
    changed_at: Stamp = None
    facts: Values | None = None
    kept: Texts = ()
    agreed: Values | None = None
    opted_out: bool = False
    identity: str = ""
    """The hash of the address that the lead is known by from now on."""
    converted_to: Record | None = None
    owner: str | None = None
    """Our rep, or the vendor's user as text; `None` where the record tells no owner."""
    deleted: bool = False
    changed_by: Record | None = None
    """The vendor's user who changed the record, where the vendor tells."""

    def to_json(self) -> dict[str, Any]:
        """Write as JSON's types; a look at a record says also that the vendor has no stamp."""
        data = Payload.to_json(self)
        if self.raw is not None:
            data["changed_at"] = instant(self.changed_at) if self.changed_at else ""
        return data


@entry
class FirstSeen(Step):
    """A lead is known for the first time, by the first look at a record of theirs.

    It says what `Known` and a `RecordSeen` say. Of the `fields` that were asked for, `raw` has
    those that are filled, and of those in `hidden` the vendor said nothing (entries of earlier
    builds do not tell them from empty ones); `words` names the field that each word of the lead
    stands in. A word's value is its field's, but for those in `values`; the record says nothing of
    those in `silent`.
    The entry is of the instant since when the person is known; facts hold from `changed_at` on, or
    from when the entry was recorded.
    """

    type = "first_seen"
    ref: Record
    fields: Texts
    raw: Values
    words: Mapping[str, str]
    values: Values | None = None
    silent: Texts = ()
    status: str = ""
    changed_at: Instant | None = None
    owner: str | None = None
    changed_by: Record | None = None
    hidden: Texts = ()

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it: that it is known."""
        return Happened(at=at, type=Known.type)

    def said(self) -> dict[str, Value]:
        """What the record says in the words of the lead."""
        raw, silent = self.raw, self.silent
        found = {
            word: raw[field]
            for word, field in self.words.items()
            if field in raw and word not in silent
        }
        return {**found, **self.values} if self.values else found

    @property
    def told(self) -> frozenset[str]:
        """The fields of which the vendor said what they hold, if only that it is nothing."""
        return _names(self.fields).difference(self.hidden)

    @property
    def identity(self) -> str:
        """The hash of the address that the lead is known by; empty for none."""
        if self.values and "email" in self.values:
            address = self.values["email"]
        elif "email" in self.silent:
            return ""
        else:
            address = self.raw.get(self.words.get("email", ""))
        return mark_of(address) if isinstance(address, str) and address else ""

    def look(self) -> RecordSeen:
        """The same as a look at a record that was known before."""
        said = self.said()
        return RecordSeen(
            ref=self.ref,
            raw=self.raw,
            values=said,
            status=self.status,
            changed_at=self.changed_at,
            opted_out=said.get("opted_out") is True,
            identity=self.identity,
            owner=self.owner,
            changed_by=self.changed_by,
        )


def first_seen(
    ref: Ref,
    raw: Mapping[str, Value],
    said: Mapping[str, Value],
    words: Mapping[str, str],
    fields: tuple[str, ...],
    **more: Any,
) -> FirstSeen:
    """Make the entry of a record that nobody has seen.

    `said` is what it says in the words of the lead, `words` the field that each word stands in,
    `fields` every field that was asked for.
    """
    held = {name: value for name, value in raw.items() if value is not None}
    more_fields = tuple(name for name in held if name not in _names(fields))
    own, silent = unlike(held, said, words)
    return FirstSeen(
        ref=ref,
        fields=fields + more_fields,
        raw=held,
        words=words,
        values=own or None,
        silent=silent,
        hidden=tuple(name for name in fields if name not in raw),
        **more,
    )


def unlike(
    held: Mapping[str, Value], said: Mapping[str, Value], words: Mapping[str, str]
) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The words of a record that are not simply what their fields hold, and those that it lacks."""
    own: dict[str, Value] = {}
    silent: list[str] = []
    for word, field in words.items():
        value, there = said.get(word), held.get(field)
        if value is None:
            if there is not None:
                silent.append(word)
        elif there is None or not same(value, there):
            own[word] = value
    if not said.keys() <= words.keys():
        own |= {w: value for w, value in said.items() if w not in words and value is not None}
    return own, tuple(silent)


@lru_cache(maxsize=64)
def _names(fields: tuple[str, ...]) -> frozenset[str]:
    return frozenset(fields)


def same(one: Value, two: Value) -> bool:
    """Whether two values are equal and of one type: `True` is no 1, and 1 no `Decimal`."""
    return one == two and type(one) is type(two)


@entry
class Doubled(Payload):
    """A second record of a person who has one: it waits for a person, and hears opt-outs alone."""

    type = "doubled"
    ref: Record
    raw: Values


@entry
class Addressed(Payload):
    """A record tells further addresses of its person, who is known by each from now on."""

    type = "addressed"
    ref: Record
    identities: Texts
    """Hashes of the addresses that are news."""


@entry
class Absorbed(Payload):
    """Records that the vendor merged into one of the lead's."""

    type = "absorbed"
    refs: Records


@entry
class Linked(Payload):
    """A record is the lead's before it was seen: one that another became, or was merged into.

    `from_live` says whether that other one goes on by itself.
    """

    type = "linked"
    ref: Record
    former: Annotated[Record | None, Key("from")] = None
    from_live: bool | None = None


@entry
class LeadMerged(Payload):
    """Another lead turned out to be the same person, and all it had moves to this one."""

    type = "lead_merged"
    loser: str
    identities: Texts
    why: Annotated[str, Absent("")]


@entry
class MergedAway(Payload):
    """The other half, on the lead that is no more."""

    type = "merged_away"
    into: str


@entry
class Merged(Step):
    """The end of a lead that lives on as another."""

    type = "merged"


@entry
class Erased(Step):
    """The end of a lead whose person asked to be forgotten."""

    type = "erased"
