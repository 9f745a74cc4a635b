"""Fields that a system shows no more: what we cannot see is not empty, so their table stops.

A table without a field that it needs, or that it had, would rewrite history: an amount that is
hidden would be no amount, a flag that is hidden would be a lost deal. So nothing of that object is
taken in, its cursor stays, and one piece of held work names the field. Of people, opt-outs are
heard all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from crmbridge.company import Company
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.scene.unread import TOLD
from crmbridge.mapping.check import uses
from crmbridge.mapping.check.use import Use
from crmbridge.model.codec import instant
from crmbridge.model.record import Field
from crmbridge.store import cursors, held
from crmbridge.store.held import Held
from crmbridge.store.table import Tx
from crmbridge.system import Seen, System

KIND = "field_gone"
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
    missing = set(seen.untold)
    if not missing:
        return False
    asked = _stopping(company, side, lambda use: use.obj == seen.obj and use.field in missing)
    there = _shown(system, seen.obj) if asked else set()
    gone = [use for use, _ in asked if use.field not in there]
    _stop(company, side, gone)
    return bool(gone)


def _stop(company: Company, side: str, gone: Sequence[Use]) -> None:
    if not gone:
        return
    company.systems[side].stopped.update(use.obj for use in gone)
    with company.ledger.write("pull") as tx:
        scene = Scene.open(company, tx)
        known = {row.op for row in held.find(tx, kind=KIND)}
        for use in gone:
            if _op(side, use) not in known:
                _hold(scene, side, use)


def stop_alone(
    company: Company, side: str, described: Mapping[str, Sequence[Field] | str]
) -> set[tuple[str, str]]:
    """Stop the tables of fields that are not there any more; return those objects and fields.

    They stop their own table alone, so that nothing else of the side waits for them.
    """

    def is_missing(use: Use) -> bool:
        known = described.get(use.obj, ())
        return not isinstance(known, str) and all(one.name != use.field for one in known)

    found = [use for use, had in _stopping(company, side, is_missing) if had]
    _stop(company, side, found)
    return {(use.obj, use.field) for use in found}


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
    named = {(use.obj, use.field) for use in uses(system.name, system.map)}
    found: set[str] = set()
    for obj in {row.detail["object"] for row in rows}:
        there = _shown(system, obj)
        found |= {
            row.id
            for row in rows
            if row.detail["object"] == obj
            and (obj, row.detail["field"]) in named
            and row.detail["field"] not in there
        }
    return found


def _shown(system: System, obj: str) -> set[str]:
    """The fields that a system shows of an object now; none where it does not describe it."""
    known = system.fields_of(obj)
    return set() if isinstance(known, str) else {one.name for one in known}


def _stopping(
    company: Company, side: str, is_missing: Callable[[Use], bool]
) -> list[tuple[Use, bool]]:
    """What is missing of all that the mapping needs, or had; with whether it was there before."""
    with company.ledger.read() as tx:
        kept = _kept(tx)
    missing = [
        (use, use.field in kept.get(_about(side, use.obj), ()))
        for use in uses(side, company.systems[side].map)
        if not use.beside and is_missing(use)
    ]
    return [(use, had) for use, had in missing if _stops(use, had=had)]


def _stops(use: Use, *, had: bool) -> bool:
    table = use.table.split(".")[1]
    filters = use.line.startswith("when.")
    if table in ("lead", "contact"):
        return had and (filters or use.line in OF_PEOPLE)
    if table == "deal" and use.line.startswith("fields."):
        return False  # nothing is learned from what we write there
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
