"""The facts of an explanation: what each is, which record said it, and what it is used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.flows.scene.lead_view import View, denied_at
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import encode, instant
from crmbridge.model.event import OURS, Event, looks
from crmbridge.model.lead import Ref
from crmbridge.model.payload import FirstSeen, OptedOut
from crmbridge.model.record import Value
from crmbridge.model.side import SALES

NOBODY = "nobody"
"""Source of what counts as no because nobody said otherwise."""
UNSAID = ("internal", "opted_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who said a fact: the side, `crmbridge` or `nobody`; the vendor's record and field.

    `worked_out_from` names what a fact of ours follows from, empty for what a record said.
    """

    source: str
    at: datetime
    record: str = ""
    vendor_field: str = ""
    worked_out_from: str = ""

    def row(self) -> dict[str, Any]:
        """Return JSON's types."""
        return {
            "source": self.source,
            "at": instant(self.at),
            "record": self.record,
            "vendor_field": self.vendor_field,
            "from": self.worked_out_from,
        }


class Sources:
    """Who said what of a lead, by the entries that were known then."""

    def __init__(self, scene: Scene, look: View, entries: Sequence[Event]) -> None:
        self._scene, self._look = scene, look
        self._records = _records(entries)

    def of(self, word: str) -> Said:
        """Say who said a fact, and when; what nobody said was worked out just now."""
        state, now = self._look.state, self._scene.now
        if fact := state.facts.get(word):
            record = self._records.get((word, fact.by, fact.at), "")
            field = self._field(record, word)
            return Said(source=fact.by, at=fact.at, record=record, vendor_field=field)
        if word == "email_domain" and "email" in state.facts:
            mail = self.of("email")
            return Said(
                source=mail.source,
                at=mail.at,
                record=mail.record,
                vendor_field=mail.vendor_field,
                worked_out_from="email",
            )
        if word == "hand_raise_at" and (raised := self._look.hand_raise_at):
            return self._touch(raised)
        if word == "no_fit" and (denied := denied_at(state, self._look.life)):
            return Said(source=SALES, at=denied, worked_out_from=_FROM[word])
        if word in UNSAID:
            return Said(source=NOBODY, at=now)
        return Said(source=OURS, at=now, worked_out_from=_FROM.get(word, ""))

    def _touch(self, at: datetime) -> Said:
        refs = [one.ref for one in self._look.touches if one.at == at]
        if not refs:
            return Said(source=OURS, at=at, worked_out_from="touches")
        return Said(source=refs[0].system, at=at, record=str(refs[0]), worked_out_from="touches")

    def _field(self, record: str, word: str) -> str:
        """The vendor's field for a word, by the mapping as it is now; empty where it has none."""
        if not record:
            return ""
        ref = Ref.parse(record)
        person = self._scene.company.mapping.person(ref.system, ref.obj)
        line = person.fields.get(word) if person else None
        return line.field if line else ""


_FROM: Mapping[str, str] = {
    **dict.fromkeys(
        ("engagement", "engagement_digit", "signals", "buying_stage", "touches"), "touches"
    ),
    **dict.fromkeys(("fit", "completeness", "grade_letter"), "facts and [fit]"),
    **dict.fromkeys(("grade", "rating"), "fit and engagement"),
    **dict.fromkeys(("open_deal", "customer"), "deals"),
    **dict.fromkeys(("stage", "cycle", "no_fit"), "the way so far"),
    "engagement_since": "touches of this trip",
    "owner": "records",
}
"""What a fact of ours follows from."""


def _records(entries: Sequence[Event]) -> dict[tuple[str, str, datetime], str]:
    """(fact, side, when) -> the record that said it."""
    found: dict[tuple[str, str, datetime], str] = {}
    for event in entries:
        told = event.payload
        if isinstance(told, OptedOut):
            found["opted_out", event.source.split(":")[0], event.at] = event.source
        for look in looks([event]):
            words, side = {**(look.values or {}), **(look.facts or {})}, look.ref.system
            first = event.type == FirstSeen.type
            at = look.changed_at or event.recorded_at if first else event.at
            found |= {(word, side, at): str(look.ref) for word in words}
    return found


def facts_told(scene: Scene, look: View, sources: Sources) -> list[dict[str, Any]]:
    """Return every fact that stands, by name: what records said, then what we worked out.

    `used_by` are ids of criteria of the definition, and `fit:<group>` for rules of fit.
    `authority` is the rule of a fact that both systems tell, empty for others, and `agreed` the
    value that both last had alike, `null` for none.
    """
    used = _used(scene)
    said = sorted(look.state.facts)
    ours = sorted(word for word in look.facts if word not in look.state.facts)
    values: Mapping[str, Value] = look.facts
    return [
        {"fact": word, "value": encode(_plain(values[word]))}
        | sources.of(word).row()
        | _ruled(scene, look, word)
        | {"used_by": used.get(word, [])}
        for word in (*said, *ours)
        if values.get(word) is not None
    ]


def _ruled(scene: Scene, look: View, word: str) -> dict[str, Any]:
    shared = word != "opted_out" and scene.company.shares(word)
    agreed = look.state.agreed.get(word) if shared else None
    return {
        "authority": scene.company.rule(word) if shared else "",
        "agreed": encode(_plain(agreed)),
    }


def _plain(value: Value) -> Value:
    return tuple(value) if isinstance(value, list | tuple | set | frozenset) else value


def _used(scene: Scene) -> dict[str, list[str]]:
    agreement = scene.company.agreement
    found: dict[str, list[str]] = {}
    for leaf in agreement.criteria:
        found.setdefault(leaf.field, []).append(leaf.id)
    for name, group in agreement.fit.groups.items() if agreement.fit else ():
        for rule in group.rules:
            mine = found.setdefault(rule.field, [])
            if f"fit:{name}" not in mine:
                mine.append(f"fit:{name}")
    return found


def with_sources(node: Mapping[str, Any], sources: Sources) -> dict[str, Any]:
    """Return a tree of criteria with who said each value; unknown values have nobody."""
    if "of" in node:
        return {**node, "of": [with_sources(one, sources) for one in node["of"]]}
    nobody = dict.fromkeys(("source", "at", "record", "vendor_field", "from"), "")
    said = nobody if node["value"] is None else sources.of(node["field"]).row()
    return {**node, **said}
