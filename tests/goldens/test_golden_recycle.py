"""The golden cases of the recycle table: what a return means, and when the lead goes again."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from crmbridge.agreement import Recycle
from crmbridge.policy.recycle import Situation, reentry, returned


def table(doc):
    return Recycle(
        closed_lost_min_days=doc["closed_lost_min_days"],
        cool_off_cap_days=doc["cool_off_cap_days"],
        reasons=doc["table"],
    )


def instant(text):
    return datetime.fromisoformat(text) if text else None


def permitted(given):
    if given.get("opted_out") or given.get("do_not_contact"):
        return False
    return bool(given.get("permission", given.get("permitted", True)))


def shown(state, decision):
    full = {
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


def test_a_return_and_what_follows_from_it(recycle_case, golden):
    doc, given = golden("recycle.json"), recycle_case["input"]
    state = returned(
        given.get("reason") or "",
        table(doc),
        instant(given["returned_at"]),
        ZoneInfo(doc["tz"]),
        earlier_loops=given.get("earlier_counted_loops", 0),
        closed_lost=given.get("closed_lost", False),
    )
    situation = Situation(
        ready=given["ready"],
        engagement_since=Decimal(str(given["engagement_since"])),
        permitted=permitted(given),
        hand_raise_at=instant(given.get("hand_raise_at")),
        data_fixed_at=instant(given.get("data_fixed_at")),
        merged=bool(given.get("merged") or given.get("merged_at")),
        deal_open=given.get("deal_open", False),
    )
    expect = dict(recycle_case["expect"])
    if expect.get("cool_off_end"):
        expect["cool_off_end"] = instant(expect["cool_off_end"])
    assert shown(state, reentry(state, instant(given["at"]), situation)) == expect
