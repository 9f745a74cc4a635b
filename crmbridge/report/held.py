"""Held work as people read it: what each kind is about, and in which order they look at it."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "opt_out_refused": "A system does not take an opt-out",
    "much_is_gone": "A system gives many records no more",
    "system_gone": "Writes wait for a system that the mapping names no more",
    "field_gone": "A field is gone that records are read by",
    "address_refused": "Sales does not take an e-mail address, so the hand-off waits",
    "sla_breach": "Sales is late with a lead",
    "untouched_twice": "Two reps in turn left the same lead untouched",
    "hand_on_waits": "A lead waits too long for the next team",
    "refused": "A system refuses to write a record",
    "field_missing": "A field is missing in a system",
    "field_refused": "A field does not take our value",
    "deal_refused": "A system does not take what we write onto deals",
    "unknown_track": "A list or program of marketing is not there",
    "fix_data": "Sales says that the data is wrong",
    "missing_reason": "A lead was given back without a reason",
    "missing_note": "A lead was given back for another reason, without a note",
    "unmapped_reason": "A reason of the CRM is not in the agreement",
    "unmapped_status": "A status of the CRM has no meaning yet",
    "manual_only": "A lead came back more often than agreed",
    "two_records": "Two records are one person",
    "maybe_merged": "A record may have been merged",
    "address_taken": "An address belongs to another lead",
    "ambiguous": "Several records match a lead",
    "conflict": "Both systems changed the same field",
    "consent_again": "Somebody who opted out may have consented again",
    "consent_by_hand": "A consent must be entered by hand",
    "no_rate": "A rate of exchange is missing",
    "mixed_currency": "Deals in several currencies",
    "message_unsure": "A message to a rep may not have arrived",
    "record_too_large": "A record is too large to be read",
    "record_unreadable": "A record cannot be read",
    "search_short": "A system gives fewer records than it says",
    "slow": "A system has put off a write many times",
}
"""What each kind of held work is about; the most urgent first."""
_PLACE = {kind: number for number, kind in enumerate(TITLES)}


def title(kind: str) -> str:
    """What a kind of held work is about, in words; a kind that is not known by its name."""
    return TITLES.get(kind) or kind.replace("_", " ").capitalize()


def urgency(kind: str) -> int:
    """Where a kind stands in the order in which people look at held work."""
    return _PLACE.get(kind, len(_PLACE))
