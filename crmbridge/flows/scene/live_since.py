"""When a company's past ended: what was over before that starts no clock and no nurture."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import parse_instant
from crmbridge.store import cursors
from crmbridge.store.live import LIVE_SINCE, is_armed

_INSTANT = timedelta(microseconds=1)
_ALWAYS = datetime.min.replace(tzinfo=UTC) + _INSTANT


def live_since(scene: Scene) -> datetime:
    """When the past ended: what sales did or left undone before starts no clock and no nurture.

    A company that is not live yet would be from now on, which is what a plan shows.
    """
    if scene.live is None:
        scene.live = _found(scene)
    return scene.live


def _found(scene: Scene) -> datetime:
    known = cursors.get_meta(scene.tx, LIVE_SINCE)
    scene.went_live = isinstance(known, str) or is_armed(scene.tx)
    if isinstance(known, str):
        return parse_instant(known)
    return _ALWAYS if scene.went_live else scene.now


def last_of_the_past(scene: Scene) -> datetime:
    """The last instant before the company went live."""
    return live_since(scene) - _INSTANT


def is_live(scene: Scene) -> bool:
    """Whether the company's past has ended: somebody has applied a plan."""
    live_since(scene)
    return scene.went_live


def of_the_past(scene: Scene, lead: View) -> bool:
    """Whether all that makes a lead ready was before the company went live.

    It is nobody's news then: it goes out by and by. Whoever does anything since is news, and so is
    who came back from sales since. Before that day everybody is of the past.
    """
    if not is_live(scene):
        return True
    return max(last_heard(lead), lead.life.current.opened) < live_since(scene)


def last_heard(lead: View) -> datetime:
    """When a lead last did anything; without any touch, since when its trip is open."""
    return max((touch.at for touch in lead.touches), default=lead.life.current.opened)
