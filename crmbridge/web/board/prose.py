"""Sentences that other parts wrote, as a page shows them: commands for operators, plain keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from crmbridge.company import Company
from crmbridge.flows.held.answers import KINDS
from crmbridge.report.text import visible

PAGES: Mapping[str, str] = {
    "crmbridge capacity": "the page Today",
    "crmbridge held": "the page Needs attention",
    "crmbridge status": "the page Sync",
    "crmbridge quota": "the page Sync",
    "crmbridge explain": "the lead's page",
    "crmbridge history": "the lead's page",
    "crmbridge agreement": "the page Agreement",
}
"""What a command shows, for people who type none."""
ELSE = "a command of whoever runs crmbridge"
_CODE = re.compile(r"`([^`]*)`")
_TIME = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d (?:[A-Z]{2,5}|[+-]\d+)\b")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence; `code` is to be typed."""

    text: str
    code: bool = False


def prose(text: str, keys: Iterable[str] = (), *, operates: bool) -> list[Piece]:
    """A sentence in pieces: what is typed apart, and told otherwise to who types nothing.

    `keys` are words with underscores that are ours: they are written with spaces.
    """
    short = _TIME.sub(r"\1", visible(text))  # the page says below of which zone its times are
    return list(_pieces(short, _pattern(frozenset(keys)), operates=operates))


def _pieces(text: str, ours: re.Pattern[str], *, operates: bool) -> Iterator[Piece]:
    for number, part in enumerate(_CODE.split(text)):
        if number % 2 == 0:
            if part:
                yield Piece(ours.sub(_spaced, part))
        elif part.startswith("crmbridge ") and not operates:
            found = next((page for start, page in PAGES.items() if part.startswith(start)), ELSE)
            yield Piece(found)
        else:
            yield Piece(part, code=True)


def keys_of(company: Company) -> frozenset[str]:
    """The words with underscores of a company that pages write with spaces."""
    known = {*KINDS, *company.agreement.reasons, *company.agreement.tracks}
    return frozenset(one for one in known if "_" in one)


def spoken(text: str, keys: Iterable[str] = ()) -> str:
    """A text with our keys as words, for who types nothing."""
    return "".join(one.text for one in prose(text, keys, operates=False))


@lru_cache(maxsize=64)
def _pattern(keys: frozenset[str]) -> re.Pattern[str]:
    some = sorted((re.escape(one) for one in keys), key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(some)})(?!\w)" if some else r"(?!)")


def _spaced(match: re.Match[str]) -> str:
    return match[0].replace("_", " ")
