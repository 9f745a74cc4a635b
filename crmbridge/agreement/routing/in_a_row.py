"""Teams in a row: to which teams a team hands a lead on, and that no way leads in a circle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from crmbridge.agreement.base import Table
from crmbridge.model.nearest import meant


def _one_or_several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class HandsOn(Table):
    """To which teams a team hands its leads on, and once a lead is where.

    `to` is one team or several; of several that one gets a lead whose `takes` names it. `when` is
    the stage in which the team is done with a lead: qualified, or as soon as it is accepted.
    """

    to: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = Field(min_length=1)
    when: Literal["accepted", "qualified"] = "qualified"


def check_row(hands_on: Mapping[str, HandsOn | None], direct: Sequence[str]) -> None:
    """Refuse teams that hand on to nobody, to themselves or in a circle.

    `hands_on` has every team by its id, in the order of the file; `direct` are the ids of those
    that say that they get leads from marketing too.

    Raises:
        ValueError: what is wrong with which team, and what to do.
    """
    for ident, one in hands_on.items():
        for target in one.to if one else ():
            _known(ident, target, hands_on)
    for ident in hands_on:
        if circle := _circle(ident, hands_on):
            raise ValueError(
                f"team {ident!r}: hands_on leads in a circle: {' -> '.join(circle)}. A lead would "
                "go round for ever: take one of these teams out of the other's hands_on.to"
            )
    reached = targets(hands_on)
    for ident in direct:
        if ident not in reached:
            raise ValueError(
                f"team {ident!r}: direct = true is for a team that another one hands leads on to; "
                "no team does, so it gets its leads from marketing anyway: take the line out"
            )


def targets(hands_on: Mapping[str, HandsOn | None]) -> frozenset[str]:
    """The teams that others hand leads on to."""
    return frozenset(target for one in hands_on.values() if one for target in one.to)


def _known(ident: str, target: str, hands_on: Mapping[str, HandsOn | None]) -> None:
    if target == ident:
        raise ValueError(
            f"team {ident!r}: it hands leads on to itself; name another team in hands_on.to, or "
            "take hands_on out"
        )
    if target not in hands_on:
        hint = meant(target, hands_on, f"there are: {', '.join(hands_on)}")
        raise ValueError(
            f"team {ident!r}: hands_on.to names no team of this file: {target!r}; {hint}"
        )


def _circle(start: str, hands_on: Mapping[str, HandsOn | None]) -> list[str]:
    """A way from a team back to itself; empty where there is none."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop()
        one = hands_on[way[-1]]
        for target in one.to if one else ():
            if target == start:
                return [*way, start]
            if target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return []
