"""A rating by somebody who followed their link: looked at first, then taken once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmbridge.company import Company
from crmbridge.errors import LinkRefused
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.scene.scene import Scene
from crmbridge.links import EXPIRED, ident, opaque
from crmbridge.model.lifecycle import Stage
from crmbridge.model.payload import Rated
from crmbridge.policy.content.ratings import LEAST, MOST, Side
from crmbridge.store import events

LONGEST = 2_000
"""Characters of a comment that are kept."""
_HIDDEN = re.compile(
    r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Signs that nobody sees, and that may turn the text after them round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a link asks: the piece, who is asked, and whether they have answered already."""

    title: str
    side: Side
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    ident: str
    lead: str
    title: str
    side: Side
    rep: str

    @property
    def key(self) -> str:
        return f"rated:{self.ident}"


def asked(company: Company, token: str) -> Asked:
    """Look what a link asks; nothing is changed, because mail scanners follow links, too.

    Raises:
        LinkRefused: it is none of this company's, or not good any more.
    """
    link = _read(company, token)
    with company.ledger.read() as tx:
        answered = bool(events.known_keys(tx, [link.key]))
    return Asked(title=link.title, side=link.side, answered=answered)


def rate(company: Company, token: str, stars: int, comment: str = "") -> Asked:
    """Take a rating; the second by one link changes nothing, and `answered` says so.

    Raises:
        LinkRefused: the link is none of this company's, or not good any more.
        ValueError: the stars are not from 1 to 5.
    """
    link = _read(company, token)
    if not LEAST <= stars <= MOST:
        raise ValueError(f"a rating of {stars}: ratings are from {LEAST} to {MOST}")
    with company.ledger.write("rate") as tx:
        answered = bool(events.known_keys(tx, [link.key]))
        if not answered:
            _take(Scene.open(company, tx), link, stars, tidy(comment))
    return Asked(title=link.title, side=link.side, answered=answered)


def tidy(comment: str) -> str:
    """A comment as it is kept: lines of text without hidden signs, of 2,000 characters at most."""
    text = comment.replace("\r\n", "\n").replace("\r", "\n")
    plain = _HIDDEN.sub(" ", text).encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"\n{3,}", "\n\n", plain).strip()[:LONGEST].rstrip()


def _take(scene: Scene, link: _Link, stars: int, comment: str) -> None:
    lead = follow(scene, link.lead) if scene.work.has(link.lead) else ""
    if not lead or scene.work.lifecycle(lead).stage is Stage.ERASED:
        raise LinkRefused(EXPIRED, why="expired")
    told = Rated(
        content=link.title,
        side=link.side,
        rater=link.rep or lead,
        stars=stars,
        comment=comment,
        link=link.ident,
    )
    scene.observed(told, lead, link.key, scene.now)
    scene.work.flush()


def _read(company: Company, token: str) -> _Link:
    """What a link says, in our words: the piece and the rep are those that we still know."""
    if company.links is None:
        raise LinkRefused(EXPIRED, why="expired")
    told = company.links.read("rate", token, company.now())
    title = next((one for one in _titles(company) if opaque(one) == told.get("p")), "")
    rep = next((one.id for one in company.teams.reps if opaque(one.id) == told.get("r")), "")
    side: Side = "sales" if told.get("s") == "sales" else "prospect"
    if not title or bool(rep) != (side == "sales"):
        raise LinkRefused(EXPIRED, why="expired")
    return _Link(ident=ident(token), lead=told.get("l", ""), title=title, side=side, rep=rep)


def _titles(company: Company) -> list[str]:
    """All pieces that any version of the agreement has named."""
    return [one.title for version in company.versions.all for one in version.content]
