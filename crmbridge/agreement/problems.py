"""Turns pydantic's complaints about a file into lines that a person can act on."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError


def problems(exc: ValidationError) -> list[str]:
    """Return one line per fault: `path: what is wrong; did you mean …?`.

    Items of lists are counted from 1 (`definition.of #2.field`). Values are repeated only where
    the file has a fixed choice of them, so that no personal data gets into a log.
    """
    root = next((m for m in _models(BaseModel) if m.__name__ == exc.title), None)
    return [
        f"{_path(error['loc'])}: {_what(error, root)}"
        for error in exc.errors(include_url=False, include_context=True)
    ]


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for sub in model.__subclasses__():
        yield sub
        yield from _models(sub)


def _path(loc: Sequence[str | int]) -> str:
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f" #{part + 1}"
        elif not _is_tag(part):
            text += f".{part}" if text else part
    return text or "the file"


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
            return f"{given} none of {', '.join(choices)}" + _hint(str(shown), choices)
    return str(error["msg"]).removeprefix("Value error, ")


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
