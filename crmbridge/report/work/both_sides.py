"""What one side knows of a handed lead and the other was seen to hold, field by field (R7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from crmbridge.mapping.schema import FieldMap
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.words import is_fact
from crmbridge.model.codec import decode_map
from crmbridge.model.record import Value, is_blank
from crmbridge.model.side import MARKETING, SALES, Side
from crmbridge.policy.fit.same import same
from crmbridge.policy.sharing import Shared
from crmbridge.policy.totals.trip import BACK, WON
from crmbridge.report.work.hand_offs import HandOff
from crmbridge.store import leads
from crmbridge.store.born import whole_refs
from crmbridge.store.rows import RefRow
from crmbridge.store.table import Tx

OWN = ("stage", "reason", "outcome", "won_amount")
"""What sales knows that is no fact of the person: where it stands, why it came back, the amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The fields that the mapping takes from one side to the other, by word, in its order."""

    to_sales: tuple[str, ...]
    to_marketing: tuple[str, ...]

    @classmethod
    def of(cls, mapping: MappingFile) -> Agreed:
        """Read them; the address is left out, by which both sides know the person."""
        read = {side: _words(mapping, side, reads=True) for side in Side}
        written = {side: _words(mapping, side, reads=False) for side in Side}
        own = [word for word in OWN if word in written[MARKETING]]
        facts = [word for word in read[SALES] if _fact(word) and word in written[MARKETING]]
        return cls(
            to_sales=tuple(
                word for word in read[MARKETING] if _fact(word) and word in written[SALES]
            ),
            to_marketing=(*facts, *own),
        )


def _fact(word: str) -> bool:
    return is_fact(word) and word != "email"


def _words(mapping: MappingFile, side: Side, *, reads: bool) -> list[str]:
    """The words that the systems of a side tell, or are told, of people."""
    people = [one for name in mapping.on(side) for one in mapping.system(name).people]
    lines = [line for person in people for line in person.fields.items()]
    return list(dict.fromkeys(word for word, one in lines if (one.reads if reads else one.writes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """A live record as it was seen: `values` by word, `raw` by field, `lines` by word."""

    values: Mapping[str, Value]
    raw: Mapping[str, Value]
    wrote: Mapping[str, Value]
    lines: Mapping[str, FieldMap] = field(default_factory=dict)

    def holds(self, word: str, said: Value, zone: tzinfo) -> bool:
        """Whether the record holds a value of ours."""
        line = self.lines.get(word)
        if line is None:
            return False
        if line.reads and word in self.values:
            return same(self.values[word], said, zone)
        wanted = line.values.get(str(said), said)
        return not is_blank(self.raw.get(line.field)) and same(
            self.raw.get(line.field), wanted, zone
        )

    def has_own(self, word: str, zone: tzinfo) -> bool:
        """Whether the record holds what we last wrote there; any value where we wrote none."""
        line = self.lines.get(word)
        held = self.raw.get(line.field) if line else None
        if line is None or is_blank(held):
            return False
        return line.field not in self.wrote or same(held, self.wrote[line.field], zone)


def shared(
    tx: Tx,
    mapping: MappingFile,
    agreed: Agreed,
    made: Mapping[str, Sequence[HandOff]],
    zone: tzinfo,
) -> Iterator[tuple[str, tuple[Shared, Shared]]]:
    """Yield each handed lead with what is seen in both directions: to sales, and to marketing.

    `made` are the hand-offs of each lead, in order; the team is that of the last.
    """
    for lead, rows in leads.kept_refs_of(tx, made).items():
        found = _records(mapping, whole_refs(tx, [one for one in rows if one.live]))
        mine, team = made[lead], made[lead][-1].team
        theirs, ours = found[SALES], found[MARKETING]
        there = [_said(ours, word) for word in agreed.to_sales]
        to_sales = Shared(
            lead=lead,
            team=team,
            present=[not is_blank(one) for one in there],
            arrived=[
                any(record.holds(word, one, zone) for record in theirs)
                for word, one in zip(agreed.to_sales, there, strict=True)
            ],
        )
        cells = [_back(word, mine, ours, theirs, zone) for word in agreed.to_marketing]
        to_marketing = Shared(
            lead=lead,
            team=team,
            present=[has for has, _ in cells],
            arrived=[seen for _, seen in cells],
        )
        yield lead, (to_sales, to_marketing)


def _back(
    word: str,
    mine: Sequence[HandOff],
    ours: Sequence[_Record],
    theirs: Sequence[_Record],
    zone: tzinfo,
) -> tuple[bool, bool]:
    if word in OWN:
        return _has_own(word, mine), any(one.has_own(word, zone) for one in ours)
    said = _said(theirs, word)
    return not is_blank(said), any(one.holds(word, said, zone) for one in ours)


def _has_own(word: str, mine: Sequence[HandOff]) -> bool:
    if word == "stage":
        return True
    if word == "won_amount":
        return any(one.cycle.outcome == WON for one in mine)
    return any(one.cycle.outcome in BACK for one in mine)


def _said(records: Iterable[_Record], word: str) -> Value:
    """What a side says of a word: the first of its records that has a value."""
    told = (one.values.get(word) for one in records)
    return next((value for value in told if not is_blank(value)), None)


def _records(mapping: MappingFile, rows: Iterable[RefRow]) -> dict[str, list[_Record]]:
    found: dict[str, list[_Record]] = {side: [] for side in Side}
    for row in rows:
        person, side = mapping.person(row.system, row.obj), mapping.side_of(row.system)
        if person is not None and side is not None:
            seen: Mapping[str, Any] = row.seen or {}
            values, raw, wrote = (
                decode_map(seen.get(name) or {}) for name in ("values", "raw", "wrote")
            )
            made = _Record(values=values, raw=raw, wrote=wrote, lines=person.fields)
            found[side].append(made)
    return found
