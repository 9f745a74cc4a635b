"""What is doubtful or wrong in the company's own stages beyond their shape."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement.definition.criteria import Leaf, leaves
from crmbridge.agreement.finding import Finding, fatal, odd
from crmbridge.agreement.lint.leaf import unknown_in, wrong_in
from crmbridge.agreement.shape import Agreement
from crmbridge.agreement.stages import ORDER, OUT, Stages, called, named, place_of


def wrong_stages(agreement: Agreement) -> Iterator[Finding]:
    """Find stages with one name or id, and criteria that ask for what no lead has."""
    yield from map(fatal, _contradictions(agreement.stages))
    for where, leaf in criteria_of_parts(agreement):
        yield from unknown_in(agreement, leaf, where)
        yield from wrong_in(agreement, leaf, where)
    for core, own in agreement.stages.items():
        if not (own.name or own.calls or own.parts):
            yield odd(f"stages.{core} says nothing: give it a name or parts, or take it away")


def criteria_of_parts(agreement: Agreement) -> Iterator[tuple[str, Leaf]]:
    """Yield every criterion of the parts, with where it stands in the file."""
    for core, part, _ in named(agreement.stages):
        if part is not None:
            for leaf in leaves(part.when):
                yield f"{place_of(core, part)}: criterion {leaf.id!r}", leaf


def _contradictions(stages: Stages) -> Iterator[str]:
    """Say which ids and names two stages have, and which stage cannot be divided."""
    if OUT in stages and stages[OUT].parts:
        yield (
            f"stages.{OUT} cannot have parts: who is out stands in no order, and the reasons of "
            "[recycle.reasons] say why; take the parts away"
        )
    yield from _twice_by_id(stages)
    yield from _twice_by_name(stages)
    yield from _twice_in_a_system(stages)


def _twice_by_id(stages: Stages) -> Iterator[str]:
    seen: dict[str, str] = {one: f"the core stage {one!r}" for one in (*ORDER, "merged", "erased")}
    for core, part, _ in named(stages):
        if part is None:
            continue
        where = place_of(core, part)
        if part.id in seen:
            yield f"{where}: {seen[part.id]} has the id {part.id!r} too: give the part another id"
        seen.setdefault(part.id, where)


def _twice_by_name(stages: Stages) -> Iterator[str]:
    seen: dict[str, str] = {}
    for core, part, name in named(stages):
        where = place_of(core, part)
        key = " ".join(name.casefold().split())
        if key in seen:
            yield (
                f"{where}: the name {name!r} is that of {seen[key]} too, and nobody could tell "
                "them apart: give one of them another name"
            )
        seen.setdefault(key, where)


def _twice_in_a_system(stages: Stages) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for core, part, side, word in called(stages):
        where = f"{place_of(core, part)}.calls.{side}"
        if (side, word) in seen:
            yield (
                f"{where}: {side} calls {seen[side, word]} {word!r} too: give it another value of "
                "the field, or leave it out"
                + (", and the part is called as its stage is" if part is not None else "")
            )
        seen.setdefault((side, word), place_of(core, part))
