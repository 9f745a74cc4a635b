"""Lines about a lead as a page shows them: vendors' records by their names, keys as words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crmbridge.policy.routing.remedy import REASONS
from crmbridge.report.explain.definition import leaves
from crmbridge.web.board.people import system_name
from crmbridge.web.board.prose import Piece, keys_of, prose
from crmbridge.web.board.visit import Visit

MARKS: Mapping[str, tuple[str, str]] = {
    "+ ": ("yes", "good"),
    "- ": ("no", "bad"),
    "? ": ("not known", "wait"),
}
"""How a line of criteria begins, and what that means."""
DEEPEST = 6
_RECORD = re.compile(r"\b(sales|marketing|messages\.\w+):([\w-]+):((?:[\w-]+:)?[\w.-]+)")
_AWAY: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r", hash [0-9a-f]{12}\b"), ""),
    (re.compile(r" \[v(\d+):[0-9a-f]+\]"), r" (version \1)"),
    (re.compile(r" ?\((?:message|signal|task):[0-9a-f]{8,}\)"), ""),
    (re.compile(r"\b(message|signal|task):[0-9a-f]{8,}"), r"a \1"),
    (re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b"), r"\1"),
    (re.compile(r"(\\x0a|\\n)+"), " / "),
)
"""What is for programs, and what stands there for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of an explanation: how deep it lies, whether it holds where it is a criterion."""

    pieces: list[Piece]
    deep: int = 0
    mark: str = ""
    tone: str = ""


class Wording:
    """Writes the lines of one visit; `told` is the explanation that they are of."""

    def __init__(self, visit: Visit, told: Mapping[str, Any] | None = None) -> None:
        self._visit = visit
        self._keys = frozenset({*keys_of(visit.company), *REASONS, *_keys(told or {})})

    def pieces(self, text: str) -> list[Piece]:
        """A sentence in pieces."""
        for pattern, other in _AWAY:
            text = pattern.sub(other, text)
        text = _RECORD.sub(self._record, text)
        return prose(text, self._keys, operates=self._visit.session.operates)

    def plain(self, text: str) -> str:
        """A sentence as one text."""
        return "".join(one.text for one in self.pieces(text))

    def lines(self, texts: Iterable[str]) -> Iterator[Line]:
        """Lines, with their depth by the spaces in front, and marks of criteria as words."""
        for text in texts:
            bare = text.lstrip(" ")
            deep = min(DEEPEST, (len(text) - len(bare)) // 2)
            mark, tone = MARKS.get(bare[:2], ("", ""))
            yield Line(
                pieces=self.pieces(bare[2:] if mark else bare), deep=deep, mark=mark, tone=tone
            )

    def _record(self, match: re.Match[str]) -> str:
        place = system_name(self._visit, match[1])
        return f"{place} {match[2]} {match[3].rpartition(':')[2]}"


def _keys(told: Mapping[str, Any]) -> Iterator[str]:
    """The words with underscores that an explanation has of facts and criteria."""
    names = [str(one["fact"]) for one in told.get("facts", ())]
    for one in told.get("facts", ()):
        names += map(str, one["used_by"])
    if ready := told.get("ready"):
        names += [str(one["id"]) for one in leaves(ready["criteria"])]
    names += [str(one["type"]) for one in told.get("decisions", ())]
    yield from (one for one in names if "_" in one)
