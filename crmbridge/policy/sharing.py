"""How much of what one side knows of a handed lead the other side can see (R7.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A handed lead in one direction, field by field in the order of the agreed fields.

    `present`: this side has a value. `arrived`: the other side was seen to have an equal one;
    without a value there is nothing that could arrive.
    """

    lead: str
    present: Sequence[bool]
    arrived: Sequence[bool]
    team: str = ""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How many of the values that there are arrived."""

    arrived: int = 0
    available: int = 0

    @property
    def share(self) -> float | None:
        """The part of the values that arrived, from 0 to 1; `None` where there are none."""
        return self.arrived / self.available if self.available else None

    @property
    def at_most_half(self) -> bool:
        """Whether half or less arrives; not where there is nothing to share."""
        return self.available > 0 and 2 * self.arrived <= self.available

    def __add__(self, other: Arrivals) -> Arrivals:
        return Arrivals(self.arrived + other.arrived, self.available + other.available)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One direction: all values, those of each field, and those of the leads of each team.

    `leads` were looked at; `fully_shared` are those of them that have a value, and all of whose
    values arrived.
    """

    whole: Arrivals
    by_field: Mapping[str, Arrivals]
    by_team: Mapping[str, Arrivals]
    leads: int
    fully_shared: int


def coverage(rows: Iterable[Shared], fields: Sequence[str]) -> Coverage:
    """Count what arrived in one direction; every field has a part, in the order of `fields`.

    Raises:
        ValueError: a lead that has not one value for each field.
    """
    by_field, by_team = dict.fromkeys(fields, Arrivals()), dict[str, Arrivals]()
    leads = fully = 0
    for row in rows:
        cells = _cells(row, len(fields))
        for field, cell in zip(fields, cells, strict=True):
            by_field[field] += cell
        mine = sum(cells, Arrivals())
        by_team[row.team] = by_team.get(row.team, Arrivals()) + mine
        leads += 1
        fully += 0 < mine.available == mine.arrived
    return Coverage(
        whole=sum(by_team.values(), Arrivals()),
        by_field=by_field,
        by_team=by_team,
        leads=leads,
        fully_shared=fully,
    )


def _cells(row: Shared, n: int) -> list[Arrivals]:
    if not len(row.present) == len(row.arrived) == n:
        raise ValueError(
            f"lead {row.lead}: {len(row.present)} and {len(row.arrived)} values for {n} fields: "
            "give one for each"
        )
    pairs = zip(row.present, row.arrived, strict=True)
    return [Arrivals(int(bool(has and seen)), int(bool(has))) for has, seen in pairs]
