"""What attribution sees of a deal: the touches of its people, its milestones and its window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Point:
    """A touch as attribution sees it.

    `at` are whole seconds since 1970 in UTC (R6.5). `converting` says that touches of its kind
    make leads, as forms do.
    """

    id: str
    at: int
    person: str = ""
    channel: str = ""
    asset: str = ""
    kind: str = ""
    campaign: str = ""
    converting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestones:
    """When what a model's positions refer to happened, in whole seconds; `None` for never.

    `created` is the deal's creation. `others` are the lead's own, by name (`ready`, `handed`, …),
    for custom models.
    """

    lead_created: int | None = None
    created: int | None = None
    others: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when to when touches are credited, both ends included; without `start` it is open."""

    cutoff: int
    start: int | None = None
