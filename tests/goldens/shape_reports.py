"""Reads the golden reports: sources, sharing, contribution, marketing's part in deals, ratings."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from crmbridge.policy.content.ratings import ratings
from crmbridge.policy.intervals import Interval, ratio
from crmbridge.policy.revenue.contribution import (
    Contribution,
    Counted,
    Share,
    against,
    contribution,
)
from crmbridge.policy.revenue.journey import Point, Window
from crmbridge.policy.revenue.quality import Quality, Source, quality
from crmbridge.policy.revenue.sourced import DealFacts, HandOff, Part, parts
from crmbridge.policy.sharing import Coverage, Shared, coverage
from tests.goldens.shape import Json, only

FILE = {"topic", "source_quality", "sharing", "contribution", "classification", "ratings"}
MARKETING = ("Web", "Webinar", "Event", "Trade Show", "Email", "Content", "Organic", "Advertising")
"""Lead sources that are marketing's in the cases; Outbound, Partner and the like are not."""

COUNTS = ["source", "pushed", "accepted", "rejected", "unresolved", "won", "revenue_minor"]
SHARED = {"fields_m2s", "fields_s2m", "row", "rows", "expect"}
SHARED_EXPECT = {
    *("marketing_to_sales", "sales_to_marketing", "by_field_m2s", "by_field_s2m"),
    *("leads_fully_shared_m2s", "leads_fully_shared_s2m", "at_most_half_m2s", "at_most_half_s2m"),
}
DEAL = ["deal", "amount_minor", "class", "_"]
SHARES = ("sourced", "influenced_only", "sourced_or_influenced", "none")
INPUT = {"touches", "opp", "cutoff", "first_sales", "lead_source", "handoffs"}
RATED = {"asset", "prospect_ratings", "sales_ratings", "expect"}


def section(doc: Json, name: str) -> Any:
    """A part of the file, all parts of the file being known."""
    only(doc, FILE, "file")
    return doc[name]


def sources(part: Json) -> list[Json]:
    """What the report says of each source, as the file writes it."""
    only(part, {"columns", "rows", "expect"}, "source_quality")
    assert part["columns"] == COUNTS
    rows = [dict(zip(COUNTS, row, strict=True)) for row in part["rows"]]
    return [_source_told(one) for one in quality([_source(row) for row in rows])]


def _source(row: Json) -> Source:
    return Source(
        name=row["source"],
        pushed=row["pushed"],
        accepted=row["accepted"],
        rejected=row["rejected"],
        won=row["won"],
        revenue=row["revenue_minor"],
    )


def _source_told(one: Quality) -> Json:
    return {
        "source": one.name,
        "decided": one.decided,
        "acceptance": one.acceptance.rate,
        "acceptance_ci": pair(one.acceptance.interval),
        "difference_to_rest_ci": pair(one.acceptance.difference_interval),
        "flag": one.flag,
        "revenue_per_pushed_minor": one.revenue_per_pushed,
    }


def shared(part: Json) -> Json:
    """What arrives on each way, as the file writes it."""
    only(part, SHARED, "sharing")
    only(part["expect"], SHARED_EXPECT, "expect")
    there = [Shared(lead=row[0], present=row[1], arrived=row[2]) for row in part["rows"]]
    back = [Shared(lead=row[0], present=row[3], arrived=row[4]) for row in part["rows"]]
    m2s, s2m = coverage(there, part["fields_m2s"]), coverage(back, part["fields_s2m"])
    return {
        "marketing_to_sales": _way_told(m2s),
        "sales_to_marketing": _way_told(s2m),
        "by_field_m2s": _fields_told(m2s),
        "by_field_s2m": _fields_told(s2m),
        "leads_fully_shared_m2s": m2s.fully_shared,
        "leads_fully_shared_s2m": s2m.fully_shared,
        "at_most_half_m2s": m2s.whole.at_most_half,
        "at_most_half_s2m": s2m.whole.at_most_half,
    }


def _way_told(one: Coverage) -> Json:
    whole = one.whole
    return {"arrived": whole.arrived, "available": whole.available, "coverage": whole.share}


def _fields_told(one: Coverage) -> Json:
    return {name: [cell.arrived, cell.available] for name, cell in one.by_field.items()}


def contributed(part: Json) -> Json:
    """What part of the deals is whose, and where the target is, as the file writes it."""
    only(part, {"columns", "rows", "expect"}, "contribution")
    assert part["columns"] == DEAL
    only(part["expect"], {"total_minor", "target", "dominated_example", *SHARES}, "expect")
    found = contribution(
        [Counted(id=row[0], minor=row[1], part=Part(row[2])) for row in part["rows"]]
    )
    told = {name: _share_told(getattr(found, name)) for name in SHARES}
    return {
        "total_minor": found.minor,
        **told,
        **_asked("target", part["expect"], lambda one: _target_told(found, one)),
        **_asked("dominated_example", part["expect"], _ratio_told),
    }


def _asked(name: str, expect: Json, told: Any) -> Json:
    """A part of the file that holds its own question."""
    return {name: told(expect[name])} if name in expect else {}


def _share_told(one: Share) -> Json:
    return {
        "amount_minor": one.minor,
        "share_amount": one.by_amount,
        "ci": pair(one.interval),
        "deals": one.deals,
        "share_deals": one.by_count,
        "share_deals_ci": pair(one.count_interval),
    }


def _target_told(found: Contribution, asked: Json) -> Json:
    only(asked, {"share", "gap", "amount_gap_minor", "status"}, "target")
    told = against(found.sourced, found.minor, Decimal(str(asked["share"])))
    return {
        "share": asked["share"],
        "gap": told.gap,
        "amount_gap_minor": told.gap_minor,
        "status": told.standing,
    }


def _ratio_told(asked: Json) -> Json:
    only(asked, {"x", "y", "share", "ci"}, "example")
    share, interval = ratio(asked["x"], asked["y"])
    return {"x": asked["x"], "y": asked["y"], "share": share, "ci": pair(interval)}


def classified(case: Json) -> Json:
    """Marketing's part in a deal by each definition; days stand for seconds."""
    only(case, {"input", "expect"}, "case")
    given = case["input"]
    only(given, INPUT, "input")
    facts = DealFacts(
        created=given["opp"],
        window=Window(cutoff=given["cutoff"]),
        points=[
            Point(id=f"t{n}", at=at, channel=name) for n, (at, name) in enumerate(given["touches"])
        ],
        hand_offs=[
            HandOff(handed=handed, returned=returned, kind=kind)
            for handed, returned, kind in given["handoffs"]
        ],
        first_sales=given["first_sales"],
        lead_source=given["lead_source"] or "",
    )
    return {name.value: part.value for name, part in parts(facts, MARKETING).items()}


def rated(asset: Json, part: Json) -> Json:
    """What both sides think of a piece of content."""
    only(part, {"prior_mean", "prior_weight", "assets"}, "ratings")
    only(asset, RATED, "asset")
    found = ratings(
        asset["prospect_ratings"],
        asset["sales_ratings"],
        mean=Fraction(str(part["prior_mean"])),
        weight=part["prior_weight"],
    )
    return {
        "prospect": float(found.prospect_mean),
        "sales": float(found.sales_mean),
        "gap_flag": found.gap,
    }


def pair(interval: Interval | None) -> Any:
    """Both ends of an interval."""
    return None if interval is None else [interval.low, interval.high]


def printed(value: Any) -> Any:
    """A value with its fractions as the file prints them: six decimals."""
    if isinstance(value, dict):
        return {name: printed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [printed(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value
