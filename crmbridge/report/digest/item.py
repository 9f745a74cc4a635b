"""An item of a week: a number, last week's, what was agreed, a verdict, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmbridge.policy.digest.choose import Kind
from crmbridge.policy.intervals import FEW, newcombe

UNKNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is to be said of one matter.

    `about` is what it concerns, `number` what was counted and `before` the same a week earlier,
    empty where nobody knows. `last` is the value a week earlier. `page` is where the company's
    pages show more, `command` the command that does. `team` and `rep` are whose it is, and `whose`
    says who is to act: team, marketing or operators.
    """

    key: str
    kind: Kind
    value: int
    about: str
    number: str
    before: str
    agreed: str
    verdict: str
    action: str
    page: str
    command: str
    whose: str
    team: str = ""
    rep: str = ""
    last: int | None = None

    def sentence(self, link: str = "") -> str:
        """Say it in two sentences; without a link the command stands there."""
        before = f", {self.before} the week before" if self.before else ""
        agreed = f" (agreed: {self.agreed})" if self.agreed else ""
        where = link or f"`{self.command}`"
        return (
            f"{self.about}: {self.number}{before}{agreed}; {self.verdict}. {self.action}: {where}"
        )


def compared(now: tuple[int, int], then: tuple[int, int]) -> str:
    """What may be said of a share against that of the week before: each is k of n."""
    if min(now[1], then[1]) < FEW:
        return "too few to compare"
    apart = newcombe(*now, *then)
    if apart.low > 0:
        return "more than the week before, by more than chance explains"
    if apart.high < 0:
        return "fewer than the week before, by more than chance explains"
    return "no clear change"


def moved(now: int, then: int | None) -> str:
    """Which way a count went."""
    if then is None:
        return "told of for the first time"
    if now == then:
        return "as many as the week before"
    return "more than the week before" if now > then else "fewer than the week before"


def told(before: Mapping[str, int], key: str) -> tuple[str, int | None]:
    """What the digests of the week before had of an item: in words, and as a number."""
    value = before.get(key)
    return ("" if value is None else f"{value:,}"), value
