"""R3 as the rules say it, on plain JSON: truth is True, False or None for unknown."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Truth = bool | None
MISSING = {"pass": True, "fail": False, "unknown": None}


def text(value: object) -> str:
    """R3.1: compared after NFKC, trim, casefold."""
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def number(value: object) -> Decimal | None:
    """The value as a number, or nothing."""
    try:
        return None if isinstance(value, bool | list | dict) else Decimal(str(value))
    except InvalidOperation:
        return None


def same(value: Any, wanted: Any, kind: str) -> bool:
    """Two values of a type are equal."""
    if kind == "number":
        return number(value) == number(wanted)
    return text(value) == text(wanted)


def missing(value: object) -> bool:
    """R3.2."""
    return value is None or (isinstance(value, str) and not value.strip())


def moment(value: str) -> tuple[bool, Any]:
    """Whether a value is a day, and the day or the instant."""
    if len(value) == len("2026-01-01"):
        return True, date.fromisoformat(value)
    return False, datetime.fromisoformat(value)


def day(value: str, zone: ZoneInfo) -> date:
    """The company's day of a day or an instant: who asks for a day means all of it."""
    is_day, at = moment(value)
    return at if is_day else at.astimezone(zone).date()


def within(value: str, days: int, now: datetime, zone: ZoneInfo) -> bool:
    """Neither in the future nor more than so many days ago, both ends in."""
    is_day, at = moment(value)
    if is_day:
        return 0 <= (now.astimezone(zone).date() - at).days <= days
    return timedelta(0) <= now - at <= timedelta(days=days)


def older(value: str, days: int, now: datetime, zone: ZoneInfo) -> bool:
    """More than so many days ago."""
    is_day, at = moment(value)
    if is_day:
        return (now.astimezone(zone).date() - at).days > days
    return now - at > timedelta(days=days)


def has(value: list[Any], wanted: list[Any]) -> list[bool]:
    """For each wanted element whether it is in the list."""
    return [text(one) in {text(own) for own in value} for one in wanted]


TEXT: dict[str, Callable[[Any, Any, str], bool]] = {
    "eq": lambda v, w, k: same(v, w, k),
    "ne": lambda v, w, k: not same(v, w, k),
    "in": lambda v, w, k: any(same(v, one, k) for one in w),
    "not_in": lambda v, w, k: not any(same(v, one, k) for one in w),
    "contains": lambda v, w, k: text(w) in text(v),
    "not_contains": lambda v, w, k: text(w) not in text(v),
    "starts_with": lambda v, w, k: text(v).startswith(text(w)),
    "ends_with": lambda v, w, k: text(v).endswith(text(w)),
    "is_true": lambda v, w, k: v is True,
    "is_false": lambda v, w, k: v is False,
    "has_any": lambda v, w, k: any(has(v, w)),
    "has_all": lambda v, w, k: all(has(v, w)),
    "has_none": lambda v, w, k: not any(has(v, w)),
    "size_ge": lambda v, w, k: len(v) >= w,
}
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda v, w: v < w,
    "le": lambda v, w: v <= w,
    "gt": lambda v, w: v > w,
    "ge": lambda v, w: v >= w,
    "between": lambda v, w: w[0] <= v <= w[1],
    "before": lambda v, w: v < w,
    "after": lambda v, w: v > w,
    "on_or_before": lambda v, w: v <= w,
    "on_or_after": lambda v, w: v >= w,
}


def ordered(op: str, value: Any, wanted: Any, convert: Callable[[Any], Any]) -> bool:
    """One of the comparisons, on what both sides convert to."""
    both = [convert(one) for one in wanted] if op == "between" else convert(wanted)
    return ORDER[op](convert(value), both)


def counted(rows: list[Json], wanted: Json, now: datetime) -> bool:
    """R3.1: so many touches, none in the future, within the days, both ends in."""
    found = 0
    for row in rows:
        age = now - datetime.fromisoformat(row["at"])
        recent = "days" not in wanted or age <= timedelta(days=wanted["days"])
        kind = wanted.get("kind", row["asset_type"]) == row["asset_type"]
        asset = wanted.get("asset", row["asset"]) == row["asset"]
        found += timedelta(0) <= age and recent and kind and asset
    return found >= wanted["count"]


def in_currency(money: Json, to: str, doc: Json, now: datetime, zone: ZoneInfo) -> Fraction | None:
    """R9.2 and R9.4: by the rates of the company's day, rounded once, ties away from zero."""
    rates = {doc.get("currency", ""): Fraction(1)}
    for row in sorted(doc.get("rates", ()), key=lambda row: row["from"]):
        if row["from"] <= now.astimezone(zone).date().isoformat():
            rates[row["currency"]] = Fraction(row["per_unit"])
    amount, was = Fraction(money["amount"]), money["currency"]
    if was == to:
        return amount
    if was not in rates or to not in rates:
        return None
    digits = 0 if to == "JPY" else 2
    scaled = amount * rates[was] / rates[to] * 10**digits
    whole = math.floor(abs(scaled) + Fraction(1, 2))
    return Fraction(whole if scaled >= 0 else -whole, 10**digits)


def leaf_result(leaf: Json, facts: Json, doc: Json, now: datetime, zone: ZoneInfo) -> Truth:
    """The truth of one leaf; the file has the ordered enums, the types and the rates."""
    value, op, wanted = facts.get(leaf["field"]), leaf["op"], leaf.get("value")
    enums, types = doc.get("enums", {}), doc.get("types", {})
    if op == "count_ge":
        return counted(doc["touches"], wanted, now)
    if op in ("is_set", "is_missing"):
        return missing(value) == (op == "is_missing")
    if missing(value):
        return MISSING[leaf.get("if_missing", "unknown")]
    if types.get(leaf["field"]) == "money":
        bounds = wanted if op == "between" else [wanted]
        to = bounds[0]["currency"]
        here = [in_currency(one, to, doc, now, zone) for one in (value, *bounds)]
        if None in here:
            return MISSING[leaf.get("if_missing", "unknown")]
        return ORDER[op](here[0], here[1:] if op == "between" else here[1])
    if op in ("at_least", "at_most"):
        scale = [text(one) for one in enums[leaf.get("scale", leaf["field"])]]
        if text(value) not in scale:
            return MISSING[leaf.get("if_missing", "unknown")]
        own, asked = scale.index(text(value)), scale.index(text(wanted))
        return own >= asked if op == "at_least" else own <= asked
    if op in ("within_last", "older_than"):
        return (within if op == "within_last" else older)(value, wanted["days"], now, zone)
    if op in TEXT:
        kind = "number" if isinstance(wanted, int | float) else "text"
        return TEXT[op](value, wanted, leaf.get("type", kind))
    if isinstance(value, str) and number(value) is None:
        by_day = moment(wanted[0] if op == "between" else wanted)[0]
        return ordered(op, value, wanted, lambda one: day(one, zone) if by_day else moment(one)[1])
    return ordered(op, value, wanted, number)


def kleene(op: str, k: int, results: list[Truth]) -> Truth:
    """R3.3."""
    if op == "none":
        op, results = "all", [None if one is None else not one for one in results]
    least = {"all": len(results), "any": 1}.get(op, k)
    yes, maybe = results.count(True), results.count(None)
    return True if yes >= least else None if yes + maybe >= least else False


def leaves(node: Json) -> list[Json]:
    """Every leaf in document order."""
    return [leaf for child in node["of"] for leaf in leaves(child)] if "of" in node else [node]


def root(node: Json, results: dict[str, Truth]) -> Truth:
    """The truth of a tree whose leaves are judged."""
    if "of" not in node:
        return results[node["id"]]
    return kleene(node["op"], node.get("k", 0), [root(one, results) for one in node["of"]])


def judged(tree: Json, facts: Json, doc: Json, now: datetime, zone: ZoneInfo) -> Any:
    """Every leaf's truth by its id."""
    return {leaf["id"]: leaf_result(leaf, facts, doc, now, zone) for leaf in leaves(tree)}


def readable(leaf: Json, value: Any, doc: Json) -> bool:
    """Whether a value is in its scale or has a rate: others tell as little as none."""
    if missing(value):
        return True
    if doc["types"].get(leaf["field"]) == "money":
        known = {doc["currency"], *(row["currency"] for row in doc["rates"])}
        return value["currency"] in known
    if leaf["op"] not in ("at_least", "at_most"):
        return True
    scale = doc["enums"][leaf.get("scale", leaf["field"])]
    return text(value) in [text(one) for one in scale]


def price(leaf: Json, facts: Json, result: Truth, wanted: Truth) -> int | None:
    """R3.9: what it costs to give one leaf a truth; nothing where it cannot be had."""
    if result is wanted:
        return 0
    if wanted is None:
        return None
    if missing(facts.get(leaf["field"])):
        return 1
    return None if leaf.get("fixed") else leaf.get("cost", 1)


def cheapest(tree: Json, facts: Json, results: dict[str, Truth], wanted: bool) -> int | None:
    """The least cost over every assignment of true, false and unknown to the leaves.

    A lead is ready iff the root is true: not to be ready, unknown will do.
    """
    every, best = leaves(tree), None
    for chosen in product((True, False, None), repeat=len(every)):
        pairs = list(zip(every, chosen, strict=True))
        prices = [price(leaf, facts, results[leaf["id"]], one) for leaf, one in pairs]
        if None in prices:
            continue
        if (root(tree, {leaf["id"]: one for leaf, one in pairs}) is True) is not wanted:
            continue
        cost = sum(one for one in prices if one is not None)
        best = cost if best is None else min(best, cost)
    return best
