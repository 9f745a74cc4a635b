"""Every name of a vendor's that a mapping file holds, and the file with one of them misspelt."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
PEOPLE = ("lead", "contact")
NAMES = frozenset(
    {
        "key",
        "created",
        "owner",
        "field",
        "note",
        "flag",
        "contact",
        "deal",
        "at",
        "email",
        "asset",
        "channel",
        "amount",
        "currency",
        "closed",
        "closed_at",
        "is_won",
        "is_closed",
        "person",
        "role",
        "name",
        "active",
        "subject",
        "body",
        *(
            *("account_ref", "changed_by", "parent", "cost", "starts", "ends", "domain"),
            *("industry", "status", "responded", "responded_at"),
            "value",
            "outcome",
            "primary",
            "stage",
            "probability",
            "type",
            "pipeline",
            "forecast",
            "account",
            "campaign",
            "source",
        ),
    }
)
"""Keys whose text is the name of a vendor's field."""
OURS = frozenset({"kind", "asset_via", "via", "way"})


@dataclass(frozen=True)
class Slip:
    """One name, where it stands, and whether it is a key there; `line` is as a finding has it."""

    path: Path
    name: str
    table: str
    line: str
    is_key: bool = False
    sort: str = "field"

    @property
    def wrong(self) -> str:
        """The name as a slip of the keyboard leaves it."""
        head, last = self.name[:-2], self.name[-2:]
        return head + last[::-1] if last[0] != last[-1] else self.name + "x"

    def in_file(self, raw: dict[str, Any]) -> dict[str, Any]:
        """A copy of the file with the slip in it."""
        made = copy.deepcopy(raw)
        *way, last = self.path
        here: Any = made
        for step in way:
            here = here[step]
        if self.is_key:
            items = {self.wrong if key == last else key: value for key, value in here.items()}
            here.clear()
            here.update(items)
        else:
            here[last] = self.wrong
        return made

    def __str__(self) -> str:
        return f"{self.table}.{self.line}={self.wrong}"


def slips(raw: dict[str, Any]) -> Iterator[Slip]:
    """Yield every vendor's name of both sides; fails on a key that it does not know."""
    for side in ("marketing", "sales"):
        for table, content in raw[side].items():
            if not isinstance(content, dict) or table in ("options", "limits"):
                continue
            if table in PEOPLE:
                yield from _person((side, table), content)
            elif table in ("touch", "activity"):
                for name, inner in content.items():
                    yield from _plain((side, table, name), inner)
            else:
                yield from _plain((side, table), content)


def _table(path: Path) -> str:
    return ".".join(map(str, path))


def _person(path: Path, content: dict[str, Any]) -> Iterator[Slip]:
    rest = {k: v for k, v in content.items() if k not in ("fields", "status", "converted")}
    yield from _plain(path, rest)
    for word, entry in content["fields"].items():
        yield from _entry((*path, "fields", word), _table(path), word, entry)
    for part in ("status", "converted"):
        inner = content.get(part, {})
        for key in sorted(NAMES & inner.keys()):
            yield Slip((*path, part, key), inner[key], _table(path), f"{part}.{key}")
        for key in ("types", "reason_of"):
            for value in inner.get(key, {}):
                line = f"{part}.{key}."
                yield Slip((*path, part, key, value), value, _table(path), line, True, "value")
        if "reason" in inner:
            yield from _reason((*path, part, "reason"), inner["reason"])


def _reason(path: Path, inner: dict[str, Any]) -> Iterator[Slip]:
    for key in sorted(NAMES & inner.keys()):
        yield Slip((*path, key), inner[key], _table(path), key)
    for value in inner.get("values", {}):
        yield Slip((*path, "values", value), value, _table(path), "values.", True, "value")


def _entry(path: Path, table: str, word: str, entry: Any) -> Iterator[Slip]:
    line = f"fields.{word}"
    if isinstance(entry, str):
        yield Slip(path, entry, table, line)
        return
    yield Slip((*path, "field"), entry["field"], table, line)
    for key, value in entry.get("values", {}).items():
        outward = entry.get("way") == "out"
        name = value if outward else key
        yield Slip((*path, "values", key), name, table, line, not outward, "value")
    default = entry.get("default", "")
    if isinstance(default, str) and default and not default.startswith("["):
        yield Slip((*path, "default"), default, table, line, False, "value")


def _plain(path: Path, content: dict[str, Any]) -> Iterator[Slip]:
    table = _table(path)
    for key, value in content.items():
        here = (*path, key)
        if key == "object" or key.endswith("_object"):
            yield Slip(here, value, table, key, sort="object")
        elif key in ("at", "more_addresses", "more_opt_outs") and isinstance(value, list):
            for place, name in enumerate(value):
                yield Slip((*here, place), name, table, key)
        elif key in NAMES:
            yield Slip(here, value, table, key)
        elif key == "people":
            yield from _people(here, table, value)
        elif key in ("handoff", "when") or (key == "values" and path[-1] == "task"):
            for name, set_to in value.items():
                yield Slip((*here, name), name, table, f"{key}.", True)
                if isinstance(set_to, str) and set_to != "clear":
                    yield Slip((*here, name), set_to, table, f"{key}.{name}", False, "value")
        elif key == "reason":
            yield from _reason(here, value)
        elif key == "fields":
            for word, entry in value.items():
                yield from _entry((*here, word), table, word, entry)
        else:
            assert key in OURS, f"{table}.{key}: say in this test what it names"


def _people(path: Path, table: str, people: dict[str, Any]) -> Iterator[Slip]:
    for name, targets in people.items():
        yield Slip((*path, name), name, table, "people.", True)
        listed = targets if isinstance(targets, list) else [targets]
        for place, target in enumerate(listed):
            here = (*path, name, place) if isinstance(targets, list) else (*path, name)
            yield Slip(here, target, table, f"people.{name}", False, "object")
