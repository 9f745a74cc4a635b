"""The links by which prospects and reps are asked to rate a piece of content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from crmbridge.agreement.content import Content
from crmbridge.company import Company
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.links import opaque
from crmbridge.model.touch import Touch
from crmbridge.policy.content.ratings import Side

GOOD_FOR = timedelta(days=90)
"""How long a link is good after the day of its touch."""
RENEWED = timedelta(days=60)
"""Who goes on with one piece has a new link after so long, and it is written once more."""


LONGEST = 255
"""Characters of a link in a field: what a text field of most systems takes. One that is cut opens
nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the catalogue that somebody read, and when."""

    title: str
    at: datetime


def piece_read(entries: Iterable[Content], touch: Touch) -> Piece | None:
    """The piece of the catalogue that a touch is of; `None` for what no entry names."""
    found = next((one for one in entries if one.matches(touch.kind, touch.asset)), None)
    return Piece(title=found.title, at=touch.at) if found else None


def last_read(company: Company, touches: Iterable[Touch]) -> Piece | None:
    """The piece of the catalogue that somebody is reading: the last one, and since when.

    It stays the same while they go on with it, for `RENEWED` at most.
    """
    entries, last = company.agreement.content, None
    for touch in sorted(touches, key=lambda one: (one.at, str(one.ref))):
        found = piece_read(entries, touch)
        if found and (last is None or last.title != found.title or found.at - last.at >= RENEWED):
            last = found
    return last


def rating_link(scene: Scene, view: View) -> str:
    """The address by which a lead rates what it read last; empty where it is not asked."""
    if scene.company.links is None or view.state.opted_out or not view.touches:
        return ""
    piece = last_read(scene.company, view.touches)
    link = _link(scene.company, "prospect", view.id, piece) if piece else ""
    return link if len(link) <= LONGEST else ""


def reps_link(scene: Scene, view: View, piece: Piece | None, rep: str) -> str:
    """The address by which a rep rates a piece that their lead read; empty where none is asked."""
    known = scene.company.teams.rep(rep)
    if piece is None or known is None or known.kind != "person":
        return ""
    return _link(scene.company, "sales", view.id, piece, r=opaque(rep))


def _link(company: Company, side: Side, lead: str, piece: Piece, **more: str) -> str:
    if company.links is None:
        return ""
    day = piece.at.astimezone(company.zone).date() + GOOD_FOR
    fields = {"l": lead, "p": opaque(piece.title), "s": side, **more}
    return company.links.make("rate", fields, datetime.combine(day, time(), company.zone))
