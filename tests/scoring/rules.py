"""R2 as the rules say it, on plain JSON: every number exact or to fifty digits, nothing cached."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from tests.definition.rules import leaf_result

Json = dict[str, Any]
FIFTY = Context(prec=50, rounding=ROUND_HALF_EVEN)
STAGES = ("epiphany", "interest", "evaluation", "decision", "post_sale")
RATINGS = ("cold", "warm", "hot")


def instant(text: str) -> datetime:
    """An instant of the cases."""
    return datetime.fromisoformat(text)


def four(number: Decimal) -> Decimal:
    """Four decimals, half to even."""
    # nothing has no sign
    return 0 + number.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN, context=FIFTY)


def decimal(number: Fraction) -> Decimal:
    """A fraction to fifty digits."""
    return FIFTY.divide(Decimal(number.numerator), Decimal(number.denominator))


def weight(decay: Json, seconds: int) -> Fraction | Decimal:
    """R2.10: a fraction where the weight is rational, else fifty digits."""
    age = Fraction(seconds, 86_400)
    if decay["type"] == "exponential":
        halvings = max(Fraction(0), age - Fraction(str(decay.get("hold_days", 0))))
        halvings /= Fraction(str(decay["half_life_days"]))
        if halvings.denominator == 1:
            return Fraction(1, 2 ** int(halvings))
        return FIFTY.power(Decimal(2), -decimal(halvings))
    if decay["type"] == "step":
        return (1 - Fraction(str(decay["loss"]))) ** (age // Fraction(str(decay["step_days"])))
    if decay["type"] == "window":
        return Fraction(age < Fraction(str(decay["days"])))
    if decay["type"] == "linear":
        return max(Fraction(0), 1 - age / Fraction(str(decay["days"])))
    return Fraction(1)


def rounded(points: Fraction, left: Fraction | Decimal) -> Decimal:
    """R2.8: the product to four decimals, half to even."""
    if isinstance(left, Fraction):
        return Decimal(round(points * left * 10_000)).scaleb(-4)
    return four(FIFTY.multiply(decimal(points), left))


def eight(left: Fraction | Decimal) -> Decimal:
    """A weight to eight decimals."""
    number = left if isinstance(left, Decimal) else decimal(left)
    return number.quantize(Decimal("1E-8"), rounding=ROUND_HALF_EVEN, context=FIFTY)


def clamp(number: Decimal, low: Any, high: Any) -> Decimal:
    """The number inside its ends."""
    return min(max(number, Decimal(str(low))), Decimal(str(high)))


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
        shown = {"group": name, "raw": str(raw), "capped": str(capped), "known": known}
        parts.append(shown)
        total += capped
        all_max += Fraction(str(group["max"]))
        known_max += Fraction(str(group["max"])) if known else 0
    score = clamp(total, 0, 100)
    completeness = known_max / all_max if all_max else Fraction(0)
    letter = band(model["letters"], score)
    unknown = letter == model["letters"][-1][0] and completeness < Fraction(
        str(model["unknown_completeness"])
    )
    return {
        "score": str(score),
        "completeness": str(four(decimal(completeness))),
        "letter": letter,
        "effective_letter": model["unknown_letter"] if unknown else letter,
        "fit_unknown": unknown,
        "parts": parts,
    }


def missing(value: object) -> bool:
    """R3.2: null or a blank string; an empty list is known."""
    return value is None or (isinstance(value, str) and not value.strip())


def band(bands: Any, number: Decimal) -> Any:
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
        part = Decimal(0) if dropped else rounded(Fraction(str(entry["points"])), found)
        groups[entry["group"]] += part
        shown = {
            "touch": row["id"],
            "group": entry["group"],
            "points": entry["points"],
            "age_days": str(four(decimal(Fraction(seconds, 86_400)))),
            "weight": str(eight(found)),
            "part": str(part),
        }
        parts.append(shown | ({"dropped": dropped} if dropped else {}))
    capped = {
        name: clamp(raw, table["groups"][name]["min"], table["groups"][name]["max"])
        for name, raw in groups.items()
    }
    score = four(clamp(sum(capped.values(), Decimal(0)), 0, 100))
    return {
        "score": str(score),
        "digit": band(table["digits"], score),
        "groups": {
            name: {"raw": str(raw), "capped": str(four(capped[name]))}
            for name, raw in groups.items()
        },
        "parts": parts,
    }


def signals(model: Json, touches: list[Json], at: datetime) -> list[list[str]]:
    """R2.6: of each entry the newest touch that qualifies and is younger than its life."""
    found: dict[str, list[str]] = {}
    for row in newest_first(touches):
        kind = row["asset_type"]
        signal = model["catalogue"].get(kind, {}).get("signal")
        if not signal or row.get("sections", 0) < signal.get("min_sections", 0):
            continue
        if at - instant(row["at"]) < timedelta(days=signal["ttl_days"]) and kind not in found:
            found[kind] = [row["id"], signal["rating"]]
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
    """Everything that a case of scoring may expect."""
    at, zone = instant(case["as_of"]), ZoneInfo(model["tz"])
    touches = seen(case)
    fitness = fit(model["fit"], case["facts"], at, zone)
    engaged = engagement(model, touches, at)
    letter, digit = fitness["effective_letter"], engaged["digit"]
    digits = [name for name, _ in model["engagement"]["digits"]]
    grid = model["grid"][letter][digits.index(digit)]
    raised = signals(model, touches, at)
    takes = letter != model["fit"]["letters"][-1][0]
    found = {
        "fit": fitness,
        "engagement": engaged,
        "grade": f"{fitness['letter']}{digit}",
        "grid_rating": grid,
        "signals": raised,
        "rating": max([grid, *(word for _, word in raised if takes)], key=RATINGS.index),
        "buying_stage": stage(model, touches, at),
    }
    if "cycle_opened" in case:
        later = [row for row in touches if instant(row["at"]) > instant(case["cycle_opened"])]
        found["engagement_since_recycle"] = engagement(model, later, at)["score"]
    return found
