"""What a write counts as, and whether what would leave is more than the company's limits; pure.

A write is one record, and counts once under each kind that it is of:

creates     it makes a record: a lead, a task.
overwrites  of a field at least it puts one value in the place of another that is lost by it: any
            fact of a person, and of other fields what we did not write ourselves. A score of ours
            that becomes another, or a stage that goes on, is no loss.
clears      of a field at least it empties a value that is lost by it.
backward    marketing's stage becomes an earlier one, whoever wrote it.
enrolments  it puts a person on a nurture list.
owners      a record that had an owner gets another.

A field counts under one kind alone: an owner or an earlier stage is no overwrite besides. An
opt-out is never counted, and passes all limits. `share` is counted in leads, not in writes: those
of whom a write counts as any of these. To fill what was empty is no kind: a new field may reach
every record, and new people are no danger to those who are known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmbridge.model.lifecycle.stage import FOR_MARKETING

CREATES, OVERWRITES, CLEARS, BACKWARD, ENROLMENTS, OWNERS = KINDS = (
    *("creates", "overwrites", "clears", "backward", "enrolments", "owners"),
)
"""What is counted in writes, by its name under [limits]."""
SHARE = "share"
ALL = (*KINDS, SHARE)
"""Every kind that has a limit."""
FEW = 200
"""Known leads below which no share is counted: of so few, a morning's work touches a fifth."""
FIRST_BACKWARD = 0
"""Stages that may go backward in a first plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Altered:
    """One field of a write. `role` is `owner`, `stage` or empty; `lost`: what stood there is."""

    before: object
    after: object
    lost: bool = True
    role: str = ""
    backward: bool = False


def kinds_of(
    altered: Iterable[Altered], *, creates: bool = False, enrols: bool = False
) -> tuple[str, ...]:
    """What one write counts as, in the order of `KINDS`."""
    found = {_kind(one) for one in altered}
    found |= {CREATES} if creates else set()
    found |= {ENROLMENTS} if enrols else set()
    return tuple(kind for kind in KINDS if kind in found)


def _kind(one: Altered) -> str:
    if is_empty(one.before) or one.before == one.after:
        return ""
    if one.role == "stage" and one.backward:
        return BACKWARD
    if one.role == "owner" and not is_empty(one.after):
        return OWNERS
    if not one.lost:
        return ""
    return CLEARS if is_empty(one.after) else OVERWRITES


def is_empty(value: object) -> bool:
    """Whether a field holds nothing; no and nought are values, a tick box left open is nothing."""
    return value is None or value is False or (isinstance(value, str) and not value.strip())


def goes_back(
    before: str,
    after: str,
    table: Mapping[str, str],
    choices: Sequence[str] = (),
    names: Mapping[str, str] = {},
) -> bool:
    """Whether marketing's stage goes to an earlier one.

    `table` is the mapping's own, from our stages to the vendor's values; `choices` are the
    vendor's values in the vendor's order, empty where nobody knows them. `names` are those that
    the agreement gives stages there, each with its core stage: within one nothing is earlier. A
    value that the table does not have is placed by the vendor's order; where that does not have it
    either, leaving it counts as backward: nobody can say that it is not.
    """
    ranks = _ranks(table) | {word: _RANK[core] for word, core in names.items()}
    if before in ranks and after in ranks:
        return ranks[after] < ranks[before]
    if before in choices and after in choices:
        return choices.index(after) < choices.index(before)
    return before != after


_RANK: Mapping[str, int] = {stage.value: rank for rank, stage in enumerate(FOR_MARKETING)}


def _ranks(table: Mapping[str, str]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for rank, stage in enumerate(FOR_MARKETING):
        ranks.setdefault(table.get(stage.value, stage.value), rank)
    return ranks


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The limits of one kind, of a pass and of a day; `None` for no limit of that length."""

    kind: str
    each: int | None
    day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What was counted: sent in this pass and on this day, still owed, and let through by a person.

    All by kind; of `share` in leads.
    """

    owed: Mapping[str, int]
    passed: Mapping[str, int]
    today: Mapping[str, int]
    allowed: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A limit that would be exceeded: `span` is `pass` or `day`, `number` what it would come to."""

    kind: str
    span: str
    number: int
    limit: int


def bounds(
    limits: Iterable[tuple[str, int, int]], share: int, known: int, *, first: bool = False
) -> list[Bound]:
    """The limits of a company that knows so many leads; `first` for its first plan."""
    found = [Bound(kind=kind, each=each, day=day) for kind, each, day in limits]
    if first:
        found = [
            Bound(kind=one.kind, each=FIRST_BACKWARD, day=one.day) if one.kind == BACKWARD else one
            for one in found
        ]
    if known >= FEW:
        found.append(Bound(kind=SHARE, each=known * share // 100))
    return found


def over(load: Load, limits: Iterable[Bound]) -> Iterator[Over]:
    """Yield the limits that would be exceeded if all that is owed left, a pass's before a day's."""
    for one in limits:
        more = max(0, load.owed.get(one.kind, 0) - load.allowed.get(one.kind, 0))
        for span, sent, limit in (
            ("pass", load.passed, one.each),
            ("day", load.today, one.day),
        ):
            number = sent.get(one.kind, 0) + more
            if limit is not None and more and number > limit:
                yield Over(kind=one.kind, span=span, number=number, limit=limit)
                break


def drawn(sent: Counter[str], allowed: Mapping[str, int]) -> tuple[Counter[str], dict[str, int]]:
    """Take what was sent from what a person let through first.

    Returns what counts against the limits, and what is still let through.
    """
    counts: Counter[str] = Counter()
    left = dict(allowed)
    for kind, number in sent.items():
        taken = min(number, left.get(kind, 0))
        if taken:
            left[kind] -= taken
        if number > taken:
            counts[kind] = number - taken
    return counts, {kind: number for kind, number in left.items() if number}
