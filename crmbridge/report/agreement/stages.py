"""The company's own stages in words: for the page that is signed, and for what changes in them."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement import Agreement
from crmbridge.agreement.stages import ORDER, Calls, StagePart, named, own_of
from crmbridge.report.agreement.definition import places, sentence, tree


def stages(agreement: Agreement) -> Iterator[str]:
    """Yield each stage that the company names, calls or divides, with who is in which part."""
    if not agreement.stages:
        return
    for core in ORDER:
        own = own_of(agreement.stages, core)
        if not (own.name or own.calls or own.parts):
            continue
        yield f"{core} is called {own.name or core}{_calls(own.calls)}"
        for part in own.parts:
            yield f"  {part.name} ({part.id}){_calls(part.calls)}, who meets:"
            yield from tree(part.when, "    ")
    if any(own.parts for own in agreement.stages.values()):
        yield "Of the parts that a lead meets the last counts; who meets none has the stage's name."


def _calls(calls: Calls) -> str:
    said = [f"{side} calls it {word}" for side, word in sorted(calls.items())]
    return f"; {', '.join(said)}" if said else ""


def flat_stages(agreement: Agreement) -> dict[str, str]:
    """Return what is agreed of stages as one text a place, to be compared."""
    out: dict[str, str] = {}
    for core, part, name in named(agreement.stages):
        own = own_of(agreement.stages, core)
        what = f"stage {core}" if part is None else f"part {part.id!r} of the stage {core}"
        if part is not None:
            out[what] = f"{name}, number {own.parts.index(part) + 1}"
            out |= _criteria(what, part)
        elif own.name:
            out[what] = name
        for side, word in (own if part is None else part).calls.items():
            out[f"{what}, called by {side}"] = word
    return out


def _criteria(what: str, part: StagePart) -> dict[str, str]:
    return {
        f"{what}, criterion {leaf.id}": f"{sentence(leaf)}, under {place or 'the top'}"
        for leaf, place in places(part.when)
    }
