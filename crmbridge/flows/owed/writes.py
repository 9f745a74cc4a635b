"""What each system should hold of a lead, against what it holds: the writes that are owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crmbridge.company import SIDES
from crmbridge.flows.fit.causes import set_unfit
from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.owed.as_found import as_found
from crmbridge.flows.owed.brief import brief
from crmbridge.flows.owed.changes import ROUNDS, Change, changes_of
from crmbridge.flows.owed.revenue import won
from crmbridge.flows.owed.words import words
from crmbridge.flows.read.observe.facts import current, standing
from crmbridge.flows.read.observe.identity import holder, stands
from crmbridge.flows.recycle.run import track_of
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.stages.called import by_own_names
from crmbridge.mapping.outward import Wanted, wanted
from crmbridge.mapping.schema import PersonMap
from crmbridge.mapping.words import is_fact
from crmbridge.model.lifecycle import Stage
from crmbridge.model.record import Value
from crmbridge.policy.merge import Conflict
from crmbridge.store.outbox import OF_SECOND
from crmbridge.store.projection import RefEntry, unborn

OPT_OUT, HANDOFF, FIELDS = 0, 1, 2
"""Priorities of DESIGN 9."""
MONEY = ("won_amount", "won_currency", "won_at", "won_deals", "won_apart")
"""Words that stand on one record of a person only."""


@dataclass(slots=True, kw_only=True)
class Write:
    """A write that is owed to one record, or to a list."""

    side: str
    obj: str
    action: str
    priority: int
    id: str = ""
    key: str = ""
    changes: dict[str, Change] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    without: str = ""


def owed(scene: Scene, view: View) -> list[Write]:
    """Return the writes that bring both systems up to what was decided for a lead."""
    money = won(scene, view)
    told = words(scene, view, money)
    fits = Fitting(scene=scene)
    out: list[Write] = []
    for side in SIDES:
        said = told | _standing(side, view)
        entries = current(scene, view.id, side)
        for entry in entries[:1]:
            out += _update(fits, view, entry, said)
        for entry in (*entries[1:], *_doubles(scene, view.id, side)):
            out += _of_second(fits, entry, said)
    if view.state.assigned is not None:
        out += _handoff(fits, view, told)
    set_unfit(scene, view.id, fits.unfit)
    return out + _track(scene, view)


def _standing(side: str, view: View) -> dict[str, Value]:
    """Marketing's own stage never falls below customer while a won deal stands."""
    if side != "marketing" or not view.life.customer:
        return {}
    return {"stage": Stage.CUSTOMER.value}


def _doubles(scene: Scene, lead: str, side: str) -> list[RefEntry]:
    """Second records of the person that wait for somebody to merge them."""
    return [
        entry
        for entry in scene.work.refs(lead)
        if entry.ref.system == side and entry.live and entry.seen.double
    ]


def _table(scene: Scene, side: str, obj: str) -> tuple[str, PersonMap] | None:
    spec = scene.company.mapping.side(side)
    for table, person in zip(("lead", "contact"), spec.people, strict=False):
        if person.object == obj:
            return f"{side}.{table}", person
    return None


def _update(fits: Fitting, view: View, entry: RefEntry, said: Mapping[str, Value]) -> list[Write]:
    scene = fits.scene
    found = _table(scene, entry.ref.system, entry.ref.obj)
    if found is None or (entry.ref.system == "sales" and entry.seen.converted_to):
        return []
    table, person = found
    targets = by_own_names(scene, view, entry.ref.system, wanted(table, person, said))
    changes = _undisputed(scene, view, entry, changes_of(fits, entry, targets))
    changes = as_found(scene, view, entry, person, changes)
    if person.key and entry.seen.raw.get(person.key) != view.id:
        key = Wanted(value=view.id, word="", rule=f"mapping.toml {table}.key: our lead id")
        changes |= changes_of(fits, entry, {person.key: key})
    if not changes:
        return []
    return [
        Write(
            side=entry.ref.system,
            obj=entry.ref.obj,
            action="update",
            priority=_priority(changes),
            id=entry.ref.id,
            key=view.id,
            changes=changes,
        )
    ]


def _of_second(fits: Fitting, entry: RefEntry, said: Mapping[str, Value]) -> list[Write]:
    """A lead's second record on a side gets an opt-out, which passes all; and no won money.

    What was won stands on the first: on both, marketing would count it twice.
    """
    found = _table(fits.scene, entry.ref.system, entry.ref.obj)
    if found is None or entry.seen.converted_to:
        return []
    only = {"opted_out": said["opted_out"]} if "opted_out" in said else {}
    targets = wanted(found[0], found[1], dict.fromkeys(MONEY) | only)
    there = {
        name: one
        for name, one in targets.items()
        if one.word in only or entry.seen.raw.get(name) not in (None, "")
    }
    changes = changes_of(fits, entry, there)
    if not changes:
        return []
    return [
        Write(
            side=entry.ref.system,
            obj=entry.ref.obj,
            # one action a record: of several second records none replaces another's write
            action=f"{OF_SECOND}{entry.ref.id}",
            priority=_priority(changes),
            id=entry.ref.id,
            changes=changes,
        )
    ]


def _undisputed(
    scene: Scene, view: View, entry: RefEntry, changes: dict[str, Change]
) -> dict[str, Change]:
    """Leave out what a person is to settle: until then no side's own value is written over."""
    return {
        name: change
        for name, change in changes.items()
        if not change.word or not _disputed(scene, view, entry, change.word)
    }


def _disputed(scene: Scene, view: View, entry: RefEntry, word: str) -> bool:
    """Whether both sides changed a word, or the record has an address that is another lead's."""
    if word == "opted_out":
        return False  # a no is no question
    if word == "email" and _keeps_its_address(scene, view, entry):
        return True
    return is_fact(word) and isinstance(standing(scene, view.id, word), Conflict)


def _keeps_its_address(scene: Scene, view: View, entry: RefEntry) -> bool:
    """Whether a record has an address of its own that a person may still have to judge.

    It is another lead's, or the lead has two records in one system: which one is right is open.
    """
    own = holder(scene, entry.seen.values)
    if own != view.id:
        return bool(own)
    sides = [one.ref.system for one in scene.work.refs(view.id) if stands(one)]
    return len(sides) > len(set(sides))


def _priority(changes: Mapping[str, Change]) -> int:
    found = {change.word for change in changes.values()}
    if any(one.word == "opted_out" and one.said is True for one in changes.values()):
        return OPT_OUT
    return HANDOFF if found & {"stage", "won_amount"} else FIELDS


def _handoff(fits: Fitting, view: View, said: Mapping[str, Value]) -> list[Write]:
    """The lead to its rep: a new record, the one that sales had before, or a task on a contact."""
    scene = fits.scene
    assigned = view.state.assigned or {}
    spec = scene.company.mapping.sales
    owner = scene.reps.user_of.get(("sales", assigned["rep"]), "")
    entries = [one for one in current(scene, view.id, "sales") if not one.seen.converted_to]
    extra = {"rep": assigned["rep"], "cycle": assigned["cycle"]}
    text = _brief(scene, view)
    said = {**said, "brief": text} if text else said
    if not entries:
        return _new_record(fits, view, said, owner, extra)
    entry = entries[0]
    found = _table(scene, "sales", entry.ref.obj)
    if found is None:
        return []
    table, person = found
    targets = by_own_names(scene, view, "sales", wanted(table, person, said))
    changes = _undisputed(scene, view, entry, changes_of(fits, entry, targets))
    changes |= _again(entry, person, table)
    changes |= _owner(person, entry.seen.raw.get(person.owner), owner, table)
    out = [_handoff_write(entry, view.id, changes, extra)]
    if person.status is None and spec.task is not None:
        out += _task(scene, view, entry, owner, text)
    return out


def _new_record(
    fits: Fitting, view: View, said: Mapping[str, Value], owner: str, extra: dict[str, Any]
) -> list[Write]:
    """A new lead for a rep; none while it has nothing for a field that a new record must have."""
    spec = fits.scene.company.mapping.sales.lead
    fresh = _to_be(fits.scene, view.id, spec.object)
    targets = wanted("sales.lead", spec, said, create=True)
    changes = changes_of(fits, fresh, by_own_names(fits.scene, view, "sales", targets))
    if any(
        (one.system, one.obj) == ("sales", spec.object)
        and one.field not in changes
        and fits.wants("sales", one.obj, one.field)
        for one in fits.unfit
    ):
        return []
    changes |= _owner(spec, None, owner, "sales.lead")
    return [_handoff_write(fresh, view.id, changes, extra)]


def _brief(scene: Scene, view: View) -> str:
    """The brief that goes with a hand-off, where the mapping has a place for it."""
    sales = scene.company.mapping.sales
    fields = [entry for one in sales.people if (entry := one.fields.get("brief"))]
    wanted_somewhere = fields or (sales.task is not None and sales.task.body)
    return brief(scene, view).text() if wanted_somewhere else ""


def _to_be(scene: Scene, lead: str, obj: str) -> RefEntry:
    """The record that is still to be made: empty, but it may be known what it must not hold."""
    ref = unborn(lead, "sales", obj)
    return scene.work.ref(ref) or RefEntry(ref=ref)


def _again(entry: RefEntry, person: PersonMap, table: str) -> dict[str, Change]:
    rule = f"mapping.toml {table}.handoff"
    return {
        name: Change(
            before=entry.seen.raw.get(name), after=None if value == "clear" else value, rule=rule
        )
        for name, value in person.handoff.items()
    }


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
        side="sales",
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
    task = scene.company.mapping.sales.task
    if task is None:
        return []
    values: dict[str, Value] = {
        task.person: entry.ref.id,
        task.owner: owner,
        task.subject: f"Sales-ready again (trip {view.life.cycle})",
        **task.values,
    }
    rule = "mapping.toml sales.task: a contact is handed over by a task"
    changes = {
        name: Change(before=None, after=value, rule=rule) for name, value in values.items() if value
    }
    if task.body and text:
        changes[task.body] = Change(before=None, after=text, rule=rule, word="brief")
    return [
        Write(
            side="sales",
            obj=task.object,
            action="task",
            priority=HANDOFF,
            changes=changes,
            extra={"cycle": view.life.cycle, "key_field": task.key},
        )
    ]


def _track(scene: Scene, view: View) -> list[Write]:
    """Onto the nurture track of the last reason, and off the one before.

    A person whom a merge gave a second record is taken off that record's track first.
    """
    entries = current(scene, view.id, "marketing")
    if not entries:
        return []
    main, second = entries[0], (*entries[1:], *_doubles(scene, view.id, "marketing"))
    for entry in second:
        if entry.seen.track:
            return [_enroll(entry, entry.seen.track, "", "one record of a person is on a track")]
    target, last = track_of(scene, view), view.returned
    before = main.seen.track or view.state.track
    if target == before:
        return []
    why = f"recycle row {last.reason}" if target and last else "no track any more"
    return [_enroll(main, before, target, why)]


def _enroll(entry: RefEntry, before: str, target: str, why: str) -> Write:
    rule = f"agreement.toml: {why}"
    return Write(
        side=entry.ref.system,
        obj=entry.ref.obj,
        action="enroll",
        priority=FIELDS,
        id=entry.ref.id,
        changes={"nurture track": Change(before=before or None, after=target or None, rule=rule)},
        extra={"add": target, "remove": before},
    )
