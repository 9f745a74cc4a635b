"""What a check of the mapping found: where, what, what to do, and how bad it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


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
        return f"{self.place}: {self.what}" + (f". {self.advice}" if self.advice else "")

    @property
    def place(self) -> str:
        """File, table and line, such as `mapping.toml sales.deal.amount`."""
        if not self.line:
            return self.where
        return f"{self.where}{'.' if ' ' in self.where else ' '}{self.line}"


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


def meant(name: str, known: Iterable[str], otherwise: str) -> str:
    """The nearest of the known names as a question, else other advice."""
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else otherwise
