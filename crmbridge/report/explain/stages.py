"""A lead's stage in the company's own words, for explanations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.report.explain.definition import criteria
from crmbridge.report.text import visible, when

Told = Mapping[str, Any]


def in_words(core: str, name: str) -> str:
    """A stage as the company calls it, with the core stage's own word where that is another."""
    return core if name == core else f"{visible(name)} ({core})"


def own_stage(told: Told) -> Iterator[str]:
    """Yield in which part of its stage a lead is, since when, and how each part's criteria stand.

    Nothing where the agreement in force does not divide the stage, and none was entered before.
    """
    own = told["own_stage"]
    if not own["parts"] and not own["entered"]:
        return
    yield _now(told)
    if own["parts"] and own["criteria_say"] != own["id"]:
        yield f"by the criteria now: {_name(own, own['criteria_say'])}; the next pass notes it"
    for part in own["parts"]:
        yield f"{visible(part['name'])}:"
        yield from criteria(part["criteria"], "  ")
    if own["until"]:
        yield f"without news it is looked at again on {when(own['until'])}"
    for one in own["entered"]:
        yield f"{when(one['at'])} {visible(one['name'])}, by version {one['version']}"


def _now(told: Told) -> str:
    own = told["own_stage"]
    if not own["id"]:
        rest = f", in none of its parts ({told['stage']})" if own["parts"] else ""
        return f"{visible(own['core_name'])}{rest}"
    by = f", by {own['under']}" if own["under"] else ""
    return (
        f"{visible(own['name'])}, a part of {in_words(told['stage'], own['core_name'])}, since "
        f"{when(own['since'])}{by}"
    )


def _name(own: Told, ident: str) -> str:
    known = {part["id"]: part["name"] for part in own["parts"]}
    return visible(str(known.get(ident, own["core_name"])))
