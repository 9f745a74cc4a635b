"""Reads the golden cases of attribution: journeys, models, and the credit that is due."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.models import NONE, Model, credit, preset
from crmbridge.policy.revenue.split import split
from tests.goldens.shape import Json, only

FILE = {"topic", "time_unit", "weights", "touch", "cases", "journeys", "expect", "seed", "channels"}
CASE = {"amount_minor", "touches", "milestones", "window_start", "cutoff", "expect"}
JOURNEY = {*CASE, "won", "lead_created", "opp_created", "created"}
TOUCH = {"id", "t", "at", "channel", "converting", "person", "asset", "kind"}
FITTED = re.compile(r"markov|shapley|linear_channels")
"""What other readers know: models that are fitted to many journeys."""
NESTED = {"by_channel", "channels", "models", "splits", "deal_splits", "totals", "minor"}
"""Keys under which a file of many journeys may hold what each model gives each channel."""
TRACES = {"traces", "deals", "per_deal"}
ANSWER = {"w", "minor", "journey", "deal", "model"}
_DECAY = re.compile(r"time_decay_(\d+)")


@dataclass(frozen=True)
class Deal:
    """A journey of a file: its touches, and the amount if it was won."""

    id: str
    points: list[Point]
    milestones: Milestones
    window: Window
    minor: int
    won: bool = True

    def weights(self, model: Model) -> dict[str, Fraction]:
        return credit(model, self.points, self.milestones, self.window)

    def parts(self, model: Model) -> dict[str, int]:
        return split(self.minor, self.weights(model))

    def by_channel(self, model: Model) -> Counter[str]:
        channels = {one.id: one.channel for one in self.points} | {NONE: NONE}
        found: Counter[str] = Counter()
        for ident, minor in self.parts(model).items():
            found[channels[ident]] += minor
        return found


def point(row: Any, n: int) -> Point:
    """A touch: a table of names, or `[id, t, channel, converting]` with or without its id."""
    if isinstance(row, dict):
        only(row, TOUCH, "touch")
        at, made = row.get("t", row.get("at")), bool(row.get("converting", 0))
        words = {name: row[name] for name in ("channel", "person", "asset", "kind") if name in row}
        return Point(str(row.get("id", f"{n:04}")), at, converting=made, **words)
    ident, at, channel, *made = row if isinstance(row[0], str) else [f"{n:04}", *row]
    assert len(made) < 2, f"touch {row}: the reader knows no fifth part; teach it"
    return Point(ident, at, channel=channel, converting=bool(made and made[0]))


def milestones(told: Json) -> Milestones:
    """The milestones of a case; those that are not of the deal are the lead's own, by name."""
    named = {name: at for name, at in told.items() if at is not None}
    return Milestones(
        lead_created=named.pop("lead_created", None),
        created=named.pop("opp_created", named.pop("created", None)),
        others=named,
    )


def deal(row: Json, known: set[str]) -> Deal:
    """A journey of a file."""
    only(row, known, "journey")
    flat = {name: row[name] for name in ("lead_created", "opp_created", "created") if name in row}
    return Deal(
        id=str(row["id"]),
        points=[point(one, n) for n, one in enumerate(row["touches"])],
        milestones=milestones(row.get("milestones", {}) | flat),
        window=Window(cutoff=row["cutoff"], start=row.get("window_start")),
        minor=row.get("amount_minor") or 0,
        won=bool(row.get("won", True)),
    )


def model_of(name: str, weights: Json) -> Model:
    """The model that a case means; what the file says of weights is what ours must be."""
    if found := _DECAY.fullmatch(name):
        return preset("time_decay", half_life_days=int(found[1]))
    parts = {position: Fraction(one) for position, one in weights.get(name, {}).items()}
    told = Model(name=name, mid=parts.pop("mid", Fraction()), weights=parts) if parts else None
    try:
        ours = preset(name)
    except KeyError:
        assert told, f"no model {name}, and the file gives no weights; teach it"
        return told
    assert told is None or told.version == ours.version, f"{name}: {told} is not {ours}"
    return ours


def assert_case(case: Json, weights: Json) -> None:
    """Compare all that a case says of one deal."""
    told = deal(case, CASE)
    for name, due in case["expect"].items():
        assert_deal(told, model_of(name, weights), due)


def assert_deal(told: Deal, model: Model, due: Json) -> None:
    """Compare what a model gives the touches of one deal."""
    only(due, ANSWER, f"{told.id} {model.name}")
    where = f"{told.id} {model.name}"
    if "w" in due:
        exact = {ident: Fraction(one) for ident, one in due["w"].items()}
        assert told.weights(model) == exact, where
    if "minor" in due:
        assert told.parts(model) == due["minor"], where
        assert sum(due["minor"].values()) == told.minor, where


def totals_due(expect: Json) -> Iterator[tuple[str, Json]]:
    """Yield the rule models of a file of many journeys, each with the cents of each channel."""
    for name, due in expect.items():
        if FITTED.search(name) or name in TRACES:
            continue
        if name in NESTED:
            yield from totals_due(due)
        else:
            yield name, due.get("minor", due)


def assert_totals(doc: Json) -> None:
    """Compare what each rule model gives each channel, over all journeys that were won."""
    deals = [deal(row, JOURNEY) for row in doc["journeys"]]
    for name, due in totals_due(doc["expect"]):
        model, found = model_of(name, doc.get("weights", {})), Counter[str]()
        for one in deals:
            found.update(one.by_channel(model) if one.won else {})
        assert +found == +Counter(due), name


def assert_traces(doc: Json) -> None:
    """Compare the single deals that a file of many journeys shows."""
    deals = {one.id: one for one in (deal(row, JOURNEY) for row in doc["journeys"])}
    for ident, name, due in traces_due(doc["expect"]):
        assert_deal(deals[ident], model_of(name, doc.get("weights", {})), due)


def traces_due(expect: Json) -> Iterator[tuple[str, str, Json]]:
    """Yield journey, rule model and what is due; traces stand in a list or by journey and model."""
    for key in TRACES & set(expect):
        found = expect[key]
        rows = (
            [(str(row.get("journey", row.get("deal"))), {row["model"]: row}) for row in found]
            if isinstance(found, list)
            else found.items()
        )
        for ident, models in rows:
            yield from (
                (ident, name, due) for name, due in models.items() if not FITTED.search(name)
            )
