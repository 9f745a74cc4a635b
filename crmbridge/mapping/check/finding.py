"""What a check of the mapping found: where, what, what to do, and how bad it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that our files say and the vendor does not have.

    `where` is the file and table, `line` the key inside it, `obj` and `field` the vendor's object
    and field. A `fatal` finding stops its side: money, consent or a key is meant, or a whole object
    cannot be read. Others hold only what they name.
    """

    where: str
    field: str
    what: str
    advice: str
    fatal: bool = False
    line: str = ""
    obj: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {sentence(self.what, self.advice)}"

    @property
    def place(self) -> str:
        """File, table and line, such as `mapping.toml sales.deal.amount`."""
        if not self.line:
            return self.where
        return f"{self.where}{'.' if ' ' in self.where else ' '}{self.line}"


def sentence(what: str, advice: str) -> str:
    """What is wrong and what to do, as one line."""
    if not advice:
        return what
    return f"{what}{'.' if advice[0].isupper() else ';'} {advice}"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """By object, those with faults first, and faults first in each; the same thing once."""
    found = list(dict.fromkeys(findings))
    bad = {one.obj for one in found if one.fatal}
    return sorted(found, key=lambda one: (one.obj not in bad, one.obj, not one.fatal))


def counted(findings: Sequence[Finding]) -> str:
    """How many faults and warnings, such as `3 faults, 2 warnings`."""
    faults = sum(one.fatal for one in findings)
    parts = [(faults, "fault"), (len(findings) - faults, "warning")]
    return ", ".join(f"{n} {word}{'s' * (n > 1)}" for n, word in parts if n) or "nothing"
