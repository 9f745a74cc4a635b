"""What a person said of mail: who said no and when, who took it back, and what was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.held.answers import asked
from crmbridge.flows.owed.consent import BY_HAND
from crmbridge.flows.read.observe.consent import CONSENT_AGAIN
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.consent import says_no
from crmbridge.model.codec import instant
from crmbridge.model.event import OURS, Event, looks
from crmbridge.model.payload import (
    ConsentGiven,
    Doubled,
    FirstSeen,
    OptedOut,
    PartedFrom,
    WriteDone,
)
from crmbridge.store import held
from crmbridge.store.replay import story
from crmbridge.store.table import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a record said of mail, and when; `no` is an opt-out, else it said no more that."""

    at: datetime
    record: str
    no: bool
    former: str = ""
    """The lead of which this one was parted, and whose no it kept then."""


def consent_told(company: Company, tx: Tx, lead: str) -> dict[str, Any]:
    """Return what is known of a lead's consent, in JSON's types; it is personal data."""
    scene = Scene.open(company, tx)
    state, history = scene.work.state(lead), story(tx, lead)
    return {
        "lead": lead,
        "opted_out": state.opted_out,
        "said": [
            {"at": instant(one.at), "record": one.record, "says": "no" if one.no else "no more"}
            | ({"kept_from": one.former} if one.former else {})
            for one in words_of(company, history)
        ],
        "given": [
            _given(one, one.payload) for one in history if isinstance(one.payload, ConsentGiven)
        ],
        "held": [
            asked(row) for row in held.of_leads(tx, family(lead, history), (CONSENT_AGAIN, BY_HAND))
        ],
    }


def words_of(company: Company, history: Iterable[Event]) -> list[Word]:
    """Each no that records said, and each that was taken back there, the oldest first.

    What we wrote ourselves nobody said.
    """
    last: dict[str, bool] = {}
    found = []
    history = list(history)
    former = {
        one.lead: one.payload.former for one in history if isinstance(one.payload, PartedFrom)
    }
    for event in history:
        if isinstance(wrote := event.payload, WriteDone) and "opted_out" in wrote.words:
            last[str(wrote.ref)] = wrote.words["opted_out"] is True
        for record, no in _said(company, event):
            if no != last.get(record, False):
                at = event.at
                if isinstance(event.payload, FirstSeen):
                    at = event.payload.changed_at or event.recorded_at
                kept = former.get(event.lead, "") if record == OURS else ""
                found.append(Word(at=at, record=record, no=no, former=kept))
            last[record] = no
    return sorted(found, key=lambda one: one.at)


def _said(company: Company, event: Event) -> Iterator[tuple[str, bool]]:
    told = event.payload
    if isinstance(told, OptedOut):
        yield event.source, True
    elif isinstance(told, Doubled):
        person = company.mapping.person(told.ref.system, told.ref.obj)
        if person and (no := says_no(person, told.raw)) is not None:
            yield str(told.ref), no
    for look in looks([event]):
        if "opted_out" in (look.values or {}):
            yield str(look.ref), (look.values or {})["opted_out"] is True


def _given(event: Event, told: ConsentGiven) -> dict[str, Any]:
    return {
        "at": instant(event.at),
        "recorded_at": instant(event.recorded_at),
        "by": told.by,
        "evidence": told.evidence,
        "lead": event.lead,
    }


def family(lead: str, history: Iterable[Event]) -> list[str]:
    """The lead and those that it took in."""
    return list(dict.fromkeys([lead, *(one.lead for one in history if one.lead)]))
