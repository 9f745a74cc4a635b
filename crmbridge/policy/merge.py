"""Merges one field three ways: what each system last agreed on, and what each says now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Literal

from crmbridge.model.authority import KEEPING, Authority
from crmbridge.model.record import Value, is_blank
from crmbridge.model.side import MARKETING, SALES, Side
from crmbridge.policy.fit.same import same


class Absent(Enum):
    """The mark of a side that has no opinion, which is not the same as an empty value."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
Opinion = Value | Absent
Why = Literal["", "only", "both", "alone", "rule", "first"]
"""Why a value holds: nothing changed; no other system says anything; all say so; one alone changed
it; several changed it and the rule decides; it was the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The value that holds now; `by` is a system's name, `both` (or all), or `agreed` (no change).

    The value is `ABSENT` where nobody ever had an opinion.
    """

    value: Opinion
    by: str
    why: Why = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Several systems changed the field to different values, and nobody has the last word."""

    told: Mapping[str, Opinion]
    """What each of them says, by its name."""

    def __repr__(self) -> str:
        return "Conflict()"  # its values may be personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """The value that our lead has of a field, and since when it was said."""

    value: Opinion = ABSENT
    at: datetime | None = None

    def __repr__(self) -> str:
        return "Stands()"  # the value may be personal


NOTHING = Stands()


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one system says of a field, and since when; `base` is what it last agreed on.

    That is the value it had when the systems last said the same, `ABSENT` before they ever did.
    """

    system: str
    side: Side
    says: Opinion
    base: Opinion = ABSENT
    at: datetime | None = None

    def __repr__(self) -> str:
        return f"Voice({self.system})"  # what it says may be personal


def merge(
    base: Opinion,
    marketing: Opinion,
    sales: Opinion,
    authority: Authority,
    marketing_at: datetime | None = None,
    sales_at: datetime | None = None,
    *,
    keeps: bool = False,
    stands: Stands = NOTHING,
    zone: tzinfo = UTC,
) -> Merged | Conflict:
    """Merge one field of two systems that are called as their sides; see `merge_all`."""
    voices = (
        Voice(system=MARKETING.value, side=MARKETING, says=marketing, base=base, at=marketing_at),
        Voice(system=SALES.value, side=SALES, says=sales, base=base, at=sales_at),
    )
    return merge_all(voices, authority, keeps=keeps, stands=stands, zone=zone)


def merge_all(
    voices: Sequence[Voice],
    authority: Authority,
    *,
    keeps: bool = False,
    stands: Stands = NOTHING,
    zone: tzinfo = UTC,
) -> Merged | Conflict:
    """Merge one field of any number of systems, at least one, those of marketing before sales'.

    The order of one side's systems is that of their weight: where the rule names a side of which
    several changed the field, the first of them decides. Before a system ever agreed with the
    others its value is a change, and so is theirs to it; there a value beats an empty one. A field
    that `keeps` its value is never emptied by some: a blank there is no opinion while another has
    a value. The stamps are when each system last changed its record; `latest` without one of
    them, or with equal ones, is a conflict. `stands` is what our lead has now. `zone` is the
    company's, in which an instant falls on a day.

    Under `fill_if_empty` and `off` the systems may differ for good: our lead has what one alone
    changed since they agreed, and what sales says where several did.
    """
    if authority == "once":
        return _first(voices, stands, zone)
    if keeps or authority in KEEPING:
        voices = _without_blanks(voices)
    said = [one for one in voices if one.says is not ABSENT]
    if not said:
        return Merged(value=_base(voices), by="agreed")
    if len(said) == 1:
        return _told(said, said[0].system, "only", zone)
    if all(_same(said[0].says, one.says, zone) for one in said):
        return _told(said, "both", "both", zone)
    rivals = _changed(said, zone)
    if not rivals:
        return _undecided(said, stands, zone)
    if all(_same(rivals[0].says, one.says, zone) for one in rivals):
        return Merged(value=rivals[0].says, by=rivals[0].system, why="alone")
    winner = _by_rule(authority, rivals, zone)
    if winner is None:
        return Conflict(told={one.system: one.says for one in rivals})
    return Merged(value=winner.says, by=winner.system, why="rule")


def may_write(authority: Authority, held: Opinion) -> bool:
    """Whether a rule lets us write into a field that holds this; empty is `None` or a blank."""
    return authority not in KEEPING or (authority != "off" and says_nothing(held))


def says_nothing(said: Opinion) -> bool:
    """Whether a side says that a field is empty, or says nothing of it."""
    if isinstance(said, str):
        return not said.strip()
    return isinstance(said, Absent) or is_blank(said)


def merge_opt_out(*said: Opinion) -> bool:
    """Whether anybody, at any time, said that the person opted out; a yes is never taken back."""
    return any(one is True for one in said)


def agree(one: Opinion, other: Opinion, zone: tzinfo = UTC) -> bool:
    """Whether two systems say the same; one that says nothing of a field agrees with nobody."""
    return not isinstance(one, Absent) and _same(one, other, zone)


def _base(voices: Sequence[Voice]) -> Opinion:
    """What the systems last agreed on, as far as one of them knows."""
    return next((one.base for one in voices if one.base is not ABSENT), ABSENT)


def _told(said: Sequence[Voice], by: str, why: Why, zone: tzinfo) -> Merged:
    """What nobody disputes; it is no change where it is what all agreed on."""
    value = said[0].says
    if all(_same(value, one.base, zone) for one in said):
        return Merged(value=value, by="agreed")
    return Merged(value=value, by=by, why=why)


def _without_blanks(voices: Sequence[Voice]) -> Sequence[Voice]:
    """What systems say, where a blank is no opinion while another has a value."""
    if len({says_nothing(one.says) for one in voices}) == 1:
        return voices
    return [replace(one, says=ABSENT) if says_nothing(one.says) else one for one in voices]


def _first(voices: Sequence[Voice], stands: Stands, zone: tzinfo) -> Merged:
    """The first value that anybody gave; once all had it, it is what our lead has.

    Before that the earliest stamp says whose was first: one system may be read before another.
    """
    base = _base(voices)
    if says_nothing(stands.value):
        if all(says_nothing(one.says) for one in voices):
            unasked = all(one.says is ABSENT for one in voices)
            return Merged(value=base if unasked else None, by="agreed")
    elif not says_nothing(base):
        return Merged(value=stands.value, by="agreed", why="first")
    offers = [("agreed", stands.value, stands.at)]
    offers += [(one.system, one.says, one.at) for one in voices]
    by, value = _earliest(offers)
    if by != "agreed" and _same(value, stands.value, zone):
        by, value = "agreed", stands.value
    return Merged(value=value, by=by, why="first")


def _earliest(offers: Iterable[tuple[str, Opinion, datetime | None]]) -> tuple[str, Opinion]:
    """Who said a value first, and the value; of two at one instant the first that is offered."""
    late = datetime.max.replace(tzinfo=UTC)
    some = [(by, value, at or late) for by, value, at in offers if not says_nothing(value)]
    by, value, _ = min(some, key=lambda one: one[2])
    return by, value


def _changed(said: Sequence[Voice], zone: tzinfo) -> list[Voice]:
    """The systems that changed the field since they agreed, or filled it first.

    One that never agreed on anything is up against every value that stands elsewhere.
    """
    changed = [one for one in said if not _same(one.says, one.base, zone)]
    if all(one.base is not ABSENT for one in changed):
        return changed
    return [one for one in said if one in changed or not says_nothing(one.says)]


def _undecided(said: Sequence[Voice], stands: Stands, zone: tzinfo) -> Merged:
    """What holds where the systems differ and none changed anything: what our lead has.

    So it is where one is never written to and says what it said when the others last agreed. Of
    two that agreed on one value, and have it in two forms, it is what the last of them says.
    """
    if all(_same(one.base, said[0].base, zone) for one in said):
        return Merged(value=said[-1].says, by=said[-1].system, why="alone")
    return Merged(value=stands.value, by="agreed")


def _by_rule(authority: Authority, rivals: Sequence[Voice], zone: tzinfo) -> Voice | None:
    """Whose value holds by the rule; `None` where a person has to say."""
    if authority == "hold":
        return None
    if authority == "latest":
        return _latest(rivals, zone)
    side = SALES if authority in KEEPING else Side(authority)
    return next((one for one in rivals if one.side is side), rivals[0])


def _latest(rivals: Sequence[Voice], zone: tzinfo) -> Voice | None:
    stamps = [one.at for one in rivals if one.at is not None]
    if len(stamps) < len(rivals):
        return None
    newest = [one for one in rivals if one.at == max(stamps)]
    agree_on = all(_same(newest[0].says, one.says, zone) for one in newest)
    return newest[0] if agree_on else None


def _same(one: Opinion, other: Opinion, zone: tzinfo) -> bool:
    """Whether two values of a field are one to people; before there was one, it was empty."""
    return same(_value(one), _value(other), zone)


def _value(said: Opinion) -> Value:
    return None if isinstance(said, Absent) or says_nothing(said) else said
