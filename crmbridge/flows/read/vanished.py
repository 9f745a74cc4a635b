"""Fields that a system shows no more: what we cannot see is not empty, so their table stops.

A table without a field that it needs, or that it had, would rewrite history: an amount that is
hidden would be no amount, a flag that is hidden would be a lost deal. So nothing of that object is
taken in, its cursor stays, and one piece of held work names the field. Of people, opt-outs are
heard all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from crmbridge.company import Company
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.check import uses
from crmbridge.mapping.check.use import Use
from crmbridge.model.codec import instant
from crmbridge.model.record import Field
from crmbridge.store import cursors, held
from crmbridge.store.held import Held
from crmbridge.store.table import Tx
from crmbridge.system import Seen, System

KIND = "field_gone"
TOLD = "fields_told"
"""Row of the ledger's facts: `system:object` -> the mapped fields that its records told."""
NEEDED = {
    "deal": ("amount", "is_won", "is_closed"),
    "role": ("deal", "person"),
    "influence": ("deal", "person"),
    "touch": ("at",),
    "activity": ("at",),
    "rep": ("email", "active"),
    "member": ("campaign",),
    "product": ("deal",),
}
"""Lines without which a table says nothing that can be believed, by the table's name."""
OF_PEOPLE = ("status.field", "field", "converted.flag", "converted.contact")
"""Lines of a table of people that move leads; a fact that is not told is not known, and no more."""


def note_told(company: Company, tx: Tx, side: str, seen: Seen) -> None:
    """Keep which mapped fields an object's records told; most pages tell no new one."""
    system = company.systems[side]
    news = set(seen.told) - system.told.get(seen.obj, set())
    if not news:
        return
    kept = _kept(tx)
    about = _about(side, seen.obj)
    known = {*kept.get(about, ()), *seen.told}
    system.told[seen.obj] = known
    if known != set(kept.get(about, ())):
        cursors.put_meta(tx, TOLD, {**kept, about: sorted(known)})


def stop_for(company: Company, side: str, seen: Seen) -> bool:
    """Stop taking an object in where a page lacks what it needs, or had; return whether it is so.

    Asked of the vendor only where a page lacks something of the kind.
    """
    system = company.systems[side]
    if seen.obj in system.stopped:
        return True
    asked = _asked(company, system, seen) if seen.untold else []
    if not asked:
        return False
    known = system.fields_of(seen.obj)
    names = () if isinstance(known, str) else {one.name for one in known}
    gone = [one for one in asked if one.field not in names]
    if not gone:
        return False
    _stop(company, side, gone)
    return True


def _stop(company: Company, side: str, gone: Iterable[Use]) -> None:
    some = list(gone)
    if not some:
        return
    company.systems[side].stopped.update(use.obj for use in some)
    with company.ledger.write("pull") as tx:
        scene = Scene.open(company, tx)
        known = {row.op for row in held.find(tx, kind=KIND)}
        for use in some:
            if _op(side, use) not in known:
                _hold(scene, side, use)


def stop_alone(
    company: Company, side: str, described: Mapping[str, Sequence[Field] | str]
) -> set[tuple[str, str]]:
    """Stop the tables of fields that are not there any more; return those objects and fields.

    They stop their own table alone, so that nothing else of the side waits for them.
    """
    system = company.systems[side]
    with company.ledger.read() as tx:
        kept = _kept(tx)
    found = {}
    for use in uses(side, system.map):
        known = described.get(use.obj, ())
        there = isinstance(known, str) or any(one.name == use.field for one in known)
        had = use.field in kept.get(_about(side, use.obj), ())
        if not there and had and not use.beside and _stops(use, had=True):
            found[use.obj, use.field] = use
    _stop(company, side, found.values())
    return set(found)


def still_stopped(company: Company, side: str, objects: Iterable[str]) -> list[str]:
    """Return the objects to read, without those whose field is not there yet; people are read.

    What is held of a field that is there again, or that no line of the mapping names any more, is
    resolved: the object is read on from where it stopped.
    """
    system = company.systems[side]
    with company.ledger.read() as tx:
        rows = [row for row in held.find(tx, kind=KIND) if row.detail["system"] == side]
    waits = _waits(system, rows)
    over = [row for row in rows if row.id not in waits]
    if over:
        with company.ledger.write("pull") as tx:
            held.resolve(tx, [row.id for row in over], company.now())
    system.stopped.clear()
    system.stopped.update(row.detail["object"] for row in rows if row.id in waits)
    people = {person.object for person in system.map.people}
    return [one for one in objects if one not in system.stopped or one in people]


def _waits(system: System, rows: Sequence[Held]) -> set[str]:
    """The ids of held work whose field is not there still."""
    named = {(use.obj, use.field) for use in uses(system.side, system.map)}
    found: set[str] = set()
    for obj in {row.detail["object"] for row in rows}:
        known = system.fields_of(obj)
        names = () if isinstance(known, str) else {one.name for one in known}
        found |= {
            row.id
            for row in rows
            if row.detail["object"] == obj
            and (obj, row.detail["field"]) in named
            and row.detail["field"] not in names
        }
    return found


def _asked(company: Company, system: System, seen: Seen) -> list[Use]:
    """What the mapping needs of an object, or had of it, and a page does not tell."""
    with company.ledger.read() as tx:
        had = set(_kept(tx).get(_about(system.side, seen.obj), ()))
    missing = set(seen.untold)
    return [
        use
        for use in uses(system.side, system.map)
        if use.obj == seen.obj
        and not use.beside
        and use.field in missing
        and _stops(use, had=use.field in had)
    ]


def _stops(use: Use, *, had: bool) -> bool:
    table = use.table.split(".")[1]
    filters = use.line.startswith("when.")
    if table in ("lead", "contact"):
        return had and (filters or use.line in OF_PEOPLE)
    return had or filters or use.line in NEEDED.get(table, ())


def _hold(scene: Scene, side: str, use: Use) -> None:
    scene.hold(
        "field_gone",
        "",
        _op(side, use),
        f"{side} shows no field {use.field} of {use.obj} any more, which mapping.toml "
        f"{use.table}.{use.line} names. So nothing of {use.obj} is taken in, and what is known "
        "stays as it is. Give our user leave to read the field, or take the line out of the "
        "mapping; reading goes on from here with the next look.",
        system=side,
        object=use.obj,
        field=use.field,
        table=use.table,
        since=instant(scene.now),
    )


def _op(side: str, use: Use) -> str:
    return f"{_about(side, use.obj)}:{use.field}"


def _kept(tx: Tx) -> dict[str, list[str]]:
    found = cast(Any, cursors.get_meta(tx, TOLD))
    return dict(found) if isinstance(found, dict) else {}


def _about(side: str, obj: str) -> str:
    return f"{side}:{obj}"
