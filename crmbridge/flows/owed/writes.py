"""What each system should hold of a lead, against what it holds: the writes that are owed."""

from __future__ import annotations

from collections.abc import Mapping

from crmbridge.flows.fit.causes import set_unfit
from crmbridge.flows.fit.fitting import Fitting
from crmbridge.flows.nurture.track import track_of, why_of
from crmbridge.flows.owed.as_found import as_found
from crmbridge.flows.owed.changes import Change, changes_of
from crmbridge.flows.owed.disputed import table_of, undisputed
from crmbridge.flows.owed.handoff import handoff
from crmbridge.flows.owed.revenue import won
from crmbridge.flows.owed.words import words
from crmbridge.flows.owed.write import FIELDS, HANDOFF, OPT_OUT, Write
from crmbridge.flows.read.observe.at_sales import system_of
from crmbridge.flows.read.observe.facts import current
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.stages.called import by_own_names
from crmbridge.mapping.outward import Wanted, wanted
from crmbridge.mapping.words import CREDITED, is_fact
from crmbridge.model.lifecycle import Stage
from crmbridge.model.record import Value, is_blank
from crmbridge.model.side import MARKETING, SALES
from crmbridge.store.outbox import OF_SECOND
from crmbridge.store.projection import RefEntry

MONEY = ("won_amount", "won_currency", "won_at", "won_deals", "won_apart", *CREDITED)
"""Words that stand on one record of a person only."""
TRACK = "track"
"""Another one, where we wrote it."""


def owed(scene: Scene, view: View) -> list[Write]:
    """Return the writes that bring all systems up to what was decided for a lead."""
    money = won(scene, view)
    told = words(scene, view, money)
    fits = Fitting(scene=scene)
    out: list[Write] = []
    for name in scene.company.names:
        said = _told_to(scene, name, view, told)
        entries = current(scene, view.id, name)
        for entry in entries[:1]:
            out += _update(fits, view, entry, said)
        for entry in (*entries[1:], *_doubles(scene, view.id, name)):
            out += _of_second(fits, entry, said)
    if view.state.assigned is not None:
        out += handoff(fits, view, told)
    set_unfit(scene, view.id, fits.unfit)
    return out + _track(scene, view)


def _told_to(scene: Scene, system: str, view: View, told: Mapping[str, Value]) -> dict[str, Value]:
    """What a system is told of a lead: facts, and results where its side has its home.

    Of sales the home is the system that has the lead.
    """
    if system not in (scene.company.home(MARKETING), system_of(scene, view.id)):
        return {word: value for word, value in told.items() if is_fact(word)}
    return {**told, **_standing(scene, system, view, told)}


def _standing(scene: Scene, system: str, view: View, told: Mapping[str, Value]) -> dict[str, Value]:
    """What marketing is told otherwise than sales.

    Its own stage never falls below customer while a won deal stands, and a track is the value that
    [tracks] gives it, by which a workflow starts and stops.
    """
    if not scene.company.stands(system, MARKETING):
        return {}
    said: dict[str, Value] = {"stage": Stage.CUSTOMER.value} if view.life.customer else {}
    value = scene.company.mapping.track_values.get(str(told.get("track")))
    return said | ({"track": value} if value else {})


def _doubles(scene: Scene, lead: str, system: str) -> list[RefEntry]:
    """Second records of the person that wait for somebody to merge them."""
    return [
        entry
        for entry in scene.work.refs(lead)
        if entry.ref.system == system and entry.live and entry.seen.double
    ]


def record_changes(
    fits: Fitting, view: View, entry: RefEntry, said: Mapping[str, Value]
) -> dict[str, Change]:
    """The fields of a lead's own record that are to hold something else, by the vendor's names.

    None for a record that no table describes, or that became another one.
    """
    found = table_of(fits.scene, entry.ref.system, entry.ref.obj)
    if found is None or _became_another(fits.scene, entry):
        return {}
    table, person = found
    targets = by_own_names(fits.scene, view, entry.ref.system, wanted(table, person, said))
    changes = changes_of(fits, entry, targets)
    changes = undisputed(fits.scene, view, entry, changes)
    changes = _of_the_books(view, changes)
    changes = _by_rule(fits.scene, view, as_found(fits.scene, view, entry, person, changes))
    if person.key and entry.seen.raw.get(person.key) != view.id:
        key = Wanted(value=view.id, word="", rule=f"mapping.toml {table}.key: our lead id")
        changes |= changes_of(fits, entry, {person.key: key})
    return changes


def _became_another(scene: Scene, entry: RefEntry) -> bool:
    """Whether a record of sales lives on as another; what marketing merged is still written."""
    return bool(entry.seen.converted_to) and scene.company.stands(entry.ref.system, SALES)


def _update(fits: Fitting, view: View, entry: RefEntry, said: Mapping[str, Value]) -> list[Write]:
    changes = record_changes(fits, view, entry, said)
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


def _of_the_books(view: View, changes: Mapping[str, Change]) -> dict[str, Change]:
    """Leave out what would newly tell something of who opted out; what stands there is corrected.

    The books go on, but a record of theirs gets no further fields.
    """
    if not view.state.opted_out:
        return dict(changes)
    return {
        name: one
        for name, one in changes.items()
        if one.word not in CREDITED or not is_blank(one.before)
    }


def _by_rule(scene: Scene, view: View, changes: dict[str, Change]) -> dict[str, Change]:
    """The changes, that of the track with the line of the agreement that asks for it."""
    for change in changes.values():
        if change.word == "track":
            change.rule += f"; agreement.toml: {why_of(scene, view)}"
    return changes


def _of_second(fits: Fitting, entry: RefEntry, said: Mapping[str, Value]) -> list[Write]:
    """A lead's second record in a system gets an opt-out, which passes all; no won money, no track.

    What was won stands on the first: on both, marketing would count it twice. So does the track
    that we wrote: a workflow would go on for both.
    """
    found = table_of(fits.scene, entry.ref.system, entry.ref.obj)
    if found is None or entry.seen.converted_to:
        return []
    only = {"opted_out": said["opted_out"]} if "opted_out" in said else {}
    targets = wanted(found[0], found[1], dict.fromkeys((*MONEY, TRACK)) | only)
    there = {
        name: one
        for name, one in targets.items()
        if one.word in only or entry.seen.raw.get(name) not in (None, "")
        if one.word != TRACK or name in entry.seen.wrote
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


def _priority(changes: Mapping[str, Change]) -> int:
    found = {change.word for change in changes.values()}
    if any(one.word == "opted_out" and one.said is True for one in changes.values()):
        return OPT_OUT
    return HANDOFF if found & {"stage", "won_amount"} else FIELDS


def _track(scene: Scene, view: View) -> list[Write]:
    """Onto the list of the lead's nurture track, and off the one before.

    A track that is a value of a property alone has no list: that goes with the other fields. A
    person whom a merge gave a second record is taken off that record's track first.
    """
    home = scene.company.home(MARKETING)
    entries = current(scene, view.id, home)
    if not entries:
        return []
    main, second = entries[0], (*entries[1:], *_doubles(scene, view.id, home))
    for entry in second:
        if entry.seen.track:
            return [_enroll(entry, entry.seen.track, "", "one record of a person is on a track")]
    track = track_of(scene, view)
    target = track if track in scene.company.mapping.lists else ""
    before = main.seen.track or view.state.track
    if target == before:
        return []
    return [_enroll(main, before, target, why_of(scene, view))]


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
