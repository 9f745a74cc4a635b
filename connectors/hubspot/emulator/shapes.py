"""What a new portal holds: pipelines with their stages, and association types.

Sources: hubspot.md 1.6 and 1.9. What those pages do not name is marked [memory] and not verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.hubspot.emulator.schema import STAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a pipeline; `closed` and `won` say what it means for a deal."""

    id: str
    label: str
    probability: str = ""
    closed: bool = False

    @property
    def won(self) -> bool:
        """Whether a deal in this stage is won."""
        return self.closed and self.probability == "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline and its stages in display order."""

    id: str
    label: str
    stages: tuple[Stage, ...]


_DEAL_STAGES = (
    ("appointmentscheduled", "0.2"),
    ("qualifiedtobuy", "0.4"),
    ("presentationscheduled", "0.6"),
    ("decisionmakerboughtin", "0.8"),
    ("contractsent", "0.9"),
    ("closedwon", "1.0"),
    ("closedlost", "0.0"),
)
_LEAD_STAGES = ("new", "attempting", "connected", "qualified", "unqualified")


def pipelines() -> dict[str, list[Pipeline]]:
    """Return the pipelines of a new portal; the ids of the lead stages are [memory]."""
    life = tuple(Stage(id=id, label=label) for id, label in STAGES)
    deal = tuple(
        Stage(id=id, label=id.capitalize(), probability=p, closed=id.startswith("closed"))
        for id, p in _DEAL_STAGES
    )
    lead = tuple(Stage(id=f"{id}-stage-id", label=id.capitalize()) for id in _LEAD_STAGES)
    return {
        "contacts": [
            Pipeline(id="contacts-lifecycle-pipeline", label="Lifecycle Stage", stages=life)
        ],
        "deals": [Pipeline(id="default", label="Sales Pipeline", stages=deal)],
        "leads": [Pipeline(id="lead-pipeline-id", label="Lead pipeline", stages=lead)],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkType:
    """One direction of an association type; `inverse` is the id of the other direction.

    Of a `single` type a source has only one: a contact one primary company, which has many.
    """

    source: str
    target: str
    id: int
    inverse: int
    label: str | None = None
    category: str = "HUBSPOT_DEFINED"
    primary: bool = False
    single: bool = False


def _both(a: str, b: str, there: int, back: int, label: str | None = None) -> list[LinkType]:
    main = label is not None
    return [
        LinkType(
            source=a, target=b, id=there, inverse=back, label=label, primary=main, single=main
        ),
        LinkType(source=b, target=a, id=back, inverse=there, label=label, primary=main),
    ]


def link_types() -> Sequence[LinkType]:
    """Return the vendor's own association types.

    Source: the table of the vendor's own client, and hubspot.md 1.9 for 578, 580, 608, 609, 610;
    the other directions from and to leads are [memory] and not verified.
    """
    return [
        *_both("contacts", "deals", 4, 3),
        *_both("contacts", "companies", 279, 280),
        *_both("contacts", "companies", 1, 2, "Primary"),
        *_both("deals", "companies", 341, 342),
        *_both("deals", "companies", 5, 6, "Primary"),
        *_both("leads", "contacts", 608, 609),
        *_both("leads", "contacts", 578, 579, "Primary"),
        *_both("leads", "companies", 610, 611),
        *_both("leads", "companies", 580, 581, "Primary"),
        *_both("notes", "contacts", 202, 201),
        *_both("tasks", "contacts", 204, 203),
        *_both("notes", "companies", 190, 189),
        *_both("tasks", "companies", 192, 191),
        *_both("notes", "deals", 214, 213),
        *_both("tasks", "deals", 216, 215),
        *_both("notes", "leads", 855, 854),
        *_both("tasks", "leads", 646, 647),
        *_both("meetings", "contacts", 200, 199),
        *_both("meetings", "companies", 188, 187),
        *_both("meetings", "deals", 212, 211),
        *_both("calls", "contacts", 194, 193),
        *_both("calls", "companies", 182, 181),
        *_both("calls", "deals", 206, 205),
        *_both("line_items", "deals", 20, 19),
    ]
