"""The nurture track that a lead belongs on now, whoever put it there, and for what."""

from __future__ import annotations

from crmbridge.flows.recycle.run import return_track
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.stay import Stay, present


def track_of(scene: Scene, view: View) -> str:
    """The track that the lead belongs on now; empty for none (R5.6: permission wins)."""
    if back := return_track(scene, view):
        return back
    stay = by_rule(view)
    return stay.track if stay else ""


def by_rule(view: View) -> Stay | None:
    """The stay by which a rule has the lead on a track; none for who may be sent nothing."""
    return None if view.state.opted_out else present(view.state.stays)


def why_of(scene: Scene, view: View) -> str:
    """The line of the agreement by which a lead is on its track, or on none any more."""
    last = view.returned
    if return_track(scene, view) and last:
        return f"recycle row {last.reason}"
    if stay := by_rule(view):
        return f"nurture rule {stay.rule!r}"
    ended = view.state.stays[-1] if view.state.stays else None
    return f"no track any more: {ended.why}" if ended and ended.why else "no track any more"
