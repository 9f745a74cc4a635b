"""Who a lead is: addresses with their sources, records, and which leads were joined or parted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.held.answers import WHO, asked
from crmbridge.flows.read.observe.identity import follow, marks_of, stands
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.flows.stages.enter import own_name
from crmbridge.mapping.addresses import each
from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.model.lead import Ref
from crmbridge.model.payload import (
    Absorbed,
    Doubled,
    FirstSeen,
    LeadMerged,
    Linked,
    Parted,
    PartedFrom,
    RecordSeen,
)
from crmbridge.store import held
from crmbridge.store.projection import RefEntry
from crmbridge.store.replay import story
from crmbridge.store.table import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An address that a record told, in which field, and when for the first time."""

    address: str
    ref: Ref
    field: str
    since: datetime

    def __repr__(self) -> str:
        return f"Told({self.ref}, {self.field})"  # the address is personal


def who(company: Company, tx: Tx, lead: str) -> dict[str, Any]:
    """Return who a lead is, in JSON's types; it is personal data."""
    scene = Scene.open(company, tx)
    entries = scene.work.refs(lead)
    history = story(tx, lead)
    return {
        "lead": lead,
        "stage": scene.work.state(lead).stage,
        "own_stage": own_name(scene, scene.work.state(lead)),
        "opted_out": scene.work.state(lead).opted_out,
        "addresses": _addresses(scene, entries, history),
        "records": [_record(one) for one in entries if not one.ref.id.startswith("new:")],
        "joined": list(_joined(history)),
        "apart": sorted({follow(scene, one) for one in scene.work.state(lead).apart}),
        "held": [asked(row) for row in held.of_leads(tx, [lead], WHO)],
    }


def addresses_told(company: Company, history: Iterable[Event]) -> list[Told]:
    """The addresses that the records of a history told, each once by record, the oldest first."""
    found: dict[tuple[str, Ref], Told] = {}
    for event in history:
        told = event.payload
        if not isinstance(told, FirstSeen | RecordSeen | Doubled) or not told.raw:
            continue
        person = company.mapping.person(told.ref.system, told.ref.obj)
        line = person.fields.get("email") if person else None
        fields = [line.field] if line else []
        for field in (*fields, *(person.more_addresses if person else ())):
            for address in each(told.raw.get(field)):
                one = Told(address=address, ref=told.ref, field=field, since=event.recorded_at)
                found.setdefault((address, told.ref), one)
    return sorted(found.values(), key=lambda one: one.since)


def _addresses(scene: Scene, entries: list[RefEntry], history: list[Event]) -> list[dict[str, Any]]:
    """A lead's addresses, those of today first."""
    own = {one.ref: one for one in entries}
    rows = []
    for told in addresses_told(scene.company, history):
        entry = own.get(told.ref)
        if entry is None:
            continue
        now = entry.live and mark_of(told.address) in marks_of(scene, entry)
        rows.append(
            {
                "address": told.address,
                "state": "current" if now else "old",
                "record": str(told.ref),
                "field": told.field,
                "since": instant(told.since),
            }
        )
    return sorted(rows, key=lambda row: row["state"] != "current")


def _record(entry: RefEntry) -> dict[str, Any]:
    return {"record": str(entry.ref), "state": _state(entry)}


def _state(entry: RefEntry) -> str:
    if not entry.live:
        return "gone"
    if entry.seen.double:
        return "second, waits for a person"
    return "linked" if stands(entry) else f"became {entry.seen.converted_to}"


def _joined(history: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """What made one of several, or two of one, in its order."""
    for event in history:
        told, at = event.payload, instant(event.recorded_at)
        match told:
            case LeadMerged():
                yield {"at": at, "what": "joined", "lead": told.loser, "why": told.why}
            case Absorbed():
                refs = ", ".join(map(str, told.refs))
                yield {"at": at, "what": "merged at the vendor", "lead": "", "why": refs}
            case Linked():
                was = f"{told.former or event.source} lives on as {told.ref}"
                yield {"at": at, "what": "linked", "lead": "", "why": was}
            case Parted():
                why = f"{told.by}: {told.why}"
                yield {"at": at, "what": "parted", "lead": told.into, "why": why}
            case PartedFrom():
                yield {"at": at, "what": "parted from", "lead": told.former, "why": ""}
