"""Touches and sales activities: kept once each, and given to their lead as soon as it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crmbridge.flows.read.observe.at_sales import counts_here
from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.read.observe.versions import outdated
from crmbridge.flows.scene.scene import Scene, mark_of
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import SIDES
from crmbridge.model.payload import ActivitySeen, Adopted, Engaged, SalesTouched, TouchSeen
from crmbridge.model.side import SALES
from crmbridge.model.touch import Activity, Touch
from crmbridge.store.rows import ActivityRow


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
                campaign=touch.campaign,
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
    scene.work.kept.activities.load(_ident(one) for one in activities)
    for activity in activities:
        entry = scene.work.ref(activity.person)
        row = scene.work.kept.activities.get(_ident(activity))
        if entry is None or not entry.lead or (row and not _came_of_it(row, activity)):
            counted.unchanged += 1
            continue
        counted.changed += 1
        if row is not None:
            _note_outcome(scene, row, activity)
            continue
        lead = follow(scene, entry.lead)
        scene.observed(
            _told(scene, activity),
            lead,
            _key(activity),
            activity.at,
            source=str(activity.ref),
        )
        if counts_here(scene, lead, activity.person):
            _first_touch(scene, lead, activity)


def _ident(activity: Activity) -> str:
    return f"{activity.ref}@{activity.person.id}"


def _key(activity: Activity) -> str:
    return f"activity:{_ident(activity)}"


def _came_of_it(row: ActivityRow, activity: Activity) -> bool:
    """Whether an activity that we know says anew what it was or what came of it."""
    if outdated(activity.changed_at, row.changed_at):
        return False
    outcome = row.outcome if activity.outcome is None else activity.outcome
    return (row.kind, row.outcome) != (activity.kind or row.kind, outcome)


def _note_outcome(scene: Scene, row: ActivityRow, activity: Activity) -> None:
    """Keep what came of an activity; it was done when it was, so no clock hears of it again."""
    told = ActivitySeen(
        id=row.id,
        precision="day" if activity.precision == "day" else "",
        kind=activity.kind or row.kind,
        outcome=row.outcome if activity.outcome is None else activity.outcome,
        changed_at=activity.changed_at,
    )
    lead = follow(scene, row.lead) if row.lead else ""
    key = f"{_key(activity)}:{scene.work.turn()}"
    scene.observed(told, lead, key, row.at, source=str(activity.ref))


def _told(scene: Scene, activity: Activity) -> ActivitySeen:
    """Until when in its day an activity without a time counts, but not after we heard of it.

    So one that was told of before a hand-off is no touch of that hand-off.
    """
    told = ActivitySeen(
        id=_ident(activity),
        kind=activity.kind,
        outcome=activity.outcome or "",
        changed_at=activity.changed_at,
    )
    if activity.precision != "day" or activity.earliest > scene.now:
        return told
    return replace(told, precision="day", latest=min(activity.latest, scene.now))


def _first_touch(scene: Scene, lead: str, activity: Activity) -> None:
    life = scene.work.lifecycle(lead)
    marks = life.current.in_hand
    if SIDES[life.stage] != SALES or "first_sales_touch" in marks:
        return
    at, since = activity.at, None
    handed = marks.get("handed")
    if life.current.kind == "adopted" and handed is not None and activity.latest < handed:
        return  # it was before we came: the clocks of what was taken over begin at the look
    if handed is not None and activity.precision == "day" and activity.latest >= handed:
        # it may have been done at any instant of its day from the hand-off on
        at = max(at, handed)
        since = max(activity.earliest, handed)
    scene.observed(SalesTouched(since=since), lead, f"sales_touch:{lead}:{instant(at)}", at)
    scene.work.due(lead, scene.now, "sales touch")  # it stops a clock
