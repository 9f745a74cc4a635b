"""Turns pydantic's complaints about a file into lines that a person can act on."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

SAME = {
    word: op
    for op, words in {
        "ge": (">=", "=>", "gte", "min", "greater_or_equal", "greater_than_or_equal"),
        "le": ("<=", "=<", "lte", "max", "less_or_equal", "less_than_or_equal"),
        "gt": (">", "greater", "greater_than", "more_than", "above"),
        "lt": ("<", "less", "less_than", "fewer_than", "below"),
        "eq": ("=", "==", "is", "equal", "equals"),
        "ne": ("!=", "<>", "not", "is_not", "not_equal", "not_equals", "neq"),
    }.items()
    for word in words
}
"""What other tools call a comparison; by letters alone `gte` would be taken for `gt`."""
ADVICE = {
    "date_from_datetime_parsing": "write a day as 2026-07-01, without quotes",
    "date_from_datetime_inexact": "write the day alone, as 2026-07-01",
    "string_type": "put it in quotes",
    "bool_type": "write true or false, without quotes",
    "bool_parsing": "write true or false, without quotes",
    "int_from_float": "write a whole number",
    "int_type": "write a whole number, without quotes",
    "int_parsing": "write a whole number, without quotes",
    "decimal_parsing": "write a number, without quotes",
    "decimal_type": "write a number",
    "finite_number": "write a number",
    "tuple_type": "write a list: [ … ]",
    "dict_type": "write a table: { … = … }",
    "model_type": "write a table: { … = … }",
}
"""Kind of a complaint of pydantic's -> what to do."""
WORDS = {
    "a valid tuple": "a list",
    "a valid dictionary": "a table",
    "a valid decimal": "a number",
    "a valid string": "a text",
    "a valid boolean": "true or false",
}
"""Words of pydantic's -> words of the file."""
BY_KEY = {
    "weight": "a rep who shall get nothing has `on = false`",
    "share": "a share is written 0.25 for 25 %",
}
"""Key of the file -> what to do about a number that it cannot have."""


def problems(exc: ValidationError, data: object = None) -> list[str]:
    """Return one line per fault: `path: what is wrong; did you mean …?`.

    Items of lists are counted from 1 (`definition.of #2.field`), and with the file's `data` their
    id or title stands beside (`definition.of #2 'email'.field`). Values are repeated only where
    the file has a fixed choice of them, so that no personal data gets into a log.
    """
    root = next((m for m in _models(BaseModel) if m.__name__ == exc.title), None)
    return [
        f"{_path(_in_file(error['loc'], data), data)}: {_what(error, root)}"
        for error in exc.errors(include_url=False, include_context=True)
    ]


def _in_file(loc: tuple[int | str, ...], data: object) -> tuple[int | str, ...]:
    """Where a fault is in the file, which may not have a level that only our shape has."""
    if isinstance(data, Mapping) and len(loc) > 1 and loc[0] not in data and loc[1] in data:
        return loc[1:]
    return loc


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for sub in model.__subclasses__():
        yield sub
        yield from _models(sub)


def _path(loc: Sequence[str | int], here: object) -> str:
    text = ""
    for part in loc:
        if isinstance(part, str) and _is_tag(part):
            continue
        here = _inside(here, part)
        if isinstance(part, int):
            text += f" #{part + 1}{_name(here)}"
        else:
            text += f".{part}" if text else part
    return text or "the file"


def _inside(data: object, part: str | int) -> object:
    try:
        return data[part]  # type: ignore[index]
    except (TypeError, LookupError):
        return None


def _name(item: object) -> str:
    if not isinstance(item, Mapping):
        return ""
    # names of examples and rules are told, and those of people are not
    keys = ("id", "title", "name") if {"expect", "stages"} & set(item) else ("id", "title")
    found = next((item[key] for key in keys if isinstance(item.get(key), str)), "")
    return f" {found!r}" if found else ""


def _is_tag(part: str) -> bool:
    # names of union arms and wrapped validators, which pydantic puts into its path
    return part.startswith("#") or "[" in part


def _what(error: Any, root: type[BaseModel] | None) -> str:
    match error["type"]:
        case "extra_forbidden":
            known = sorted(_known_keys(root, error["loc"][:-1])) if root else []
            return "unknown key" + _hint(str(error["loc"][-1]), known)
        case "missing":
            return "is missing"
        case "literal_error":
            choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            shown = error.get("input")
            given = f"{shown!r} is" if isinstance(shown, str) else "this is"
            same = SAME.get(str(shown).strip().lower().replace(" ", "_"), "")
            near = [same] if same in choices else get_close_matches(str(shown), choices, n=1)
            said = f"{given} none of {', '.join(choices)}"
            return said + (f"; did you mean {near[0]!r}?" if near else "")
    return _plain(error)


def _plain(error: Any) -> str:
    said = str(error["msg"]).removeprefix("Value error, ").replace("Input should", "it must")
    for theirs, ours in WORDS.items():
        said = said.replace(theirs, ours)
    key = error["loc"][-1] if error["loc"] else ""
    numeric = "_than" in error["type"]
    advice = ADVICE.get(error["type"]) or (BY_KEY.get(str(key)) if numeric else "")
    return f"{said}; {advice}" if advice else said


def _hint(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known are: {', '.join(known)}" if 0 < len(known) <= 8 else ""


def _known_keys(root: type[BaseModel], loc: Sequence[str | int]) -> set[str]:
    """Walk from the root model down a path, and return the keys that are known there."""
    here: list[Any] = [root]
    for part in loc:
        arms = [arm for one in here for arm in _arms(one)]
        here = [below for arm in arms for below in _below(arm, part)] or arms
    return {key for one in here for arm in _arms(one) for key in _keys(arm)}


def _arms(kind: Any) -> Iterator[Any]:
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        yield from _arms(typing.get_args(kind)[0])
    elif origin in (typing.Union, types.UnionType):
        for arm in typing.get_args(kind):
            yield from _arms(arm)
    else:
        yield kind


def _below(kind: Any, part: str | int) -> Iterator[Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                yield field.annotation
        return
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (tuple, list) and isinstance(part, int):
        yield args[0]
    elif isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(part, str):
        yield args[1]


def _keys(kind: Any) -> Iterator[str]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from (field.alias or name for name, field in kind.model_fields.items())
