"""A link for each owner of an agreement, by which they and nobody else sign one version of it.

A link names the company, the version, the text by its hash, and the owner as a number in the file:
a text that was changed, and owners too, make it void.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbridge.agreement import Agreement, Versions, missing_sides
from crmbridge.agreement.signing import SIDES, Side
from crmbridge.agreement.versions.signed import standing
from crmbridge.errors import LinkRefused
from crmbridge.links import Links

VALID = timedelta(days=14)
"""For so long a link can be used."""
HASH = 16
"""Characters of the hash in a link: 64 bits, which nobody makes another text for by chance."""
CHANGED = (
    "This version was changed since the link was made. Nothing was signed; ask for a new link to "
    "the text as it is now."
)
WITHDRAWN = "This version was withdrawn. Nothing was signed, and nothing is to be signed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Somebody who may sign a version for a side.

    `signed` says that they have; `instead` names who else has for that side, so that they need not.
    """

    side: Side
    name: str
    mark: str
    signed: bool
    instead: str = ""

    def __repr__(self) -> str:
        return f"Owner({self.mark})"  # the name is personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a link is for: which version, and who signs it."""

    version: Agreement
    owner: Owner


def owners(version: Agreement, versions: Versions) -> list[Owner]:
    """Everybody who may sign a version, in the file's order."""
    hashed = versions.hashes[version.version]
    missing = missing_sides(version, hashed)
    by = {
        side: [one.name for one in standing(version, hashed) if one.side == side] for side in SIDES
    }
    return [
        Owner(
            side=side,
            name=name,
            mark=f"{side[0]}{number}",
            signed=name in by[side],
            instead="" if side in missing or name in by[side] else " and ".join(by[side]),
        )
        for side in SIDES
        for number, name in enumerate(version.owners.of(side))
    ]


def link(links: Links, version: Agreement, versions: Versions, owner: Owner, now: datetime) -> str:
    """Return the address at which an owner signs a version, good for `VALID`."""
    told = {
        "v": str(version.version),
        "h": versions.hashes[version.version][:HASH],
        "o": owner.mark,
    }
    # to the hour: asked for twice in a minute, it is one link
    until = (now + VALID).replace(minute=0, second=0, microsecond=0)
    return links.make("sign", told, until)


def meant(links: Links, versions: Versions, token: str, now: datetime) -> Meant:
    """Return what a link is for.

    Raises:
        LinkRefused: it is forged, expired or of something else, or the text was changed since.
    """
    told = links.read("sign", token, now)
    number = told.get("v", "")
    found = versions.numbered(int(number)) if number.isdecimal() else None
    if found is None or versions.hashes[found.version][:HASH] != told.get("h"):
        raise LinkRefused(CHANGED, why="changed")
    if found.withdrawn:
        raise LinkRefused(WITHDRAWN, why="changed")
    owner = next((one for one in owners(found, versions) if one.mark == told.get("o")), None)
    if owner is None:
        raise LinkRefused(CHANGED, why="changed")
    return Meant(version=found, owner=owner)


def to_sign(versions: Versions, now: datetime) -> list[Agreement]:
    """The versions that want a signature still, by day."""
    return [one for one in versions.all if versions.status(one, now) in ("draft", "proposed")]
