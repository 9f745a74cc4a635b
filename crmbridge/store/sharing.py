"""The rule by which won deals are shared, kept in the ledger so that the rows follow it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo

from crmbridge.model.evidence import PeoplePolicy, Sharing
from crmbridge.store.cursors import get_meta, put_meta
from crmbridge.store.table import Tx

SHARING = "sharing"
"""Row of the ledger's facts: the rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who shares a deal, and the zone of the company's days."""

    sharing: Sharing = field(default_factory=Sharing)
    zone: tzinfo = UTC


def rule(tx: Tx) -> Rule:
    """Return the rule; before anybody set one, the default in UTC."""
    known = cast(dict[str, Any] | None, get_meta(tx, SHARING))
    if known is None:
        return Rule()
    people: PeoplePolicy = known["people"]
    sharing = Sharing(people=people, conversion=known["conversion"])
    return Rule(sharing, ZoneInfo(known["zone"]))


def is_kept(tx: Tx, sharing: Sharing, zone: str) -> bool:
    """Whether this is the rule that is kept."""
    return get_meta(tx, SHARING) == _said(sharing, zone)


def keep(tx: Tx, sharing: Sharing, zone: str) -> None:
    """Keep the rule. What is shared already stands as it stood: share it anew."""
    put_meta(tx, SHARING, _said(sharing, zone))


def _said(sharing: Sharing, zone: str) -> dict[str, Any]:
    return {"people": sharing.people, "conversion": sharing.conversion, "zone": zone}
