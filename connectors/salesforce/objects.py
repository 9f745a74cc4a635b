"""What Salesforce's objects can be to us, and how their changes are told."""

from __future__ import annotations

from crmbridge.model.offer import RECORDS, Deletes, Feed, Key, Object, Role

_BIN = "What left the recycle bin before it was read shows in the daily comparison alone."
_BARE = (
    "One that is deleted for itself shows in the vendor's log of 15 days alone, not in the feed."
)


def _staff(name: str, role: Role) -> Object:
    return Object(
        name=name, roles=frozenset({role}), feed=Feed.KEYSET, deletes=Deletes.FEED, note=""
    )


def _records(name: str, deletes: Deletes, note: str, *, merges: bool = False) -> Object:
    return Object(
        name=name,
        roles=RECORDS,
        feed=Feed.KEYSET,
        deletes=deletes,
        key=Key.UPSERT,
        merges=merges,
        note=note,
    )


OBJECTS = (
    _staff("User", Role.REP),
    _staff("Group", Role.QUEUE),
    *(_records(name, Deletes.FEED, _BIN, merges=True) for name in ("Lead", "Contact", "Account")),
    *(_records(name, Deletes.LOG, _BARE) for name in ("CampaignMember", "OpportunityContactRole")),
    _records("*", Deletes.FEED, f"Any other object, custom ones too. {_BIN}"),
)
"""Source: salesforce.md 3, 8."""
