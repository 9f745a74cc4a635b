"""When a company's past ended: what was over before that starts no clock and no nurture."""

from __future__ import annotations

from datetime import UTC, datetime

from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import parse_instant
from crmbridge.store import cursors
from crmbridge.store.live import LIVE_SINCE, is_armed

_ALWAYS = datetime.min.replace(tzinfo=UTC)


def live_since(scene: Scene) -> datetime:
    """When the past ended: what sales did or left undone before starts no clock and no nurture.

    A company that is not live yet would be from now on, which is what a plan shows.
    """
    if scene.live is None:
        scene.live = _found(scene)
    return scene.live


def _found(scene: Scene) -> datetime:
    known = cursors.get_meta(scene.tx, LIVE_SINCE)
    if isinstance(known, str):
        return parse_instant(known)
    return _ALWAYS if is_armed(scene.tx) else scene.now
