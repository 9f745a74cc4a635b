"""Sentences that other parts wrote, as a page shows them: commands for operators, plain keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from crmbridge.company import Company
from crmbridge.flows.held.answers import KINDS
from crmbridge.report.text import capital, visible

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
BUTTONS: Mapping[str, str] = {"held retry": "Try again", "held resolve": "Resolve"}
"""What a command does that a button of a piece of held work does, too."""
ELSE = "a command of whoever runs crmbridge"
_CODE = re.compile(r"`([^`]*)`")
_TIME = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d (?:[A-Z]{2,5}|[+-]\d+)\b")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a sentence; `code` is to be typed."""

    text: str
    code: bool = False


def prose(
    text: str, keys: Iterable[str] = (), *, operates: bool, here: bool = False
) -> list[Piece]:
    """A sentence in pieces: what is typed apart, and told otherwise to who types nothing.

    What a page does itself is told by the page to everybody; `here` says that it is the page of
    the piece of held work that the sentence is about. `keys` are words with underscores that are
    ours: they are written with spaces.
    """
    short = _TIME.sub(r"\1", visible(text))  # the page says below of which zone its times are
    return list(_pieces(short, _pattern(frozenset(keys)), operates=operates, here=here))


def _pieces(text: str, ours: re.Pattern[str], *, operates: bool, here: bool) -> Iterator[Piece]:
    before = ""
    for number, part in enumerate(_CODE.split(text)):
        if number % 2 == 0:
            if part:
                yield Piece(ours.sub(_spaced, part))
        elif said := _by_page(part, operates=operates, here=here):
            starts = not before.strip() or before.endswith((". ", "! ", "? "))
            yield Piece(capital(said) if starts else said)
        else:
            yield Piece(part, code=True)
        before = part


def _by_page(typed: str, *, operates: bool, here: bool) -> str:
    """What of a page does what is typed; empty where it is to be typed."""
    command = " ".join(typed.removeprefix("crmbridge ").split()[:2])
    if command in BUTTONS:
        place = ("below" if here else "on its own page") if operates else "of whoever operates"
        return f"the button “{BUTTONS[command]}” {place}"
    if command == "held show":
        return "this page" if here else "its own page"
    if command == "capacity show":
        return PAGES["crmbridge capacity"]
    if operates or not typed.startswith("crmbridge "):
        return ""
    return next((page for start, page in PAGES.items() if typed.startswith(start)), ELSE)


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
