"""The page of who may write what: each field with its rule in words, and examples below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmbridge.report.text import capital, shown, visible

Told = Mapping[str, Any]
RULES = {
    "latest": "marketing and sales may both change it; where both did, the newer change wins",
    "marketing": "marketing and sales may both change it; where both did, marketing wins",
    "sales": "marketing and sales may both change it; where both did, sales wins",
    "hold": "marketing and sales may both change it; where both did, a person decides",
    "fill_if_empty": (
        "what one side says fills the other's empty field; a value that stands is never written "
        "over"
    ),
    "once": (
        "the first value that anybody gave stands and fills empty fields; later changes go nowhere"
    ),
    "off": "it is read, and written to neither side",
}
"""What a rule of a field means that both sides tell."""
CONSENT = "a no in any system counts in all, and only evidence ends it"
OURS = "nobody but crmbridge writes it"
SIGNS = {"both": "read and written", "in": "only read", "out": "only written"}
NO_LEDGER = "There is no ledger yet, so there are no examples: `crmbridge sync` reads all systems."
NOBODY = "no lead says anything of it yet"


def page(data: Told) -> Iterator[str]:
    """Yield the lines of the page; it holds personal data."""
    yield f"{data['company']}: who may write which field of a person, and what follows from it"
    if not data["ledger"]:
        yield NO_LEDGER
    for one in data["fields"]:
        yield ""
        yield f"{name_of(one['field'])}: {sentence(one)}."
        yield f"  {fields(one['lines'])}"
        for example in one["examples"]:
            yield f"  - {_example(example, one['lines'])}"
        if data["ledger"] and not one["examples"]:
            yield f"  - {NOBODY}"


def name_of(word: str) -> str:
    """A field's name as people read it."""
    text = word.removeprefix("x_").replace("_", " ")
    return visible(capital(text))


def sentence(one: Told) -> str:
    """Who may write a field, in plain words."""
    if not one["fact"]:
        return OURS + _into_empty(one["lines"])
    if one["field"] == "opted_out":
        return CONSENT
    if len(one["told_by"]) < 2:
        return _one_way(one)
    told = RULES[one["rule"]]
    unwritten = [side for side in one["told_by"] if side not in one["written_to"]]
    if one["rule"] != "off" and unwritten:
        told += f"; {' and '.join(unwritten)} keeps its own, for crmbridge writes nothing there"
    return told if one["named"] else f"{told} (no rule is named)"


def _one_way(one: Told) -> str:
    told, written = one["told_by"], one["written_to"]
    if not told:
        return "no system tells it"
    to = [side for side in written if side not in told]
    if not to:
        return f"{told[0]} alone tells it, and crmbridge writes it nowhere else"
    return (
        f"{told[0]} alone tells it, and crmbridge writes it to {to[0]}{_into_empty(one['lines'])}"
    )


def _into_empty(lines: Sequence[Told]) -> str:
    return ", into an empty field only" if any(one["only_if_empty"] for one in lines) else ""


def fields(lines: Sequence[Told]) -> str:
    """The fields that a word lives in, such as `<marketing> phone <-> <sales> Phone`."""
    names = dict.fromkeys((one["side"] for one in lines), "")
    for side in names:
        mine = [one for one in lines if one["side"] == side]
        fields_ = dict.fromkeys(visible(one["field"]) for one in mine)
        names[side] = f"{visible(mine[0]['system'])} {', '.join(fields_)}" if mine else ""
    some = [name for name in names.values() if name]
    if len(some) > 1 and all(one["way"] == "both" for one in lines):
        return " <-> ".join(some)
    ways = {side: {one["way"] for one in lines if one["side"] == side} for side in names}
    return "; ".join(
        f"{name} ({SIGNS[min(ways[side])] if len(ways[side]) == 1 else SIGNS['both']})"
        for side, name in names.items()
        if name
    )


def _example(example: Told, lines: Sequence[Told]) -> str:
    titles = {one["side"]: visible(one["system"]) for one in lines}
    who = f"lead {example['lead'][:8]}"
    if example["who"]:
        who = f"{shown(example['who'])} ({who})"
    said = [f"{titles[one['side']]} has {shown(one['value'])}" for one in example["holds"]]
    if example["agreed"] is not None:
        said.append(f"last alike in both: {shown(example['agreed'])}")
    return f"{who}: {', '.join(said)}; {_next(example, titles)}"


def _next(example: Told, titles: Mapping[str, str]) -> str:
    """What is written next, and why; or why nothing is."""
    told = [
        f"next, {shown(one['after'])} goes to {titles[one['side']]} {visible(one['field'])} "
        f"({visible(one['rule'])})"
        for one in example["next"]
    ]
    if told:
        return "; ".join(told)
    return {
        "disputed": "both changed it, and a person decides: nothing is written until then",
        "kept": f"they differ and stay so, and our lead has {shown(example['ours'])}",
        "alike": "both are alike, and nothing is written",
    }.get(example["kind"], "nothing is written")
