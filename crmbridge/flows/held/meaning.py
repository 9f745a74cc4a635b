"""What both answers to held work mean for each kind of it, in the words of the buttons."""

from __future__ import annotations

from collections.abc import Mapping

from crmbridge.flows.fit.advice import KINDS as CAUSES
from crmbridge.flows.recycle.repair import ADVICE, FIX
from crmbridge.store.held import Held

STAYS = frozenset(
    {
        "conflict",
        "consent_again",
        "consent_by_hand",
        "field_gone",
        FIX,
        "hand_on_waits",
        "manual_only",
        "missing_note",
        "missing_reason",
        "no_rate",
        "record_too_large",
        "record_unreadable",
        "search_short",
        "sla_breach",
        "system_gone",
        "unmapped_reason",
        "unmapped_status",
    }
)
"""Kinds of which nothing is sent, and that end by themselves: a second look does not end them."""
OPENS_AGAIN = "Resolved. It opens again when the same thing happens again."
WENT_ON = "Resolved. It goes on with the next look at the systems."
LOOKED_AT = (
    "It is looked at once more with the next look at the systems. It leaves this list by itself "
    "once its cause is gone."
)
SENDS_NOTHING = "I dealt with it myself; nothing is to be sent"
_CAUSE = "These leads may stay as they are; what was held back is not sent"
_FIXED: Mapping[str, str] = {
    "repair": "The data may stay as it is; the lead goes on",
    "merge": "It is no duplicate; the lead goes on",
    "attach": "The deal is over; the lead goes on",
}
_CONFIRMED: Mapping[str, str] = {
    **dict.fromkeys(CAUSES, _CAUSE),
    "address_taken": "The address stays with the other lead",
    "conflict": "Both systems may keep their own value",
    "consent_again": "They stay opted out",
    "consent_by_hand": "I entered it by hand, or it may stay as it is there",
    "field_gone": "I know of it; its records are not read until the field is there again",
    FIX: "It may stay as it is; the lead goes on",
    "hand_on_waits": "I know of it; the lead waits on for the next team",
    "manual_only": "It stays with marketing",
    "maybe_merged": "The record was deleted, not merged; the lead is marketing's again",
    "message_unsure": "The message is not to be sent again",
    "missing_note": "It may stay without a note",
    "missing_reason": "It may stay without a reason",
    "much_is_gone": "These records are really gone; the next comparison may believe it",
    "no_rate": "The money in that currency may stand apart",
    "opt_out_refused": "I entered the opt-out there; it is tried on until the system has it",
    "record_too_large": "The record may stay unread",
    "record_unreadable": "The record may stay unread",
    "search_short": "I know of it; the comparison finds what was left out",
    "sla_breach": "I spoke with its rep; the clock runs on",
    "slow": "I know of it; the write is tried on",
    "system_gone": "What waits for that system is dropped, and never written there",
    "two_records": "They may stay two records",
    "unmapped_reason": "I know of it; the reason counts as a missing one",
    "unmapped_status": "I know of it; the status moves no lead",
    "untouched_twice": "I looked at it; the lead goes on to another rep",
}
GOES_ON = frozenset({FIX, "maybe_merged", "much_is_gone"})
"""Kinds of which the word of a person lets something go on that was held."""


def confirmed(kind: str, row: Held | None = None) -> str:
    """What a person confirms who resolves held work of a kind, or the piece `row` of it.

    A sentence without its full stop. It says what becomes of it: never "nothing is sent" of a kind
    that goes on.
    """
    if row is not None and kind == FIX:
        track = next((name for name, text in ADVICE.items() if text == row.advice), "")
        return _FIXED.get(track, _CONFIRMED[FIX])
    if row is not None and kind in CAUSES and row.lead:
        return SENDS_NOTHING
    return _CONFIRMED.get(kind, SENDS_NOTHING)


def resolved(kind: str) -> str:
    """What became of held work that a person resolved."""
    return WENT_ON if kind in GOES_ON else OPENS_AGAIN


def second_look(kind: str) -> str:
    """What a second try at held work of a kind does, for who is about to ask for it."""
    if kind in STAYS:
        return LOOKED_AT
    return (
        "What was held back is tried once more with the next look at the systems. It comes back "
        "here if its cause is still there."
    )
