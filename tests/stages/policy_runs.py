"""Runs the policy on the JSON of the golden cases, and refuses a key that it would not feed it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from crmbridge.agreement import Criteria
from crmbridge.agreement.definition.criteria import Leaf
from crmbridge.agreement.revenue.rates import Rate
from crmbridge.agreement.scoring.scores import Engagement, Fit, Grid
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.evaluate import Verdict, evaluate
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.scoring.decay import DAY
from crmbridge.policy.scoring.engagement import buying_stage, engagement, signals
from crmbridge.policy.scoring.fit import band, fit, grid_rating, rating

Json = dict[str, Any]
CRITERIA: TypeAdapter[Any] = TypeAdapter(Criteria)
FOUR, EIGHT = Decimal("1E-4"), Decimal("1E-8")
SCORING = {"id", "note", "facts", "touches", "as_of", "known_as_of", "cycle_opened", "expect"}
TOUCH = {"id", "at", "asset_type", "asset", "sections", "recorded"}
MODEL = {"tz", "fit", "engagement", "catalogue", "grid"}
JUDGED = {"id", "note", "changes", "now", "touches", "expect"}


def only(given: Json, known: set[str]) -> None:
    """A key that nothing reads would make a case pass that was never run."""
    assert set(given) <= known, f"nothing reads {sorted(set(given) - known)}"


def instant(text: str) -> datetime:
    """An instant of the cases."""
    return datetime.fromisoformat(text)


def touch(row: Json) -> Touch:
    """A touch as the policy has it."""
    only(row, TOUCH)
    return Touch(
        ref=Ref(system="marketing", obj="touch", id=row["id"]),
        at=instant(row["at"]),
        kind=row["asset_type"],
        asset=row.get("asset", ""),
        value=row.get("sections", 0),
    )


def engagement_table(model: Json) -> Engagement:
    """The catalogue and the groups as an agreement has them."""
    rules = [
        {"kind": kind, **{key: value for key, value in entry.items() if value is not None}}
        for kind, entry in model["catalogue"].items()
    ]
    given = {key: value for key, value in model["engagement"].items() if key != "digits"}
    return Engagement.model_validate({"rules": rules, **given})


def scored(model: Json, case: Json) -> Json:
    """Everything that a case of scoring may expect, of the policy."""
    only(model, MODEL)
    only(case, SCORING)
    as_of, zone = instant(case["as_of"]), ZoneInfo(model["tz"])
    known = instant(case.get("known_as_of") or case["as_of"])
    rows = [row for row in case["touches"] if instant(row.get("recorded") or row["at"]) <= known]
    touches, table = [touch(row) for row in rows], engagement_table(model)
    grid = Grid(digits=model["engagement"]["digits"], ratings=model["grid"])
    rules = Fit.model_validate(model["fit"])
    fitness = fit(rules, case["facts"], {}, as_of, zone)
    score = engagement(touches, table, as_of, zone=zone)
    digit = band(grid.digits, score.total)
    said = grid_rating(grid, fitness.effective, digit)
    live = signals(touches, table, as_of)
    raised = [one for _, one in live]
    found = {
        "fit": fit_shown(fitness),
        "engagement": {"digit": digit, **engagement_shown(score)},
        "grade": f"{fitness.letter}{digit}",
        "grid_rating": said,
        "signals": [[one.ref.id, word] for one, word in live],
        "rating": rating(said, raised, fitness.effective, rules.letters[-1][0]),
        "buying_stage": buying_stage(touches, table, as_of),
    }
    if "cycle_opened" in case:
        since = engagement(touches, table, as_of, instant(case["cycle_opened"]), zone=zone)
        found["engagement_since_recycle"] = str(since.total)
    return found


def fit_shown(fitness: Any) -> Json:
    """A fit score as the cases have it."""
    return {
        "score": str(fitness.score),
        "completeness": str(fitness.completeness),
        "letter": fitness.letter,
        "effective_letter": fitness.effective,
        "fit_unknown": fitness.unknown,
        "parts": [
            {
                "group": part.group,
                "raw": str(part.raw),
                "capped": str(part.capped),
                "known": part.known,
            }
            for part in fitness.parts
        ],
    }


def engagement_shown(score: Any) -> Json:
    """An engagement score as the cases have it."""
    return {
        "score": str(score.total),
        "groups": {
            name: {"raw": str(group.raw), "capped": str(group.capped)}
            for name, group in score.groups.items()
        },
        "parts": [part_shown(part) for part in score.parts],
    }


def part_shown(part: Any) -> Json:
    """One touch's part as the cases have it."""
    whole = part.points == part.points.to_integral_value()
    return {
        "touch": part.touch.ref.id,
        "group": part.group,
        "points": int(part.points) if whole else float(part.points),
        "age_days": str((Decimal(part.age) / DAY).quantize(FOUR)),
        "weight": str(part.weight.quantize(EIGHT)),
        "part": str(part.part),
        **({"dropped": part.dropped} if part.dropped else {}),
    }


def judged(doc: Json, criteria: Json, facts: Json, case: Json | None = None) -> Verdict:
    """The policy's verdict on facts by a tree of criteria, as of the case's or the file's now."""
    case = case or {}
    only(case, JUDGED)
    zone = ZoneInfo(doc["tz"])
    return evaluate(
        CRITERIA.validate_python(criteria),
        facts,
        {name: tuple(values) for name, values in doc["enums"].items()} | doc.get("types", {}),
        instant(case.get("now") or doc["now"]),
        zone,
        touches=[touch(row) for row in case["touches"]] if "touches" in case else None,
        exchange=exchange(doc, zone),
    )


def operated(doc: Json, asked: Json, value: Any) -> bool | None:
    """The policy's result of one operator on one value."""
    criterion, zone = dict(asked), ZoneInfo(doc["tz"])
    kind, currency = criterion.pop("type", None), criterion.pop("currency", None)
    types: Json = {name: tuple(values) for name, values in doc["enums"].items()}
    if currency and not isinstance(criterion["value"], list):
        criterion["value"] = {"amount": criterion["value"], "currency": currency}
    elif currency:
        pairs = criterion["value"]
        criterion["value"] = [{"amount": one, "currency": currency} for one in pairs]
    kind = kind or ("money" if currency else None)
    if kind:
        types["fact"] = tuple(kind) if isinstance(kind, list) else kind
    leaf = Leaf(id="x", field="fact", **criterion)
    return evaluate(
        leaf, {"fact": value}, types, instant(doc["now"]), zone, exchange=exchange(doc, zone)
    ).result


def exchange(doc: Json, zone: ZoneInfo) -> Exchange:
    """The file's currency and rates, where it has some."""
    rates = tuple(Rate.model_validate(one) for one in doc.get("rates", ()))
    return Exchange(currency=doc.get("currency", ""), rates=rates, zone=zone)


def seconds(days: Any) -> int:
    """Days of the cases, as whole seconds."""
    return int(timedelta(days=float(days)).total_seconds())
