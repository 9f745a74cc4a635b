"""From what a person types to the lead that they mean."""

from __future__ import annotations

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.observe.identity import follow
from crmbridge.flows.scene import Scene, mark_of
from crmbridge.mapping.transforms import email as address
from crmbridge.store import leads
from crmbridge.store.table import Tx

SHORTEST = 4
"""Characters of a lead id that may stand for the whole."""
SHOWN = 5
"""Leads named when a prefix fits several."""


def find_lead(company: Company, tx: Tx, text: str) -> str:
    """Return the id of the lead that is meant by its id, the beginning of it, an e-mail address
    (looked up by its hash), a vendor record as `sales:Lead:<id>`, or a vendor's bare id.

    A lead that was merged away gives the one that it lives on as.

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
    return follow(Scene.open(company, tx), found)


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
    found: list[str] = []
    for ident in leads.ids(tx, after=text):
        if not ident.startswith(text) or len(found) > SHOWN:
            break
        found.append(ident)
    if len(found) > 1:
        named = ", ".join(found[:SHOWN]) + (", …" if len(found) > SHOWN else "")
        raise CrmBridgeError(f"{text!r} begins several lead ids: {named}. Give more of one.")
    return next(iter(found), "")
