"""A look at what is held by cause: is a field as it should be by now, does a vendor take it now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from crmbridge.company import Company
from crmbridge.errors import ConnectorError
from crmbridge.flows.fit import described
from crmbridge.flows.fit.causes import (
    NOT_TAKEN,
    OF_WRITE,
    PROBE,
    Causes,
    due_probes,
    redo,
    seen_by_us,
)
from crmbridge.flows.retry import patiently
from crmbridge.flows.scene.scene import Scene
from crmbridge.log import get_logger
from crmbridge.model.codec import instant
from crmbridge.model.payload import FieldOffered
from crmbridge.model.record import Field
from crmbridge.store.held import Held

log = get_logger(__name__)


def look_at_fields(company: Company, side: str, sleep: Callable[[float], None]) -> None:
    """Ask a side for its fields where that is due, and offer again what it may take by now.

    A side that cannot be asked is asked with the next look.
    """
    with company.ledger.read() as tx:
        scene = Scene.open(company, tx)
        some = Causes.of(scene).open(system=side)
        ask = described.due(scene, side, something_held=bool(some))
        probes = bool(due_probes(scene, side))
    told: Mapping[str, Sequence[Field]] = {}
    if ask:
        try:
            told = patiently(lambda: described.ask(company, side), sleep)
        except ConnectorError as error:
            log.warning("fields not described", company=company.name, side=side, error=str(error))
    if told or probes:
        with company.ledger.write("pull") as tx:
            scene = Scene.open(company, tx)
            if told:
                changed(scene, side, told)
            for row in due_probes(scene, side):
                _probe(scene, row)
            scene.work.flush()


def note_described(company: Company, side: str, told: Mapping[str, Sequence[Field] | str]) -> None:
    """Keep what a side was heard to say of its fields, and what follows from it."""
    with company.ledger.write("pull") as tx:
        scene = Scene.open(company, tx)
        changed(scene, side, told)
        scene.work.flush()


def changed(scene: Scene, side: str, told: Mapping[str, Sequence[Field] | str]) -> None:
    """Have the leads looked at whom a field concerned that is another now."""
    fields = described.note(scene, side, told)
    causes = Causes.of(scene)
    for row in causes.open(system=side):
        if (row.detail["object"], row.field) not in fields:
            continue
        if seen_by_us(row) and row.count == len(row.detail["leads"]):
            causes.wake(row)  # whom it concerns still is known once they were looked at
        else:
            causes.release(row)


def _probe(scene: Scene, row: Held) -> None:
    """Offer one lead's value, or one write, again: each time that of another lead."""
    some = list(row.detail["leads"])
    if not some:
        return
    lead, rest = some[0], some[1:]
    detail = dict(row.detail) | {
        "leads": [*rest, lead],
        "probe_at": instant(scene.now + PROBE),
    }
    Causes.of(scene).change(replace(row, detail=detail))
    if row.kind in OF_WRITE:
        redo(scene, row, lead)
    else:
        offer(scene, lead, row.field, f"{row.id}:{instant(scene.now)}")
    scene.work.due(lead, scene.now, "offered again")


def offer(scene: Scene, lead: str, name: str, key: str) -> None:
    """A value that was refused counts as never offered."""
    scene.decided(FieldOffered(field=name), lead, f"field_offered:{lead}:{name}:{key}")


def offer_again(scene: Scene, leads: Sequence[str]) -> None:
    """Offer these leads' values again that were refused for a cause that is gone."""
    for lead in leads:
        found = [
            name
            for entry in scene.work.refs(lead)
            for name, many in entry.seen.rounds.items()
            if many >= NOT_TAKEN
            and not Causes.of(scene).stands(entry.ref.system, entry.ref.obj, name)
        ]
        for name in dict.fromkeys(found):
            offer(scene, lead, name, f"{scene.work.turn()}")
