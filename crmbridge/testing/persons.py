"""Takes persons out of a recording: what their fields hold is replaced wherever else it stands.

What a run sent before any answer showed it is its own, made up by the contract or the account, and
stays: a run that plays the recording sends it again. All else that an answer holds in a field of
persons is a person's. The same value has the same stand-in everywhere, and no stand-in is made of
what it stands for.
"""

from __future__ import annotations

import html
import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from crmbridge.testing.contract.account import SENTINELS
from crmbridge.testing.recorded import MASK, Exchange, each_string

Scenes = Mapping[str, list[Exchange]]
FACTS = ("email", "first_name", "last_name", "phone")
"""The facts of a lead that are of a person; see `crmbridge.model.lead`."""
IDS = frozenset({"id", "_id", "guid", "uuid"})
LEAST = 3
"""Characters of a value, or of a word of a name, that is replaced inside longer texts too."""
DIGITS = 6
"""Digits of a value from which on it is taken for a number of a telephone."""

_WORD = re.compile(r"[^\W\d_]{3,}")
_PHONE = re.compile(r"[\d\s()+./-]+")
_BETWEEN = r"[\s()./-]*"


def fields_of(default_map: str) -> frozenset[str]:
    """Return the vendor's fields of persons that a connector's `defaults.toml` names.

    Of a path they are the last step.
    """
    found: set[str] = set()
    for table in tomllib.loads(default_map).values():
        told = table.get("fields", {}) if isinstance(table, dict) else {}
        for fact in FACTS:
            spec = told.get(fact, {})
            named = spec.values() if isinstance(spec, dict) else [spec]
            found |= {one.rpartition(".")[2] for one in named if isinstance(one, str)}
    return frozenset(found)


def masked(scenes: Scenes, fields: Collection[str]) -> tuple[dict[str, list[Exchange]], int]:
    """Return scenes without persons, and how many of their values were replaced.

    `fields` are the names under which answers hold what is of a person. Addresses of e-mail have
    their stand-in wherever they stand; see `Recording.clean`.
    """
    people = _People(scenes, fields)
    made = {name: [people.without(one) for one in some] for name, some in scenes.items()}
    return made, people.count


class _People:
    """The values of persons in some scenes, each with its stand-in."""

    def __init__(self, scenes: Scenes, fields: Collection[str]) -> None:
        self._ours: set[str] = set()
        self._words: set[str] = set()
        shown: dict[str, None] = {}
        for some in scenes.values():
            shown |= self._seen(some, fields)
        theirs = [one for one in shown if not self._is_ours(one)]
        self.count = len(theirs)
        self._instead: dict[str, str] = {}
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        for number, value in enumerate(theirs, 1):
            self._know(value, number)
        self._patterns.sort(key=lambda one: -len(one[0].pattern))

    def _seen(self, scene: list[Exchange], fields: Collection[str]) -> dict[str, None]:
        """Take in what is ours in a scene; return what its answers show of persons, in order."""
        told: set[str] = set()
        shown: dict[str, None] = {}
        for one in scene:
            asked = [text for text in _asked(one) if text.casefold() not in told]
            self._ours |= {text.casefold() for text in asked}
            self._words |= {word.casefold() for text in asked for word in _WORD.findall(text)}
            data = _parsed(one.answer)
            held = [*_held(data, fields), *MASK.findall(one.answer)]
            shown |= dict.fromkeys(text for text in held if text.strip())
            told |= {text.casefold() for text in (*_strings(data), *held)}
        return shown

    def _is_ours(self, value: str) -> bool:
        made_up = any(one.casefold() in value.casefold() for one in SENTINELS)
        return made_up or value.casefold() in self._ours

    def _know(self, value: str, number: int) -> None:
        """Give a value its stand-in, and the words of a name too."""
        instead = f"Person {number}"
        if MASK.fullmatch(value):
            instead = f"person-{number}@example.com"
        elif _PHONE.fullmatch(value) and len(digits := re.sub(r"\D", "", value)) >= DIGITS:
            instead = f"+000 {number:06}"
            self._patterns.append((re.compile(rf"\+?\(?{_BETWEEN.join(digits)}"), instead))
        elif len(value) >= LEAST:
            words = [word for word in _WORD.findall(value) if word.casefold() not in self._words]
            for text in dict.fromkeys((value, html.escape(value), *words)):
                whole = rf"(?<!\w){re.escape(text)}(?!\w)"
                self._patterns.append((re.compile(whole, re.IGNORECASE), instead))
        self._instead[value] = instead

    def without(self, one: Exchange) -> Exchange:
        """Return an exchange without persons."""
        path, sign, query = one.path.partition("?")
        whole = "/".join(self._encoded(part) for part in path.split("/"))
        parts = re.split("([&=])", query)
        return replace(
            one,
            path=whole + sign + "".join(map(self._encoded, parts)),
            body=self._texts(one.body),
            answer=self._texts(one.answer),
        )

    def _texts(self, text: str) -> str:
        return each_string(text, lambda one, name: (self._addresses if name else self._plain)(one))

    def _encoded(self, part: str) -> str:
        held = unquote_plus(part)
        told = self._plain(held)
        coded = quote_plus if "+" in part else quote
        return part if told == held else coded(told, safe="@" if "@" in part else "")

    def _plain(self, text: str) -> str:
        if text in self._instead:
            return self._instead[text]
        text = self._addresses(text)
        for pattern, instead in self._patterns:
            text = pattern.sub(instead, text)
        return text

    def _addresses(self, text: str) -> str:
        return MASK.sub(lambda found: self._instead.get(found[0], found[0]), text)


def _asked(one: Exchange) -> Iterator[str]:
    """Yield the texts of a call: those of its body, and the parts of its path."""
    yield from _strings(_parsed(one.body))
    yield from (unquote_plus(part) for part in re.split("[/?&=]", one.path))
    if _parsed(one.body) is None:
        yield from (unquote_plus(part) for part in re.split("[&=]", one.body))


def _parsed(text: str) -> Any:
    """Return the JSON of a text; `None` for a text that is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _strings(data: object) -> Iterator[str]:
    """Yield all texts of some JSON, names of members too."""
    if isinstance(data, str):
        yield data
    for one in data if isinstance(data, list) else ():
        yield from _strings(one)
    for name, one in data.items() if isinstance(data, dict) else ():
        yield name
        yield from _strings(one)


def _held(data: object, fields: Collection[str], *, record: bool = False) -> Iterator[str]:
    """Yield the texts that stand in some fields of records, at any depth.

    A record has an id, beside its fields or around them, or two of the fields; what has neither,
    such as the description of a field, has a name and is nobody.
    """
    for one in data if isinstance(data, list) else ():
        yield from _held(one, fields)
    if isinstance(data, dict):
        record = record or any(name.casefold() in IDS for name in data)
        record = record or len(set(fields).intersection(data)) > 1
        for name, one in data.items():
            own = record and name in fields
            yield from _strings(one) if own else _held(one, fields, record=record)


def is_read(one: Exchange) -> bool:
    """Whether fields were looked for in an answer: it has none, or is JSON."""
    return not one.answer or _parsed(one.answer) is not None
