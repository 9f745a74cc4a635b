"""Touches and sales activities: kept once each, and given to their lead as soon as it is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import SIDES
from crmbridge.model.payload import ActivitySeen, Adopted, Engaged, SalesTouched, TouchSeen
from crmbridge.model.touch import Activity, Touch
from crmbridge.store import events


def observe_touches(scene: Scene, touches: Sequence[Touch], counted: Counted) -> None:
    """Note touches that are new; one whose person is unknown waits for them."""
    work = scene.work
    work.load_touches([one.id for one in touches])
    work.load_refs(one.person for one in touches if one.person)
    work.load_identities(mark_of(one.email) for one in touches if one.email)
    for touch in touches:
        known = work.touch(touch.id)
        if known is not None and not known.data.get("gone"):
            counted.unchanged += 1
            continue
        counted.changed += 1
        lead = _whose(scene, touch)
        back = f":{instant(scene.now)}:{len(work.pending)}" if known else ""
        scene.observed(
            TouchSeen(
                id=touch.id,
                kind=touch.kind,
                asset=touch.asset,
                channel=touch.channel,
                value=touch.value,
                identity="" if lead or not touch.email else mark_of(touch.email),
            ),
            lead,
            f"touch:{touch.id}{back}",
            touch.at,
            source=str(touch.ref),
        )
        if lead:
            _engaged(scene, lead, touch.at)


def _whose(scene: Scene, touch: Touch) -> str:
    entry = scene.work.ref(touch.person) if touch.person else None
    if entry and entry.lead:
        return follow(scene, entry.lead)
    return follow(scene, scene.work.identity(mark_of(touch.email))) if touch.email else ""


def adopt(scene: Scene, lead: str, identity: str) -> None:
    """Give a lead the touches that waited for its e-mail address."""
    rows = scene.work.orphans(identity)
    if not rows:
        return
    ids = tuple(row.id for row in rows)
    scene.observed(Adopted(touches=ids), lead, f"adopted:{lead}:{ids[0]}", scene.now)
    for row in rows:
        _engaged(scene, lead, row.at)


def _engaged(scene: Scene, lead: str, at: datetime) -> None:
    """The first touch of a cycle is a milestone; later ones only make the lead due."""
    current = scene.work.lifecycle(lead).current
    first = current.milestones.get("engaged")
    if (first is None or at < first) and at >= current.opened:
        scene.observed(Engaged(), lead, f"engaged:{lead}:{instant(at)}", at)
    scene.work.due(lead, scene.now, "touch")


def observe_activities(scene: Scene, activities: Sequence[Activity], counted: Counted) -> None:
    """Note what sales did with a lead; it stops the clock of an untouched or idle lead."""
    scene.work.load_refs(one.person for one in activities)
    known = events.known_keys(scene.tx, [_key(one) for one in activities])
    for activity in activities:
        entry = scene.work.ref(activity.person)
        if entry is None or not entry.lead or _key(activity) in known:
            counted.unchanged += 1
            continue
        lead = follow(scene, entry.lead)
        counted.changed += 1
        scene.observed(
            _told(scene, activity),
            lead,
            _key(activity),
            activity.at,
            source=str(activity.ref),
        )
        _first_touch(scene, lead, activity)


def _key(activity: Activity) -> str:
    return f"activity:{activity.ref}@{activity.person.id}"


def _told(scene: Scene, activity: Activity) -> ActivitySeen:
    """Until when in its day an activity without a time counts, but not after we heard of it.

    So one that was told of before a hand-off is no touch of that hand-off.
    """
    ident = _key(activity).removeprefix("activity:")
    if activity.precision != "day" or activity.earliest > scene.now:
        return ActivitySeen(id=ident)
    return ActivitySeen(id=ident, precision="day", latest=min(activity.latest, scene.now))


def _first_touch(scene: Scene, lead: str, activity: Activity) -> None:
    life = scene.work.lifecycle(lead)
    if SIDES[life.stage] != "sales" or "first_sales_touch" in life.current.milestones:
        return
    at, since = activity.at, None
    handed = life.current.milestones.get("handed")
    if handed is not None and activity.precision == "day" and activity.latest >= handed:
        # it may have been done at any instant of its day from the hand-off on
        at = max(at, handed)
        since = max(activity.earliest, handed)
    scene.observed(SalesTouched(since=since), lead, f"sales_touch:{lead}:{instant(at)}", at)
    scene.work.due(lead, scene.now, "sales touch")  # it stops a clock
