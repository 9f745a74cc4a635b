"""Very many deals and their touches, in columns: what the bulk models read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.positions import is_direct
from crmbridge.policy.revenue.touches import eligible

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

NEVER = -(1 << 63)
"""The instant of a milestone that never was, and of a window without a start."""
CHUNK = 1 << 17
"""Touches that are worked on at once by default: some 20 MB, however many there are in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Deals side by side; `columns` makes one of any sequences of numbers, and checks it.

    Of each deal: `minor` its amount, `cutoff` and `start` its window, `lead_created`, `created` and
    `others` its milestones, `NEVER` for none; `first` has one entry more than there are deals: the
    touches of deal d stand at `first[d]:first[d + 1]`. Of each touch, sorted by (at, id) in its
    deal: `at` in whole seconds, `converting`, and `direct` for a direct visit.
    """

    first: Ints
    minor: Ints
    cutoff: Ints
    start: Ints
    lead_created: Ints
    created: Ints
    at: Ints
    converting: Flags
    direct: Flags
    others: Mapping[str, Ints] = field(default_factory=dict)

    def chunks(self, touches: int = CHUNK) -> Iterator[Batch]:
        """Yield the deals in order in batches of so many touches; a larger deal stands alone."""
        import numpy as np

        deals, begin = len(self.minor), 0
        while begin < deals:
            last = int(np.searchsorted(self.first, self.first[begin] + touches, "right")) - 1
            end = max(begin + 1, min(last, begin + touches))
            yield self._part(begin, end)
            begin = end

    def _part(self, begin: int, end: int) -> Batch:
        deals, touches = slice(begin, end), slice(int(self.first[begin]), int(self.first[end]))
        return Batch(
            first=self.first[begin : end + 1] - self.first[begin],
            minor=self.minor[deals],
            cutoff=self.cutoff[deals],
            start=self.start[deals],
            lead_created=self.lead_created[deals],
            created=self.created[deals],
            at=self.at[touches],
            converting=self.converting[touches],
            direct=self.direct[touches],
            others={name: one[deals] for name, one in self.others.items()},
        )

    def deal(self, place: int) -> tuple[list[Point], Milestones, Window]:
        """Return one deal as the exact models read it; the ids of its touches count from 0."""
        begin, end = int(self.first[place]), int(self.first[place + 1])
        points = [
            Point(
                f"{n - begin:09}",
                int(self.at[n]),
                channel="direct" if self.direct[n] else "",
                converting=bool(self.converting[n]),
            )
            for n in range(begin, end)
        ]
        others = {name: _at(one, place) for name, one in self.others.items()}
        marks = Milestones(
            lead_created=_at(self.lead_created, place),
            created=_at(self.created, place),
            others={name: at for name, at in others.items() if at is not None},
        )
        return points, marks, Window(cutoff=int(self.cutoff[place]), start=_at(self.start, place))


def _at(instants: Ints, place: int) -> int | None:
    found = int(instants[place])
    return None if found == NEVER else found


def columns(
    *,
    first: Iterable[int],
    minor: Iterable[int],
    cutoff: Iterable[int],
    at: Iterable[int],
    start: Iterable[int] | None = None,
    lead_created: Iterable[int] | None = None,
    created: Iterable[int] | None = None,
    converting: Iterable[bool] | None = None,
    direct: Iterable[bool] | None = None,
    others: Mapping[str, Iterable[int]] | None = None,
) -> Batch:
    """Make a batch of columns: arrays, lists, or whatever numpy takes; the meaning is `Batch`'s.

    Columns that are left out hold `NEVER` or no. ValueError for columns of unequal length, and for
    touches that are not in order of time.
    """
    import numpy as np

    def ints(given: Iterable[int] | None, length: int) -> Ints:
        return np.full(length, NEVER) if given is None else np.asarray(given, np.int64)

    def flags(given: Iterable[bool] | None, length: int) -> Flags:
        return np.zeros(length, np.bool_) if given is None else np.asarray(given, np.bool_)

    amounts, times = ints(minor, 0), ints(at, 0)
    deals, touches = len(amounts), len(times)
    made = Batch(
        first=ints(first, 0),
        minor=amounts,
        cutoff=ints(cutoff, 0),
        start=ints(start, deals),
        lead_created=ints(lead_created, deals),
        created=ints(created, deals),
        at=times,
        converting=flags(converting, touches),
        direct=flags(direct, touches),
        others={name: ints(one, deals) for name, one in (others or {}).items()},
    )
    _check(made, deals, touches)
    return made


def _check(batch: Batch, deals: int, touches: int) -> None:
    import numpy as np

    of_deals = [batch.cutoff, batch.start, batch.lead_created, batch.created]
    if any(len(one) != deals for one in [*of_deals, *batch.others.values()]):
        raise ValueError(f"each column of deals must have {deals} entries, as minor has")
    if any(len(one) != touches for one in (batch.converting, batch.direct)):
        raise ValueError(f"each column of touches must have {touches} entries, as at has")
    first = batch.first
    if (
        len(first) != deals + 1
        or first[0] != 0
        or first[-1] != touches
        or (np.diff(first) < 0).any()
    ):
        raise ValueError(f"first must rise from 0 to {touches} in {deals + 1} entries")
    back = np.diff(batch.at) < 0
    inside = first[1:-1]
    back[inside[(inside > 0) & (inside < touches)] - 1] = False
    if back.any():
        raise ValueError("the touches of a deal must be sorted by time, then by id")


Deal = tuple[Iterable[Point], Milestones, Window, int]
"""A deal as the exact models read it, and its amount in minor units."""


def of_deals(deals: Iterable[Deal]) -> tuple[Batch, list[list[str]]]:
    """Make a batch of deals, and say which touches each has there: its eligible ones, by id."""
    rows = [
        (eligible(points, window), marks, window, minor) for points, marks, window, minor in deals
    ]
    touches = [one for points, *_ in rows for one in points]
    first = [0]
    for points, *_ in rows:
        first.append(first[-1] + len(points))
    names = sorted({name for _, marks, *_ in rows for name in marks.others})
    batch = columns(
        first=first,
        minor=[minor for *_, minor in rows],
        cutoff=[window.cutoff for *_, window, _ in rows],
        start=[_or_never(window.start) for *_, window, _ in rows],
        lead_created=[_or_never(marks.lead_created) for _, marks, *_ in rows],
        created=[_or_never(marks.created) for _, marks, *_ in rows],
        at=[one.at for one in touches],
        converting=[one.converting for one in touches],
        direct=[is_direct(one) for one in touches],
        others={name: [marks.others.get(name, NEVER) for _, marks, *_ in rows] for name in names},
    )
    return batch, [[one.id for one in points] for points, *_ in rows]


def _or_never(at: int | None) -> int:
    return NEVER if at is None else at
