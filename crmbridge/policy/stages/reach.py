"""Parts of a stage that nobody can ever enter: their criteria contradict, or a later one has all.

A witness is looked for: values of the facts that criteria ask for, with which a lead would be in
the part. Where no value of a kind can be listed, each criterion on it is free to hold or not, so
that a part which somebody can enter is never refused. Without a witness nobody can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice, product
from typing import Any

from crmbridge.agreement.definition.criteria import Group, Leaf, leaves
from crmbridge.agreement.definition.facts import ALWAYS, CHOICE
from crmbridge.agreement.finding import Finding, fatal
from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.stages import ORDER, StagePart, own_of, place_of
from crmbridge.policy.definition.comparisons import Moment, prepare
from crmbridge.policy.definition.evaluate import combine
from crmbridge.policy.definition.values import Kind, is_missing, to_instant, to_number

MOST = 50_000
"""Combinations of values that are tried for a part; beyond, it is taken to be open."""
AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""The instant as of which is tried; ages count back from it."""
NEAR = Decimal("0.0001")
BOUNDS: Mapping[str, tuple[Decimal, Decimal]] = {
    **dict.fromkeys(("engagement", "engagement_since", "fit"), (Decimal(0), Decimal(100))),
    "completeness": (Decimal(0), Decimal(1)),
    "touches": (Decimal(0), Decimal("Infinity")),
}
"""Facts with a least and a greatest value."""
FIRST_TRIP = frozenset({"known", "engaged"})
"""Core stages of a lead's first trip alone: later ones rest in nurture (R1.3)."""
STEPS = (timedelta(), timedelta(seconds=1), timedelta(days=1))
_IF_MISSING = {"pass": True, "fail": False, "unknown": None}
_ELSE = "\N{REPLACEMENT CHARACTER} another text"
Free = tuple[str, str, str]
"""A criterion that is free to hold or not, by its fact, operator and value."""
Choice = Mapping[Any, Any]


def unreachable(agreement: Agreement) -> list[Finding]:
    """Find parts that nobody can enter, in the order of the file."""
    found = []
    for core in ORDER:
        parts = own_of(agreement.stages, core).parts
        for n, part in enumerate(parts):
            if why := _why(agreement, core, part, parts[n + 1 :]):
                found.append(fatal(f"{place_of(core, part)}: nobody can enter it: {why}"))
    return found


def _why(agreement: Agreement, core: str, part: StagePart, later: Sequence[StagePart]) -> str:
    alone = _Room(agreement, core, [part])
    if not alone.open_to(part, ()):
        return (
            f"no lead that is {core} meets its `when`, whatever is known of it; change the "
            "criteria, or take the part away"
        )
    if not later or _Room(agreement, core, [part, *later]).open_to(part, later):
        return ""
    names = " or ".join(repr(one.id) for one in later)
    return (
        f"who meets it meets {names} too, and of the parts that a lead meets the last counts; put "
        "the part that is harder to reach last, or change the criteria"
    )


@dataclass(slots=True)
class _Room:
    """All values that some parts can tell apart, of every lead in a core stage."""

    agreement: Agreement
    core: str
    parts: Sequence[StagePart]

    def open_to(self, part: StagePart, later: Sequence[StagePart]) -> bool:
        """Whether some lead meets a part and none of the later ones; `True` where it is too much
        to try."""
        tried = 0
        for choice in islice(self._choices(), MOST):
            tried += 1
            if self._holds(part.when, choice) is True and not any(
                self._holds(one.when, choice) is True for one in later
            ):
                return True
        return tried == MOST

    def _choices(self) -> Iterator[Choice]:
        asked: dict[str, list[Leaf]] = {}
        for part in self.parts:
            for leaf in leaves(part.when):
                asked.setdefault(leaf.field, []).append(leaf)
        axes: dict[Any, Sequence[Any]] = {}
        for field, some in asked.items():
            values = self._values(field, some)
            if values is None:
                axes |= {_free(leaf): (True, False, None) for leaf in some}
            else:
                axes[field] = values
        for combined in product(*axes.values()):
            yield dict(zip(axes, combined, strict=True))

    def _values(self, field: str, asked: Sequence[Leaf]) -> Sequence[Any] | None:
        """Values of a fact that its criteria can tell apart; `None` where none can be listed."""
        if (sure := self._sure(field)) is not None:
            return sure
        kinds = {self._kind(leaf) for leaf in asked}
        if len(kinds) != 1:
            return None
        (kind,) = kinds
        if isinstance(kind, tuple):
            return (None, *kind)
        match kind:
            case "bool":
                return (None, True, False)
            case "number" | "touches" if all(leaf.op != "count_ge" for leaf in asked):
                return (None, *_numbers(field, asked))
            case "date" | "datetime":
                return (None, *_days(self.agreement, asked))
            case "text" if all(leaf.op in ALWAYS | CHOICE for leaf in asked):
                return (None, _ELSE, *dict.fromkeys(str(one) for one in _named(asked)))
        return None

    def _kind(self, leaf: Leaf) -> Kind | None:
        return self.agreement.types.get(leaf.scale or leaf.field)

    def _sure(self, field: str) -> Sequence[Any] | None:
        """What a core stage alone says of a fact."""
        if field == "stage":
            return (self.core,)
        if field == "cycle" and self.core in FIRST_TRIP:
            return (1,)
        return (True,) if field == "customer" and self.core == "customer" else None

    def _holds(self, node: Group | Leaf, choice: Choice) -> bool | None:
        if isinstance(node, Group):
            return combine(node.op, node.k, [self._holds(one, choice) for one in node.of])
        if (free := _free(node)) in choice:
            result: bool | None = choice[free]
            return _IF_MISSING[node.if_missing] if result is None else result
        value = choice[node.field]
        if node.op in ALWAYS:
            return is_missing(value) is (node.op == "is_missing")
        kind = self._kind(node)
        if is_missing(value) or kind is None:
            return _IF_MISSING[node.if_missing]
        zone, test = self.agreement.tz, prepare(node.op, node.value, kind)
        result = test(value, Moment(AT, zone))
        return _IF_MISSING[node.if_missing] if result is None else result


def _free(leaf: Leaf) -> Free:
    return (leaf.field, leaf.op, repr(leaf.value))


def _named(asked: Sequence[Leaf]) -> Iterator[Any]:
    for leaf in asked:
        if leaf.value is not None:
            yield from leaf.value if isinstance(leaf.value, list | tuple) else [leaf.value]


def _numbers(field: str, asked: Sequence[Leaf]) -> Iterator[Decimal]:
    """Each number that is asked for, and those just below and above it, within its bounds."""
    low, high = BOUNDS.get(field, (Decimal("-Infinity"), Decimal("Infinity")))
    marks = [number for one in _named(asked) if (number := to_number(one)) is not None]
    near = (mark + step for mark in marks for step in (-NEAR, Decimal(0), NEAR))
    ends = (one for one in (low, high) if one.is_finite())
    yield from dict.fromkeys(one for one in (*near, *ends) if low <= one <= high)


def _days(agreement: Agreement, asked: Sequence[Leaf]) -> Iterator[datetime]:
    """Each instant at which an age or a day of a criterion begins or ends, and those around it."""
    marks = {AT}
    for leaf in asked:
        if leaf.op in ("within_last", "older_than"):
            marks.add(AT - timedelta(**{unit: float(n) for unit, n in leaf.value.items()}))
            continue
        for one in _named([leaf]):
            if (moment := to_instant(one, agreement.tz)) is not None:
                marks.add(moment)
    yield from sorted({mark + sign * step for mark in marks for step in STEPS for sign in (-1, 1)})
