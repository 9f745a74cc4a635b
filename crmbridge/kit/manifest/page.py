"""The keys of a manifest as tables in Markdown, made of what the shapes say of themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from crmbridge.kit.manifest.shape import CallShape, ManifestShape


def reference() -> str:
    """Return a table for each table of the file, the whole file first."""
    return "\n".join(line for part in _shapes() for line in _table(*part))


def _shapes() -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield each shape once, with the name of its table in the file; calls come first in line."""
    yield "", ManifestShape
    yield "a call", CallShape
    seen: set[Any] = {ManifestShape, CallShape}
    left: list[tuple[str, type[BaseModel]]] = list(_inner("", ManifestShape))
    while left:
        name, shape = left.pop(0)
        if shape not in seen:
            seen.add(shape)
            yield name, shape
            left[:0] = _inner(name, shape)


def _inner(name: str, shape: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    for key, info in shape.model_fields.items():
        yield from _models(info.annotation, f"{name}.{key}" if name else key)


def _models(kind: Any, name: str) -> Iterator[tuple[str, type[BaseModel]]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield name, kind
    parts = get_args(kind)
    named = f"{name}.NAME" if get_origin(kind) is dict else name
    for part in parts[1:] if get_origin(kind) is dict else parts:
        yield from _models(part, named)


def _table(name: str, shape: type[BaseModel]) -> Iterator[str]:
    title = "The whole file" if not name else "A call" if name == "a call" else f"`{name}`"
    own = shape.model_fields
    if issubclass(shape, CallShape) and shape is not CallShape:
        own = {key: info for key, info in own.items() if key not in CallShape.model_fields}
    told = " ".join((shape.__doc__ or "").split())
    more = "" if len(own) == len(shape.model_fields) else " It is a call, and has these keys too:"
    yield from (f"### {title}", f"{told}{more}", "")
    yield from ("| key | takes | default | what |", "|---|---|---|---|")
    for key, info in own.items():
        yield f"| `{key}` | {_takes(info.annotation)} | {_default(info)} | {info.description} |"
    yield ""


def _takes(kind: Any) -> str:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts if part != "")
    if origin in (Union, UnionType):
        return " or ".join(_takes(part) for part in parts if part is not type(None))
    if origin is list:
        return f"a list: {_takes(parts[0])}"
    if origin is dict:
        return f"a table: {_takes(parts[1])}"
    if hasattr(kind, "__metadata__"):
        return _takes(parts[0])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{part.value}`" for part in kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "a call" if issubclass(kind, CallShape) else "a table"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return names.get(kind, "anything")


def _default(info: FieldInfo) -> str:
    if info.default is PydanticUndefined:
        return "must be there"
    if info.default in ("", None, [], {}) or isinstance(info.default, BaseModel):
        return ""
    return f"`{json.dumps(info.default)}`"
