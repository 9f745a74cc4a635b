"""What changes from one version of an agreement to another, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.agreement.definition.criteria import Leaf
from crmbridge.agreement.revenue.targets import called
from crmbridge.report.agreement.definition import places, sentence
from crmbridge.report.agreement.stages import flat_stages

APART = frozenset({"definition", "signed", "withdrawn", "company", "tests", "stages"})
NAMES = ("id", "title", "name", "letter", "currency")
"""Keys by which the items of a list are told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One thing that differs; `before` or `after` is empty where it was added or taken away."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.what}: new: {self.after}"
        if not self.after:
            return f"{self.what}: gone (it was {self.before})"
        return f"{self.what}: {self.before} -> {self.after}"


def changes(old: Agreement, new: Agreement) -> list[Changed]:
    """Return all that differs between two versions, criteria first; signatures do not count."""
    return [
        *_compared(_criteria(old), _criteria(new)),
        *_compared(flat_stages(old), flat_stages(new)),
        *_compared(flat(_rest(old)), flat(_rest(new))),
        *_examples(old, new),
    ]


def _examples(old: Agreement, new: Agreement) -> Iterator[Changed]:
    """Examples that are new or gone, a line each; of those in both, what differs in them."""
    before, after = ({one.name: one for one in side.tests} for side in (old, new))
    for name in dict.fromkeys([*before, *after]):
        what, one, two = f"example {name!r}", before.get(name), after.get(name)
        if one is not None and two is not None:
            both = (flat(each.model_dump(mode="json"), what) for each in (one, two))
            yield from _compared(*both)
        else:
            said = [f"expect {each.expect}" if each else "" for each in (one, two)]
            yield Changed(what=what, before=said[0], after=said[1])


def _criteria(agreement: Agreement) -> dict[str, str]:
    out = {}
    for leaf, place in _places(agreement):
        extras = [f"costs {leaf.cost}" if leaf.cost != 1 else "", "fixed" if leaf.fixed else ""]
        more = ", ".join(one for one in extras if one)
        out[f"criterion {leaf.id}"] = (
            f"{sentence(leaf)}{f' [{more}]' if more else ''}, under {place or 'the top'}"
        )
    return out


def _places(agreement: Agreement) -> Iterator[tuple[Leaf, str]]:
    """Every criterion with where it stands; those for customers say so."""
    yield from places(agreement.definition)
    if agreement.expansion is not None:
        for leaf, place in places(agreement.expansion):
            yield leaf, f"{place or 'the top'} for customers"


def _rest(agreement: Agreement) -> dict[str, Any]:
    return agreement.model_dump(mode="json", by_alias=True, exclude=set(APART))


def flat(data: Any, path: str = "") -> dict[str, str]:
    """Return nested data as one value a path, the items of a list by what names them."""
    if isinstance(data, Mapping):
        out: dict[str, str] = {}
        for name, value in data.items():
            out |= flat(value, f"{path}.{name}" if path else str(name))
        return out
    if isinstance(data, list) and data and all(isinstance(one, Mapping) for one in data):
        out = {}
        for number, one in enumerate(data, 1):
            out |= flat(one, f"{path} {_name(one, number)}")
        return out
    if data is None or data == []:
        return {}
    return {path: ", ".join(map(str, data)) if isinstance(data, list) else str(data)}


def _name(item: Mapping[str, Any], number: int) -> str:
    for key in NAMES:
        if item.get(key):
            return f"'{item[key]}'"
    if target := called(item):
        return f"'{target}'"
    if item.get("kind"):
        return f"'{item['kind']} {item.get('asset', '*')}'"
    if item.get("field"):
        return f"'{item['field']} {item.get('op', '')} {item.get('value', '')}'"
    return f"#{number}"


def _compared(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Changed]:
    for what in dict.fromkeys([*old, *new]):
        before, after = old.get(what, ""), new.get(what, "")
        if before != after:
            yield Changed(what=what, before=before, after=after)
