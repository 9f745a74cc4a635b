"""The mapping as it takes effect, line by line, each with where it comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crmbridge.mapping.schema import Mapping as MappingFile

FILE, BUILT_IN = "mapping.toml", "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One setting: its dotted key, its value in JSON's types, and the file or the default."""

    key: str
    value: Any
    origin: str


def lines_of(mapping: MappingFile, text: str) -> list[Line]:
    """Return every setting of a mapping in the order of its shape; `text` is the company's file.

    Settings that are empty by default are left out.
    """
    raw = tomllib.loads(text)
    return list(_lines((), mapping.model_dump(mode="json"), raw))


def _lines(path: tuple[str, ...], value: Any, raw: Any) -> Iterator[Line]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _lines((*path, name), inner, _inside(raw, name))
        return
    in_file = raw is not _ABSENT
    if in_file or value not in ("", None, {}, []):
        yield Line(key=_dotted(path), value=value, origin=FILE if in_file else BUILT_IN)


_ABSENT = object()


def _inside(raw: Any, name: str) -> Any:
    if isinstance(raw, Mapping):
        return raw.get(name, _ABSENT)
    # the short form of a field: `phone = "phone"` gives its field alone
    return raw if name == "field" and isinstance(raw, str) else _ABSENT


def _dotted(path: tuple[str, ...]) -> str:
    plain = (part if part.replace("_", "").isalnum() else f'"{part}"' for part in path)
    return ".".join(plain)
