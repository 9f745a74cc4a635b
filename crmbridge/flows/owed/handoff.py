"""The writes by which a lead goes to a rep: a new record, the one that is there, or a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.owed.brief import brief
from crmbridge.flows.owed.changes import ROUNDS, Change, changes_of
from crmbridge.flows.owed.disputed import table_of, undisputed
from crmbridge.flows.owed.write import HANDOFF, Write
from crmbridge.flows.read.observe.at_sales import at_sales, system_of
from crmbridge.flows.scene.account import firm_of
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.stages.called import by_own_names
from crmbridge.mapping.outward import wanted
from crmbridge.mapping.schema import PersonMap
from crmbridge.model.record import Value
from crmbridge.store.projection import RefEntry, unborn


def handoff(fits: Fitting, view: View, said: Mapping[str, Value]) -> list[Write]:
    """The lead to its rep: a new record, the one that sales had before, or a task on a contact."""
    scene = fits.scene
    assigned = view.state.assigned or {}
    system = system_of(scene, view.id)
    spec = scene.company.mapping.system(system)
    owner = scene.reps.user_of.get((system, assigned["rep"]), "")
    entries = at_sales(scene, view.id)
    extra = {"rep": assigned["rep"], "cycle": assigned["cycle"]}
    if assigned.get("on"):
        extra |= {"on": assigned["on"], "team": assigned["team"], "giver": assigned["giver"]}
    if assigned["rep"] in scene.reps.rules:
        extra["by_rules"] = True
    text = _brief(scene, view)
    said = {**said, "brief": text} if text else said
    if not entries:
        return _new_record(fits, view, said, owner, extra)
    entry = entries[0]
    found = table_of(scene, system, entry.ref.obj)
    if found is None:
        return []
    table, person = found
    targets = by_own_names(scene, view, system, wanted(table, person, said))
    changes = undisputed(scene, view, entry, changes_of(fits, entry, targets))
    changes |= _again(entry, person, table, on=assigned.get("on") == "on")
    changes |= _owner(person, entry.seen.raw.get(person.owner), owner, table)
    out = [_handoff_write(entry, view.id, changes, extra)]
    if person.status is None and spec.task is not None:
        out += _task(scene, view, entry, owner, text)
    return out


def _new_record(
    fits: Fitting, view: View, said: Mapping[str, Value], owner: str, extra: dict[str, Any]
) -> list[Write]:
    """A new lead for a rep; none while it has nothing for a field that a new record must have."""
    system = system_of(fits.scene, view.id)
    spec, table = fits.scene.company.mapping.system(system).lead, f"{system}.lead"
    fresh = _to_be(fits.scene, view.id, system, spec.object)
    targets = wanted(table, spec, said, create=True)
    changes = changes_of(fits, fresh, by_own_names(fits.scene, view, system, targets))
    if any(
        (one.system, one.obj) == (system, spec.object)
        and one.field not in changes
        and fits.wants(system, one.obj, one.field)
        for one in fits.unfit
    ):
        return []
    changes |= _account(fits.scene, view, system, spec)
    changes |= _again(fresh, spec, table, fresh=True)
    changes |= _owner(spec, None, owner, table)
    return [_handoff_write(fresh, view.id, changes, extra)]


def _account(scene: Scene, view: View, system: str, spec: PersonMap) -> dict[str, Change]:
    """The account of sales that a new record belongs to, where there is one."""
    found = firm_of(scene, view.state, system, spec.account_object) if spec.account_ref else ""
    if not found:
        return {}
    rule = f"mapping.toml {system}.lead.account_ref: the account with their domain, or its name"
    return {spec.account_ref: Change(before=None, after=found, rule=rule)}


def _brief(scene: Scene, view: View) -> str:
    """The brief that goes with a hand-off, where the mapping has a place for it."""
    sales = scene.company.mapping.system(system_of(scene, view.id))
    fields = [entry for one in sales.people if (entry := one.fields.get("brief"))]
    wanted_somewhere = fields or (sales.task is not None and sales.task.body)
    rep = (view.state.assigned or {}).get("rep", "")
    return brief(scene, view, rater=rep).text() if wanted_somewhere else ""


def _to_be(scene: Scene, lead: str, system: str, obj: str) -> RefEntry:
    """The record that is still to be made: empty, but it may be known what it must not hold."""
    ref = unborn(lead, system, obj)
    return scene.work.ref(ref) or RefEntry(ref=ref)


def _again(
    entry: RefEntry, person: PersonMap, table: str, *, fresh: bool = False, on: bool = False
) -> dict[str, Change]:
    """What a hand-off sets, or a hand-on, where it has its own values.

    On a new record nothing is emptied, and the constants stand.
    """
    given = "hand_on" if on and person.hand_on else "handoff"
    found: dict[str, Change] = {}
    for part in (given, "constants") if fresh else (given,):
        for name, value in getattr(person, part).items():
            if fresh and value == "clear" and part == given:
                continue
            before, after = entry.seen.raw.get(name), None if value == "clear" else value
            found[name] = Change(before=before, after=after, rule=f"mapping.toml {table}.{part}")
    return found


def _owner(person: PersonMap, before: Value, owner: str, table: str) -> dict[str, Change]:
    if not person.owner or not owner:
        return {}
    rule = f"spigot: the rep who was given the lead (mapping.toml {table}.owner)"
    return {person.owner: Change(before=before, after=owner, rule=rule)}


def _handoff_write(
    entry: RefEntry, lead: str, changes: dict[str, Change], extra: dict[str, Any]
) -> Write:
    ref = entry.ref
    return Write(
        side=ref.system,
        obj=ref.obj,
        action="handoff",
        priority=HANDOFF,
        id="" if ref == unborn(lead, ref.system, ref.obj) else ref.id,
        key=lead,
        changes=changes,
        extra=extra,
        without=",".join(sorted(name for name, n in entry.seen.rounds.items() if n >= ROUNDS)),
    )


def _task(scene: Scene, view: View, entry: RefEntry, owner: str, text: str) -> list[Write]:
    """R1: a contact cannot become a lead again, so the rep is asked by a task, once a cycle."""
    system = entry.ref.system
    task = scene.company.mapping.system(system).task
    if task is None:
        return []
    values: dict[str, Value] = {
        task.person: entry.ref.id,
        task.owner: owner,
        task.subject: _subject(view),
        **task.values,
    }
    rule = f"mapping.toml {system}.task: a contact is handed over by a task"
    changes = {
        name: Change(before=None, after=value, rule=rule) for name, value in values.items() if value
    }
    if task.body and text:
        changes[task.body] = Change(before=None, after=text, rule=rule, word="brief")
    return [
        Write(
            side=system,
            obj=task.object,
            action="task",
            priority=HANDOFF,
            changes=changes,
            extra={"cycle": view.life.cycle, "key_field": task.key},
        )
    ]


def _subject(view: View) -> str:
    match (view.state.assigned or {}).get("on"):
        case "on":
            return f"Handed on to you (trip {view.life.cycle})"
        case "back":
            return f"Given back to you (trip {view.life.cycle})"
    return f"Sales-ready again (trip {view.life.cycle})"
