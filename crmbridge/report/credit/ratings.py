"""What prospects and salespeople think of content, apart, and where they disagree (R7.8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import tzinfo

from crmbridge.policy.content.ratings import ratings
from crmbridge.report.frame.sheet import Column, Row, Sheet
from crmbridge.store.rows import RatingRow

MOST = 20
"""Comments that are told, the newest first."""
SAYS = {"prospect": "a prospect", "sales": "sales"}
HOW = (
    "Each rating is (15 + stars) / (5 + ratings): as if five more had said 3, so that few move "
    "little. Both sides disagree where each has five ratings and they are a whole point apart."
)


def sheets(given: Iterable[RatingRow], zone: tzinfo) -> Iterator[Sheet]:
    """Yield the ratings by piece, and the newest comments; `given` has the newest first."""
    rows = list(given)
    yield _by_piece(rows)
    yield _comments(rows, zone)


def _by_piece(given: Iterable[RatingRow]) -> Sheet:
    by: dict[str, dict[str, list[int]]] = defaultdict(lambda: {"prospect": [], "sales": []})
    for one in given:
        by[one.content][one.side].append(one.stars)
    rows = tuple(_row(name, by[name]["prospect"], by[name]["sales"]) for name in sorted(by))
    return Sheet(
        name="ratings",
        title="Ratings by prospects and by sales",
        columns=(
            Column(name="content", title="Content"),
            Column(name="prospects", title="Prospects", kind="count"),
            Column(name="prospect_mean", title="rate it, 1 to 5", kind="decimal"),
            Column(name="sales", title="Salespeople", kind="count"),
            Column(name="sales_mean", title="rate it, 1 to 5", kind="decimal"),
            Column(name="disagree", title="They disagree"),
        ),
        rows=rows,
        empty="Nobody rated any content in this period.",
        notes=(HOW,) if rows else (),
    )


def _row(name: str, prospects: list[int], sales: list[int]) -> Row:
    found = ratings(prospects, sales)
    return (
        name,
        found.prospects,
        found.prospect_mean if prospects else None,
        found.sales,
        found.sales_mean if sales else None,
        "yes" if found.gap else "",
    )


def _comments(given: Iterable[RatingRow], zone: tzinfo) -> Sheet:
    said = [one for one in given if one.comment]
    left = len(said) - MOST
    return Sheet(
        name="comments",
        title="What they say, the newest first",
        columns=(
            Column(name="content", title="Content"),
            Column(name="side", title="Says"),
            Column(name="stars", title="Rating", kind="count"),
            Column(name="day", title="Day", kind="day"),
            Column(name="comment", title="Comment"),
        ),
        rows=tuple(
            (one.content, SAYS[one.side], one.stars, one.at.astimezone(zone).date(), one.comment)
            for one in said[:MOST]
        ),
        empty="No comment in this period.",
        notes=(f"{left} earlier ones are not shown.",) if left > 0 else (),
    )
