"""Fills the placeholders of a manifest's calls with values.

`{name}` alone is the value itself, whatever it is; in a longer text it is its text. `{name...}` in
a list is all its items, `{name,}` joins them by commas. What names a value that is not there is
left out: the entry of a table, and the innermost list. In a list `{ each = "name", make = … }` is
one item for each of a list's values, which is `{it}` in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

Names = Mapping[str, Any]
"""The values by the names of their placeholders."""


class _Absent:
    """What a template is that names a value which is not there."""


ABSENT = _Absent()
EACH = {"each", "make"}
PLACE = re.compile(r"\{([A-Za-z][A-Za-z0-9_./-]*?)(\.\.\.|,)?\}")


def fill(template: Any, names: Names) -> Any:
    """Return a template with its values; `ABSENT` where it names one that is not there."""
    if isinstance(template, str):
        return _text(template, names)
    if isinstance(template, list):
        return _items(template, names)
    if isinstance(template, Mapping):
        made = {key: fill(each, names) for key, each in template.items()}
        return {key: each for key, each in made.items() if each is not ABSENT}
    return template


def text(template: str, names: Names) -> str:
    """Return a text with its values; raises `LookupError` for one that is not there."""
    found = fill(template, names)
    if found is ABSENT:
        missing = [name for name in placeholders(template) if name not in names]
        raise LookupError(f"no value for {', '.join(missing)}")
    return _plain(found)


def path(template: str, names: Names) -> str:
    """Return a path whose values are percent-encoded, so that none leads elsewhere."""
    return text(template, {name: quote(_plain(each), safe="") for name, each in names.items()})


def placeholders(template: Any) -> Iterator[str]:
    """Yield the names of all placeholders of a template."""
    if isinstance(template, str):
        yield from (found[1] for found in PLACE.finditer(template))
    elif isinstance(template, Mapping) and set(template) == EACH:
        yield str(template["each"])
        yield from (name for name in placeholders(template["make"]) if name != "it")
    elif isinstance(template, Mapping):
        for each in template.values():
            yield from placeholders(each)
    elif isinstance(template, list):
        for each in template:
            yield from placeholders(each)


def _text(template: str, names: Names) -> Any:
    alone = PLACE.fullmatch(template)
    if alone:
        found = names.get(alone[1], ABSENT)
        return ",".join(map(_plain, found)) if alone[2] == "," and found is not ABSENT else found
    if any(name not in names for name in placeholders(template)):
        return ABSENT
    return PLACE.sub(lambda found: _plain(_text(found[0], names)), template)


def _items(template: list[Any], names: Names) -> Any:
    made: list[Any] = []
    for each in template:
        if isinstance(each, Mapping) and set(each) == EACH:
            made += [fill(each["make"], {**names, "it": one}) for one in names[each["each"]]]
            continue
        found = fill(each, names)
        if found is ABSENT and not isinstance(each, list):
            return ABSENT
        spread = isinstance(each, str) and each.endswith("...}") and PLACE.fullmatch(each)
        if found is not ABSENT:
            made += found if spread else [found]
    return made


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
