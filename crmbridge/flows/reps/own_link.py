"""The signed link that opens a rep's own page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from crmbridge.agreement import Rep
from crmbridge.flows.scene.scene import Scene
from crmbridge.links import Links


def fields_of(rep: Rep) -> dict[str, str]:
    """What a rep's link says: who they are, for nobody who does not know them already.

    Whoever gets another address in teams.toml, or leaves it, has no page by the old links.
    """
    return {"rep": sha256(f"{rep.id}|{rep.address}".encode()).hexdigest()[:16]}


def link_of(links: Links, rep: Rep, now: datetime) -> str:
    """The address of a rep's own page, good until the month after next begins.

    It is the same for a month, so that a text that holds it does not change from day to day.
    """
    return links.make("rep", fields_of(rep), ends(now))


def ends(now: datetime) -> datetime:
    """When a link that is made now ends."""
    months = now.month + 1
    year, month = now.year + months // 12, months % 12 + 1
    return now.replace(year=year, month=month, day=1, hour=0, minute=0, second=0, microsecond=0)


def whose(reps: Iterable[Rep], fields: dict[str, str]) -> Rep | None:
    """The person that a link is of; `None` for who works no leads here any more."""
    people = (one for one in reps if one.kind == "person")
    return next((one for one in people if fields_of(one) == fields), None)


def own_link(scene: Scene, rep: str) -> str:
    """The address of a rep's own page; empty for who is no person, and where no links are made."""
    links, found = scene.company.links, scene.company.teams.rep(rep)
    if links is None or found is None or found.kind != "person":
        return ""
    return link_of(links, found, scene.now)
