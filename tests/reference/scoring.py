"""R2 as the rules say it, on plain JSON: every number exact or to fifty digits, nothing cached."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.criteria import leaf_result

Json = dict[str, Any]
FIFTY = Context(prec=50, rounding=ROUND_HALF_EVEN)
STAGES = ("epiphany", "interest", "evaluation", "decision", "post_sale")
RATINGS = ("cold", "warm", "hot")


def instant(text: str) -> datetime:
    """An instant of the cases."""
    return datetime.fromisoformat(text)


def four(number: Decimal) -> Decimal:
    """Four decimals, half to even."""
    return number.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN, context=FIFTY)


def decimal(number: Fraction) -> Decimal:
    """A fraction to fifty digits."""
    return FIFTY.divide(Decimal(number.numerator), Decimal(number.denominator))


def weight(decay: Json, seconds: int) -> Decimal:
    """R2.10."""
    age = Fraction(seconds, 86_400)
    if decay["type"] == "exponential":
        halvings = max(Fraction(0), age - Fraction(str(decay.get("hold_days", 0))))
        halvings /= Fraction(str(decay["half_life_days"]))
        return FIFTY.power(Decimal(2), -decimal(halvings))
    if decay["type"] == "step":
        steps = age // Fraction(str(decay["step_days"]))
        return FIFTY.power(1 - Decimal(str(decay["loss"])), int(steps))
    if decay["type"] == "window":
        return Decimal(1) if age < Fraction(str(decay["days"])) else Decimal(0)
    if decay["type"] == "linear":
        return decimal(max(Fraction(0), 1 - age / Fraction(str(decay["days"]))))
    return Decimal(1)


def clamp(number: Decimal, low: Any, high: Any) -> Decimal:
    """The number inside its ends."""
    return max(Decimal(str(low)), min(Decimal(str(high)), number))


def fit(model: Json, facts: Json, now: datetime, zone: ZoneInfo) -> Json:
    """R2.1 and R2.2."""
    total, all_max, known_max, parts = Decimal(0), Fraction(0), Fraction(0), []
    for name, group in model["groups"].items():
        raw = Decimal(0)
        for rule in group["rules"]:
            if leaf_result(rule, facts, {}, now, zone) is True:
                raw += Decimal(str(rule["points"]))
        known = all(not missing(facts.get(rule["field"])) for rule in group["rules"])
        capped = clamp(raw, group["min"], group["max"])
        parts.append({"group": name, "raw": raw, "capped": capped, "known": known})
        total += capped
        all_max += Fraction(str(group["max"]))
        known_max += Fraction(str(group["max"])) if known else 0
    score = clamp(total, 0, 100)
    completeness = known_max / all_max
    letter = band(model["letters"], score)
    unknown = letter == "D" and completeness < Fraction(model["unknown_completeness"])
    return {
        "score": score,
        "completeness": four(decimal(completeness)),
        "letter": letter,
        "effective_letter": model["unknown_letter"] if unknown else letter,
        "fit_unknown": unknown,
        "parts": parts,
    }


def missing(value: object) -> bool:
    """R3.2: null or a blank string; an empty list is known."""
    return value is None or (isinstance(value, str) and not value.strip())


def band(bands: list[list[Any]], number: Decimal) -> Any:
    """The first band whose least the number reaches."""
    return next(name for name, least in bands if least is None or number >= Decimal(str(least)))


def seen(case: Json) -> list[Json]:
    """R2.12: what had happened at the instant and was known at the knowledge's instant."""
    at = instant(case["as_of"])
    known = instant(case.get("known_as_of") or case["as_of"])
    return [
        row
        for row in case["touches"]
        if instant(row["at"]) <= at and instant(row.get("recorded") or row["at"]) <= known
    ]


def newest_first(rows: list[Json]) -> list[Json]:
    """R2.9."""
    return sorted(rows, key=lambda row: (instant(row["at"]), row["id"]), reverse=True)


def engagement(model: Json, touches: list[Json], at: datetime) -> Json:
    """R2.8 to R2.10."""
    table, catalogue, zone = model["engagement"], model["catalogue"], ZoneInfo(model["tz"])
    groups = {name: Decimal("0.0000") for name in table["groups"]}
    per_asset: dict[Any, int] = {}
    per_day: dict[Any, int] = {}
    parts = []
    for row in newest_first(touches):
        if row["asset_type"] not in catalogue:
            continue
        entry = catalogue[row["asset_type"]]
        group = table["groups"][entry["group"]]
        seconds = int((at - instant(row["at"])).total_seconds() // 1)
        found = weight(group.get("decay") or table["decay"], seconds)
        asset = (row["asset_type"], row["asset"])
        day = (entry["group"], instant(row["at"]).astimezone(zone).date())
        dropped = None
        if per_asset.get(asset, 0) >= entry.get("max_per_asset", 10**9):
            dropped = "max_per_asset"
        elif per_day.get(day, 0) >= group.get("max_per_day", 10**9):
            dropped = "max_per_day"
        else:
            per_asset[asset] = per_asset.get(asset, 0) + 1
            per_day[day] = per_day.get(day, 0) + 1
        part = four(FIFTY.multiply(Decimal(str(entry["points"])), found))
        groups[entry["group"]] += Decimal(0) if dropped else part
        parts.append({"touch": row["id"], "weight": found, "part": part, "dropped": dropped})
    capped = {
        name: clamp(raw, table["groups"][name]["min"], table["groups"][name]["max"])
        for name, raw in groups.items()
    }
    score = clamp(sum(capped.values(), Decimal(0)), 0, 100)
    return {"score": score, "raw": groups, "capped": capped, "parts": parts}


def signals(model: Json, touches: list[Json], at: datetime) -> list[tuple[str, str]]:
    """R2.6: of each asset the newest touch that qualifies and is younger than its life."""
    found: dict[Any, tuple[str, str]] = {}
    for row in newest_first(touches):
        signal = model["catalogue"].get(row["asset_type"], {}).get("signal")
        asset = (row["asset_type"], row["asset"])
        if not signal or row.get("sections", 0) < signal.get("min_sections", 0):
            continue
        if at - instant(row["at"]) < timedelta(days=signal["ttl_days"]) and asset not in found:
            found[asset] = (row["id"], signal["rating"])
    return list(found.values())


def stage(model: Json, touches: list[Json], at: datetime) -> str | None:
    """R2.7."""
    found = [
        model["catalogue"][row["asset_type"]].get("stage")
        for row in touches
        if row["asset_type"] in model["catalogue"] and at - instant(row["at"]) <= timedelta(days=60)
    ]
    return max((one for one in found if one), key=STAGES.index, default=None)


def score(model: Json, case: Json) -> Json:
    """Everything that a case of scoring expects."""
    at, zone = instant(case["as_of"]), ZoneInfo(model["tz"])
    touches = seen(case)
    fitness = fit(model["fit"], case["facts"], at, zone)
    engaged = engagement(model, touches, at)
    digit = band(model["engagement"]["digits"], engaged["score"])
    grid = model["grid"][fitness["effective_letter"]][digit - 1]
    raised = signals(model, touches, at)
    ratings = [grid, *(one for _, one in raised if fitness["effective_letter"] != "D")]
    opened = case.get("cycle_opened")
    since = [row for row in touches if opened and instant(row["at"]) > instant(opened)]
    return {
        "fit": fitness,
        "engagement": engaged,
        "digit": digit,
        "grade": f"{fitness['letter']}{digit}",
        "grid_rating": grid,
        "signals": raised,
        "rating": max(ratings, key=RATINGS.index),
        "buying_stage": stage(model, touches, at),
        "since": engagement(model, since, at)["score"] if opened else None,
    }
