"""The signed link that opens a rep's own page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from crmbridge.agreement import Rep
from crmbridge.links import Links

LASTS = timedelta(days=30)
"""How long a rep's link is good; each brief has a newer one."""


def fields_of(rep: Rep) -> dict[str, str]:
    """What a rep's link says: who they are, for nobody who does not know them already.

    Whoever gets another address in teams.toml, or leaves it, has no page by the old links.
    """
    return {"rep": sha256(f"{rep.id}|{rep.address}".encode()).hexdigest()[:16]}


def link_of(links: Links, rep: Rep, now: datetime) -> str:
    """The address of a rep's own page; the same all day, so that a message does not change."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return links.make("rep", fields_of(rep), day + LASTS)


def whose(reps: Iterable[Rep], fields: dict[str, str]) -> Rep | None:
    """The person that a link is of; `None` for who works no leads here any more."""
    people = (one for one in reps if one.kind == "person")
    return next((one for one in people if fields_of(one) == fields), None)
