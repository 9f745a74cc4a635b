"""Keeps a contact's `associatedcompanyid` and its primary association to a company alike.

That writing the property moves the association, and that the contact's change stamp moves with
it, is [memory] and not verified.
"""

from __future__ import annotations

from dataclasses import replace

from connectors.hubspot.emulator.links import Ends
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.record import Hand

PROPERTY = "associatedcompanyid"
_PRIMARY = 1
_HAND = Hand(source="ASSOCIATIONS")


def mirror(portal: Portal, *, quiet: bool = False) -> None:
    """Show the primary company of every contact whose companies changed.

    `quiet` is for seeds, which keep their stamps.
    """
    store, touched = portal.stores["contacts"], portal.links.touched
    while touched:
        record = store.live.get(touched.pop())
        if record is None:
            continue
        company = portal.links.main("contacts", record.id, "companies")
        shown = str(company) if company else ""
        if shown != record.props.get(PROPERTY, ""):
            changed = record.changed({PROPERTY: shown}, portal.now(), _HAND)
            kept = replace(changed, updated=record.updated, history=record.history)
            portal.save(store, kept if quiet else changed)


def obey(portal: Portal, contact: int, text: str) -> None:
    """Move the primary association to where a written property points; nowhere for no company."""
    source: Ends = ("contacts", contact)
    company = portal.stores["companies"].find(text)
    if company is not None:
        portal.links.add(source, ("companies", company.id), [_PRIMARY])
    elif not text:
        portal.links.no_main(source, "companies")
    portal.links.touched.add(contact)
