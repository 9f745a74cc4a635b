"""The touches that may be credited with a deal, kept with its posting for models of every kind."""

from __future__ import annotations

from crmbridge.flows.revenue.gather import Look
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.payload import JourneyKept
from crmbridge.policy.revenue.bulk.packed import CONVERTING, DIRECT
from crmbridge.policy.revenue.positions import is_direct
from crmbridge.policy.revenue.touches import eligible
from crmbridge.store.projection.on.books import mark_of


def keep_journey(scene: Scene, look: Look, why: str) -> None:
    """Keep what a deal's credit follows from, where it is not what is kept; `why` as in the books.

    Another model than the posted ones may see a difference where these see none.
    """
    deal, measure, seen = look.deal.id, look.measure, look.milestones
    places: dict[str, int] = {}
    touches = [
        (
            one.at,
            CONVERTING * one.converting + DIRECT * is_direct(one),
            *(places.setdefault(it, len(places)) for it in (one.channel, one.campaign, one.asset)),
        )
        for one in eligible(look.points, look.window)
    ]
    told = JourneyKept(
        deal=Ref.parse(deal),
        measure=measure,
        cutoff=look.window.cutoff,
        start=look.window.start,
        lead_created=seen.lead_created,
        created=seen.created,
        others=dict(sorted(seen.others.items())),
        why=why,
        names=tuple(places),
        touches=tuple(touches),
    )
    known = scene.work.books.journey(deal, measure)
    if known.mark != mark_of(told):
        scene.decided(told, "", f"journey:{deal}:{measure}:{known.n + 1}")
