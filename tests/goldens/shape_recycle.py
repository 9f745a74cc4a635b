"""Reads the golden cases of the recycle table: a return, and when the lead goes again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.agreement import Recycle
from crmbridge.policy.recycle import Decision, Returned, Situation, reentry, returned
from tests.goldens.shape import Json, instant, only

FILE = {
    *("topic", "tz", "table", "closed_lost_min_days", "cool_off_cap_days", "growth", "cases"),
    "rules",
}
INPUT = {
    *("reason", "at", "returned_at", "ready", "engagement_since", "earlier_counted_loops"),
    *("closed_lost", "hand_raise_at", "data_fixed_at", "merged", "merged_at", "deal_open"),
    "expansion",
    *("permission", "permitted", "may_contact", "opted_out", "opt_out", "do_not_contact"),
}
SAID_NO = ("opted_out", "opt_out", "do_not_contact")
SAID_YES = ("permission", "permitted", "may_contact")
# the rules fix these steps and their order (R5.4), and not what a case calls them
SAME = {
    **dict.fromkeys(("wait_data_fixed", "wait_data_fix", "wait_fix"), "wait_data"),
    **dict.fromkeys(("not_permitted", "blocked_permission", "permission"), "no_permission"),
    **dict.fromkeys(("wait_engagement", "below_bar"), "wait_bar"),
}
NOT_PERMITTED = ("no", "denied", "opted_out", "do_not_contact", "withdrawn", "none")


def table(doc: Json) -> Recycle:
    """The table of a file."""
    only(doc, FILE, "file")
    return Recycle(
        closed_lost_min_days=doc["closed_lost_min_days"],
        cool_off_cap_days=doc["cool_off_cap_days"],
        reasons=doc["table"],
    )


def permitted(given: Json) -> bool:
    """Whether the person may be written to, in the ways that a case may say it."""
    if any(given.get(name) for name in SAID_NO):
        return False
    told = [given[name] for name in SAID_YES if name in given]
    return all(one not in NOT_PERMITTED if isinstance(one, str) else bool(one) for one in told)


def merged(given: Json) -> bool:
    """Whether the double record is gone by the moment asked about."""
    if "merged_at" in given:
        when, at = instant(given["merged_at"]), instant(given["at"])
        return bool(when and at and when <= at)
    return bool(given.get("merged"))


def moment(given: Json, name: str) -> datetime:
    """An instant that a case must have."""
    return datetime.fromisoformat(given[name])


def outcome(given: Json, doc: Json) -> Json:
    """What the policy says of a case's input, as the cases write it."""
    only(given, INPUT, "input")
    state = returned(
        given.get("reason") or "",
        table(doc),
        moment(given, "returned_at"),
        ZoneInfo(doc["tz"]),
        earlier_loops=given.get("earlier_counted_loops", 0),
        closed_lost=given.get("closed_lost", False),
        expansion=given.get("expansion", False),
    )
    situation = Situation(
        ready=given["ready"],
        engagement_since=Decimal(str(given["engagement_since"])),
        permitted=permitted(given),
        hand_raise_at=instant(given.get("hand_raise_at")),
        data_fixed_at=instant(given.get("data_fixed_at")),
        merged=merged(given),
        deal_open=given.get("deal_open", False),
    )
    return shown(state, reentry(state, moment(given, "at"), situation))


def shown(state: Returned, decision: Decision) -> Json:
    """A return and its decision; what does not apply is left out, the track apart."""
    full: dict[str, Any] = {
        "row": state.row,
        "class": state.class_,
        "track": state.track,
        "rep": state.rep,
        "contact": state.contact,
        "warning": state.warning or None,
        "loops": state.loops,
        "cool_off_days": state.cool_off_days,
        "cool_off_end": state.until,
        "decision": decision.decision,
        "via": decision.via or None,
    }
    return {name: value for name, value in full.items() if value is not None or name == "track"}


def expected(expect: Json) -> Json:
    """What a case expects, its instants read and its decision in our words."""
    end, decision = instant(expect.get("cool_off_end")), expect["decision"]
    said = {"decision": SAME.get(decision, decision)}
    return expect | said | ({"cool_off_end": end} if end else {})
