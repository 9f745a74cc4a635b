"""Records that a filter leaves out, of people who said no: they are looked up, to hear it too.

A record that a filter leaves out is not kept, for there may be very many. So when somebody is out,
and a table of people has a filter, that system is asked once for records with their addresses.
"""

from __future__ import annotations

from collections.abc import Collection

from crmbridge.flows.scene.scene import Scene, recalled
from crmbridge.mapping.addresses import each
from crmbridge.mapping.schema import SystemMap
from crmbridge.mapping.translate import further
from crmbridge.store import cursors
from crmbridge.store.table import Tx

LEFT_OUT = "left_out"
"""Row of the ledger's facts, by side: the leads whose addresses are to be looked up."""


def seek(scene: Scene, lead: str) -> None:
    """Remember to look up the records of somebody who is out that a filter may have left out."""
    for side, spec in scene.company.mapping.systems():
        if filters(spec):
            scene.remember(f"{LEFT_OUT}:{side}", lead)


def filters(spec: SystemMap) -> dict[str, str]:
    """The field of the address in each table of people that has a filter, by object."""
    return {
        one.object: one.fields["email"].field
        for one in spec.people
        if one.when and "email" in one.fields
    }


def sought(tx: Tx, side: str) -> list[str]:
    """The leads whose addresses are to be looked up on a side."""
    return list(recalled(tx, f"{LEFT_OUT}:{side}"))


def found(tx: Tx, side: str, leads: Collection[str]) -> None:
    """Forget leads whose addresses were looked up."""
    row = f"{LEFT_OUT}:{side}"
    left = {lead: why for lead, why in recalled(tx, row).items() if lead not in leads}
    cursors.put_meta(tx, row, left)


def addresses_of(scene: Scene, lead: str) -> list[str]:
    """All addresses in a lead's live records, and the one that it is known by; each once."""
    told = list(each(scene.work.state(lead).value("email")))
    for entry in scene.work.refs(lead):
        person = scene.company.mapping.person(entry.ref.system, entry.ref.obj)
        if person is None or not entry.live:
            continue
        line = person.fields.get("email")
        told += each(entry.seen.raw.get(line.field)) if line else ()
        told += further(person, entry.seen.raw)
    return list(dict.fromkeys(told))
