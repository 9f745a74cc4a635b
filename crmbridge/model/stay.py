"""One stay of a lead on a nurture track that a rule of the agreement put it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.model.codec import maybe_micros, maybe_moment, micros, moment


@dataclass(slots=True, kw_only=True)
class Stay:
    """From when until when a lead was on a track; `until` is `None` while it is.

    `ready` is when it first became ready for sales meanwhile, `why` how the stay ended.
    """

    track: str
    rule: str
    since: datetime
    ready: datetime | None = None
    until: datetime | None = None
    why: str = ""

    def row(self) -> list[Any]:
        """Write as JSON's types; what is empty at the end is left out."""
        row: list[Any] = [self.track, self.rule, micros(self.since)]
        row += [maybe_micros(self.ready), maybe_micros(self.until), self.why]
        while not row[-1]:
            row.pop()
        return row

    @classmethod
    def of(cls, row: Sequence[Any]) -> Stay:
        """Read back what `row` wrote."""
        track, rule, since, ready, until, why = (*row, *_NOTHING[len(row) :])
        return cls(
            track=track,
            rule=rule,
            since=moment(since),
            ready=maybe_moment(ready),
            until=maybe_moment(until),
            why=why,
        )


_NOTHING: tuple[Any, ...] = ("", "", 0, None, None, "")


def present(stays: Sequence[Stay]) -> Stay | None:
    """The stay that goes on; `None` for a lead that no rule has on a track."""
    return next((one for one in reversed(stays) if one.until is None), None)


def joined(keeper: Sequence[Stay], loser: Sequence[Stay], at: datetime) -> list[Stay]:
    """The stays of two leads that turned out to be one; on two tracks at once nobody stays.

    Where both are on one, the stay of the lead that lives on goes on, and the other ends.
    """
    if present(keeper) is not None and (other := present(loser)) is not None:
        other.until, other.why = at, "merged"
    both = [*keeper, *loser]
    return sorted(both, key=lambda one: (one.until is None, one.since))
