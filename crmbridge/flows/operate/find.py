"""From what a person types to the lead that they mean."""

from __future__ import annotations

from datetime import datetime

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.mapping.transforms import email as address
from crmbridge.model.event import Event, said
from crmbridge.model.payload import (
    Addressed,
    Doubled,
    FieldRefused,
    FirstSeen,
    Linked,
    MergedAway,
    RecordSeen,
    Suppressed,
    TouchSeen,
    WriteDone,
)
from crmbridge.store import events, leads
from crmbridge.store.replay import story
from crmbridge.store.table import Tx

SHORTEST = 4
"""Characters of a lead id that may stand for the whole."""
SHOWN = 5
"""Leads named when a prefix fits several."""


def find_lead(company: Company, tx: Tx, text: str, as_of: datetime | None = None) -> str:
    """Return the id of the lead that is meant by its id, the beginning of it, an e-mail address
    (looked up by its hash), a vendor record as `sales:Lead:<id>`, or a vendor's bare id.

    A lead that was merged away gives the one that it lives on as. With `as_of` only merges that
    were known then count, and an address or a record means the lead that had it then.

    Raises:
        CrmBridgeError: no such lead, or several. The text never repeats an e-mail address.
    """
    text = text.strip()
    found = _one(company, tx, text)
    if not found:
        raise CrmBridgeError(
            f"no lead is known by {_kind(text)}. Give our lead id or its first {SHORTEST} "
            "characters, an e-mail address, or a record such as sales:Lead:<id>; "
            "`crmbridge sync` reads what is new."
        )
    now = follow(Scene.open(company, tx), found)
    return now if as_of is None else _then(company, tx, text, (found, now), as_of)


def _then(company: Company, tx: Tx, text: str, found: tuple[str, str], as_of: datetime) -> str:
    """The lead that was meant at a past instant, among those that are one person now.

    `found` are the lead that the text names and the one that it lives on as. Where nobody of them
    was known then, the latter: the caller says that it was not known.
    """
    named, now = found
    family = dict.fromkeys([now, *(one.lead for one in story(tx, now))])
    known = {one: told for one in family if (told := events.of_lead(tx, one, as_of))}
    marks = _marks(company, text)
    by_name = [named] if named.startswith(text) else []
    had_it = [one for one, told in known.items() if any(_names(event, marks) for event in told)]
    lead = next((one for one in (*by_name, *had_it, now, *known) if one in known), now)
    while away := list(said(known.get(lead, ()), MergedAway)):
        lead = away[-1].into
    return lead


def _marks(company: Company, text: str) -> set[str]:
    """What an entry names who is meant by: an address's hash, or a record."""
    if "@" in text:
        return {mark_of(str(address(text)))}
    return {text, *(":".join(one) for one in _everywhere(company, text))}


def _names(event: Event, marks: set[str]) -> bool:
    match event.payload:
        case RecordSeen(identity=identity, ref=ref) | FirstSeen(identity=identity, ref=ref):
            named = {identity, str(ref)}
        case Addressed(identities=identities):
            named = set(identities)
        case TouchSeen(identity=identity) | Suppressed(identity=identity):
            named = {identity}
        case Doubled(ref=ref) | Linked(ref=ref) | WriteDone(ref=ref) | FieldRefused(ref=ref):
            named = {str(ref)}
        case _:
            named = set()
    return not marks.isdisjoint(named)


def _kind(text: str) -> str:
    return "this e-mail address" if "@" in text else repr(text)


def _one(company: Company, tx: Tx, text: str) -> str:
    if not text:
        return ""
    if text in leads.get_many(tx, [text]):
        return text
    if "@" in text:
        return _by_address(tx, text)
    if text.count(":") >= 2:
        system, obj, ident = text.split(":", 2)
        return _by_records(tx, [(system, obj, ident)])
    return _by_records(tx, _everywhere(company, text)) or _by_prefix(tx, text)


def _by_address(tx: Tx, text: str) -> str:
    try:
        normal = str(address(text))
    except ValueError:
        return ""
    return next(iter(leads.by_identity(tx, [mark_of(normal)]).values()), "")


def _everywhere(company: Company, ident: str) -> list[tuple[str, str, str]]:
    return [
        (side, person.object, ident)
        for side, system in company.mapping.systems()
        for person in system.people
    ]


def _by_records(tx: Tx, refs: list[tuple[str, str, str]]) -> str:
    found: set[str] = set()
    for system, obj, ident in refs:
        found |= {row.lead for row in leads.by_ref(tx, system, obj, [ident]).values() if row.lead}
    if len(found) > 1:
        raise CrmBridgeError(
            f"{refs[0][2]!r} is a record of {len(found)} leads: say which system, as in "
            f"{':'.join(refs[0])}"
        )
    return next(iter(found), "")


def _by_prefix(tx: Tx, text: str) -> str:
    if len(text) < SHORTEST:
        return ""
    found = leads.beginning(tx, text, SHOWN + 1)
    if len(found) > 1:
        named = ", ".join(found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
        raise CrmBridgeError(f"{text!r} begins several lead ids: {named}. Give more of one.")
    return next(iter(found), "")
