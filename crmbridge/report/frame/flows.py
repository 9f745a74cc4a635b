"""A chart of flows: places, and how many go from one to the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmbridge.report.frame.look import COLOURS, label, pale
from crmbridge.report.frame.sheet import Chart, Sheet

LAST_STEP = 0.72
"""Where the last place stands that anything goes on from; the rest is room for two labels."""
EDGE = 0.001
"""The library takes a place at the very edge for none."""
MARGIN, ROOM = 16, 488
"""Pixels around the chart, and its least height within them."""
GAP = 14
"""Pixels between two places of a column: the library keeps them apart so far, and a label fits."""
AIR = 0.35
"""The share of the height that is left between the places of the fullest column, if it can be."""


@dataclass(frozen=True, slots=True)
class Move:
    """From which place to which, by their numbers, and how many."""

    start: int
    end: int
    many: int


def flows(sheet: Sheet, chart: Chart) -> dict[str, Any]:
    """Return the figure of a sheet of moves; every place says how many came there."""
    start, end, many = (sheet.index(name) for name in (chart.x, *chart.y))
    names = list(dict.fromkeys(str(row[place]) for row in sheet.rows for place in (start, end)))
    moves = [
        Move(names.index(str(row[start])), names.index(str(row[end])), int(str(row[many])))
        for row in sheet.rows
    ]
    sizes = [_size(moves, place) for place in range(len(names))]
    columns = _columns(moves, len(names))
    stand = _stand(sizes, moves, columns)
    return {
        "data": [
            {
                **{"type": "sankey", "arrangement": "snap", "valueformat": ",d"},
                "node": _nodes([label(one) for one in names], sizes, stand, columns),
                "link": _links([label(one) for one in names], moves),
            }
        ],
        "layout": {
            "margin": dict.fromkeys("trbl", MARGIN),
            "height": stand.room + 2 * MARGIN,
        },
    }


def _size(moves: Sequence[Move], place: int) -> int:
    came = sum(one.many for one in moves if one.end == place)
    return max(came, sum(one.many for one in moves if one.start == place))


def _columns(moves: Sequence[Move], places: int) -> list[int]:
    """In which column each place stands: behind all that lead to it, and the ends in the last."""
    found = [0] * places
    for _ in range(places):  # no way is longer, and a circle would end here, too
        for one in moves:
            found[one.end] = min(places, max(found[one.end], found[one.start] + 1))
    last = max(found)
    leaves = set(range(places)) - {one.start for one in moves}
    return [last if place in leaves else column for place, column in enumerate(found)]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the middle of each place stands, from 0 to 1 of `room`, in pixels."""

    middles: Mapping[int, float]
    room: int


def _nodes(
    names: Sequence[str], sizes: Sequence[int], stand: Stand, columns: Sequence[int]
) -> dict[str, Any]:
    last = max(columns)
    step = LAST_STEP / max(1, last - 1)
    return {
        "label": [f"{name} {size:,}" for name, size in zip(names, sizes, strict=True)],
        "x": [1 - EDGE if column == last else max(EDGE, column * step) for column in columns],
        "y": [stand.middles[place] for place in range(len(names))],
        "color": [COLOURS[n % len(COLOURS)] for n in range(len(names))],
        **{"pad": GAP, "thickness": 14, "line": {"width": 0}},
        "hovertemplate": "%{label}<extra></extra>",
    }


def _stand(sizes: Sequence[int], moves: Sequence[Move], columns: Sequence[int]) -> Stand:
    """How far down each place stands: about where what comes there comes from.

    The library draws all places to one scale, by which the column that needs most room just fits
    with `GAP` between its places, and pushes down what stands too near to what is above. So the
    same scale is taken here: places that are laid out by another leave the chart at the bottom.
    """
    by_column: dict[int, list[int]] = defaultdict(list)
    for place, column in enumerate(columns):
        by_column[column].append(place)
    gaps = max(len(some) for some in by_column.values()) - 1
    room = max(ROOM, 2 * GAP * gaps)
    scale = min(
        (room - GAP * (len(some) - 1)) / max(1, sum(sizes[place] for place in some))
        for some in by_column.values()
    )
    found: dict[int, float] = {}
    for column in sorted(by_column):
        some = sorted(by_column[column], key=lambda place: (_from(place, moves, found), place))
        high = [sizes[place] * scale for place in some]
        between = max(1, len(some) - 1)
        gap = max(GAP, min(AIR * room / max(1, gaps), (room - sum(high)) / between))
        at = (room - sum(high) - gap * (len(some) - 1)) / 2
        for place, tall in zip(some, high, strict=True):
            found[place] = min(1 - EDGE, max(EDGE, (at + tall / 2) / room))
            at += tall + gap
    return Stand(found, room)


def _from(place: int, moves: Sequence[Move], found: Mapping[int, float]) -> float:
    """The middle of the places that lead to one."""
    came = [
        (found[one.start], one.many) for one in moves if one.end == place and one.start in found
    ]
    many = sum(n for _, n in came)
    return sum(at * n for at, n in came) / many if many else 0.0


def _links(names: Sequence[str], moves: Sequence[Move]) -> dict[str, Any]:
    return {
        "source": [one.start for one in moves],
        "target": [one.end for one in moves],
        "value": [one.many for one in moves],
        "color": [pale(COLOURS[one.start % len(COLOURS)]) for one in moves],
        "customdata": [f"{names[one.start]} to {names[one.end]}" for one in moves],
        "hovertemplate": "%{customdata}: %{value}<extra></extra>",
    }
