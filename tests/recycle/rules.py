"""R5.2 to R5.4 as the rules say them, on the JSON of the golden cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]


def instant(text: str | None) -> datetime | None:
    """An instant of the cases."""
    return datetime.fromisoformat(text) if text else None


def midnight(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    """R5.3: 00:00 company time of the local day of a moment, some days on."""
    day = moment.astimezone(zone).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def named(given: Json, table: Json) -> tuple[str, str]:
    """R5.2: the row that a reason falls in, and the warning that it leaves."""
    said = (given.get("reason") or "").strip()
    if said in table:
        return said, ""
    return "missing_reason", f"unmapped:{said}" if said else ""


def days_of(row: Json, loops: int, closed_lost: bool, doc: Json) -> int:
    """R5.3: longer with each loop, up to four times, up to the cap; closed lost has a least."""
    base = row["cool_off_days"]
    if closed_lost:
        base = max(base, doc["closed_lost_min_days"])
    return int(min(doc["cool_off_cap_days"], base * min(max(loops, 1), 4)))


def expected(given: Json, doc: Json) -> Json:
    """What a case must say of its input: the return and the decision."""
    name, warning = named(given, doc["table"])
    row = doc["table"][name]
    loops = given.get("earlier_counted_loops", 0) + row["counts_loop"]
    found = {key: row[key] for key in ("class", "track", "rep", "contact")}
    found |= {"row": name, "loops": loops}
    if warning:
        found["warning"] = warning
    returned, end = instant(given["returned_at"]), None
    if row["class"] == "returns" and returned:
        days = days_of(row, loops, given.get("closed_lost", False), doc)
        end = midnight(returned, days, ZoneInfo(doc["tz"])) if days else returned
        found |= {"cool_off_days": days, "cool_off_end": end}
    decision = decided(given, name, row, loops, end)
    return found | ({"decision": decision[0]} | ({"via": decision[1]} if decision[1] else {}))


def happened(given: Json, key: str) -> bool:
    """Whether a thing came after the return and not after the moment asked about."""
    at, when, back = (instant(given.get(one)) for one in ("at", key, "returned_at"))
    return bool(at and when and back and back < when <= at)


def unmended(given: Json, name: str) -> str:
    """What a fix_data return still waits for, at the moment asked about."""
    same = given.get("data_fixed_at") == given["returned_at"]
    if name == "inaccurate_data" and not (same or happened(given, "data_fixed_at")):
        return "wait_data"
    if name == "duplicate" and not given.get("merged"):
        return "wait_merge"
    return "wait_deal" if name == "existing_opportunity" and given.get("deal_open") else ""


def decided(given: Json, name: str, row: Json, loops: int, end: datetime | None) -> tuple[str, str]:
    """R5.4: permission, out, data, loops, cool-off, bar, definition, in this order."""
    raised, at = happened(given, "hand_raise_at"), instant(given["at"])
    bar, since = row["bar"], Decimal(str(given["engagement_since"]))
    tests = (
        ("no_permission", given.get("permission", True) is False),
        ("out", row["class"] == "out"),
        (unmended(given, name), row["class"] == "fix_data" and bool(unmended(given, name))),
        ("manual_only", loops > row["max_loops"]),
        ("wait_cool_off", bool(end and at and at < end) and not raised),
        ("wait_bar", bar is not None and since < bar and not raised),
        ("wait_not_ready", not given["ready"]),
    )
    for word, holds in tests:
        if holds:
            return word, ""
    return "reenter", "hand_raise" if raised else ""
