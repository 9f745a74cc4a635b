"""Tells quickly when a lead cannot be ready, so that a backtest judges exactly where it may be.

Between two events of a lead only time passes: most criteria stay as they are, scores move within
bounds, and ages pass lengths. A definition that cannot hold at any mixture of what is possible
cannot hold at any instant of the stretch.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from crmbridge.agreement.definition.criteria import Group, Leaf
from crmbridge.agreement.rating import RATINGS
from crmbridge.agreement.scoring.scores import Engagement
from crmbridge.agreement.shape import Agreement
from crmbridge.model.record import Value
from crmbridge.policy.backtest.bounds import Range, Worth, score_range, worths
from crmbridge.policy.definition.evaluate import evaluate
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.definition.values import is_missing, to_instant, to_number
from crmbridge.policy.qualify.judge import Case, judge_at
from crmbridge.policy.scoring.all_scores import NO_FIT_LETTER
from crmbridge.policy.scoring.engagement import STAGE_WINDOW, buying_stage, hand_raise_at, signals
from crmbridge.policy.scoring.fit import NO_FIT, FitScore, fit, rating

AGES = frozenset({"within_last", "older_than"})
_RISES = frozenset({"ge", "gt"})
_FALLS = frozenset({"le", "lt"})
_SCORES = frozenset({"engagement", "engagement_since"})
_FITS = frozenset({"fit", "completeness", "grade_letter"})
_ENOUGH = 20_000
"""Values whose results are kept a criterion, before it begins anew."""


class Screen:
    """One agreement, made ready to look at many leads.

    With `like`, another agreement's screen, what both say the same of is worked out once.
    """

    def __init__(
        self, agreement: Agreement, exchange: Exchange, like: Screen | None = None
    ) -> None:
        self.agreement = agreement
        self.types = agreement.types
        self.exchange = exchange
        groups = agreement.fit.groups.values() if agreement.fit else ()
        rules = [rule for group in groups for rule in group.rules]
        self.fit_turns = any(
            rule.op in AGES or self.types.get(rule.field) == "money" for rule in rules
        )
        self.fit_fields = tuple(dict.fromkeys([NO_FIT, *(rule.field for rule in rules)]))
        self.fits: dict[Hashable, FitScore] = {}
        self.parts = _Parts(agreement.scoring)
        if like is not None:
            self._share(like)
        self.tree = _compiled(agreement.definition, self)
        other = agreement.expansion
        self.expansion = _compiled(other, self) if other is not None else self.tree

    def _share(self, other: Screen) -> None:
        if (self.agreement.fit, self.types) == (other.agreement.fit, other.types):
            self.fits = other.fits
        if self.agreement.scoring == other.agreement.scoring:
            self.parts = other.parts

    def first_ready(self, case: Case, instants: list[datetime]) -> datetime | None:
        """Return the first of some instants, in order, at which a case is ready.

        `None` when it is at none. Nothing must happen to the lead between the first and the last.
        """
        if not instants:
            return None
        look = _Look(self, case, instants[0])
        return self._search(look, instants, 0, len(instants) - 1)

    def _search(
        self, look: _Look, instants: list[datetime], low: int, high: int
    ) -> datetime | None:
        tree = self.expansion if look.case.facts.get("customer") is True else self.tree
        if not tree.may(look, instants[low], instants[high], wanted=True):
            return None
        if low == high:
            if tree.may(look, instants[low], instants[low], wanted=True, sure=True):
                return instants[low]
            case = replace(look.case, exchange=self.exchange)
            ready = judge_at(self.agreement, case, instants[low]).verdict.ready
            return instants[low] if ready else None
        # the first instant apart: most leads that become ready do so by an event
        middle = low if low == 0 else (low + high) // 2
        found = self._search(look, instants, low, middle)
        return found or self._search(look, instants, middle + 1, high)


class _Parts:
    """The touches that count, of the case that was asked for last."""

    def __init__(self, rules: Engagement) -> None:
        self.rules = rules
        self._last: tuple[Case, datetime] | None = None
        self._parts: list[Worth] = []

    def of(self, case: Case, start: datetime) -> list[Worth]:
        last = self._last
        if last is None or last[0] is not case or last[1] != start:
            self._last, self._parts = (case, start), worths(case, self.rules, start)
        return self._parts


class _Look:
    """A case during one stretch, and what follows from it, worked out when it is asked for."""

    __slots__ = ("case", "screen", "start")

    def __init__(self, screen: Screen, case: Case, start: datetime) -> None:
        self.screen, self.case, self.start = screen, case, start

    def fact(self, name: str) -> Value:
        """A fact that does not change by waiting."""
        case, agreement = self.case, self.screen.agreement
        if name in case.facts:
            return case.facts[name]
        if name == "touches":
            return sum(touch.at <= self.start for touch in case.touches)
        if name == "hand_raise_at":
            return hand_raise_at(case.touches, agreement.hand_raise, self.start)
        if name in _FITS and (found := self.fitness()) is not None:
            told: dict[str, Value] = {
                "fit": found.score,
                "completeness": found.completeness,
                "grade_letter": found.effective,
            }
            return told[name]
        return None

    def fitness(self) -> FitScore | None:
        screen, case = self.screen, self.case
        if screen.agreement.fit is None:
            return None
        # some facts at a time: a lead's score is the same until one of them changes
        key = tuple(case.facts.get(name) for name in screen.fit_fields)
        known = screen.fits.get(key)
        if known is None or screen.fit_turns:
            known = fit(screen.agreement.fit, case.facts, screen.types, self.start, case.zone)
            if len(screen.fits) >= _ENOUGH:
                screen.fits.clear()
            screen.fits[key] = known
        return known

    def score(self, first: datetime, last: datetime, *, since: bool = False) -> Range:
        parts = self.screen.parts.of(self.case, self.start)
        if since:
            parts = [one for one in parts if one.at > self.case.opened]
        return score_range(parts, self.screen.parts.rules, first, last)

    def values(self, name: str, first: datetime, last: datetime) -> Iterable[Value]:
        """All values that a fact may have from one instant to another, and perhaps more."""
        if name == "buying_stage":
            return self._stages(first, last)
        digits = self._digits(first, last)
        if name == "engagement_digit":
            return digits
        return self._ratings(digits, first) if name == "rating" else self._grades(digits)

    def _stages(self, first: datetime, last: datetime) -> set[str | None]:
        rules, touches = self.screen.agreement.scoring, self.case.touches
        ends = (touch.at + STAGE_WINDOW for touch in touches)
        turns = [first, last, *(end for end in ends if first < end < last)]
        return {buying_stage(touches, rules, at) for at in turns}

    def _digits(self, first: datetime, last: datetime) -> list[int]:
        low, high = self.score(first, last)
        bands = self.screen.agreement.grid.digits
        floors = [0.0 if least is None else float(least) for _, least in bands]
        ceilings = [101.0, *floors]
        return [
            digit
            for (digit, _), floor, ceiling in zip(bands, floors, ceilings, strict=False)
            if low < ceiling and high >= floor
        ]

    def _ratings(self, digits: list[int], first: datetime) -> set[str]:
        agreement, fitness = self.screen.agreement, self.fitness()
        letter = fitness.effective if fitness else NO_FIT_LETTER
        worst = agreement.fit.letters[-1][0] if agreement.fit else ""
        live = [raised for _, raised in signals(self.case.touches, agreement.scoring, first)]
        line = dict(
            zip((n for n, _ in agreement.grid.digits), agreement.grid.ratings[letter], strict=True)
        )
        plain = {str(line[digit]) for digit in digits}
        most = {rating(one, live, letter, worst) for one in plain}
        # a signal may end within the stretch: all between the two are possible
        low = min(map(RATINGS.index, plain), default=0)
        high = max(map(RATINGS.index, most), default=0)
        return set(RATINGS[low : high + 1])

    def _grades(self, digits: list[int]) -> list[str]:
        found = self.fitness()
        if found is None:
            return [str(digit) for digit in digits]
        mark = "?" if found.unknown else ""
        return [f"{found.letter}{mark}{digit}" for digit in digits]


Results = Callable[[_Look, datetime, datetime], Iterable[bool | None]]


class _Group:
    """A group of criteria: whether it may, or surely does, come out as wanted."""

    def __init__(self, group: Group, of: list[_Group | _Leaf]) -> None:
        # what costs nothing to ask comes first, and mostly decides
        self.of = sorted(of, key=lambda child: child.dear)
        self.dear: bool = any(child.dear for child in of)
        self.turned = group.op == "none"
        self.yes = {"any": 1, "at_least": group.k}.get(group.op, len(of))

    def may(
        self,
        look: _Look,
        first: datetime,
        last: datetime,
        *,
        wanted: bool,
        sure: bool = False,
    ) -> bool:
        """At least `yes` children are true, or so many false that `yes` cannot be."""
        needed = self.yes if wanted else len(self.of) - self.yes + 1
        left = len(self.of)
        for child in self.of:
            left -= 1
            if child.may(look, first, last, wanted=wanted is not self.turned, sure=sure):
                needed -= 1
            if needed <= 0:
                return True
            if needed > left:
                return False
        return False


class _Leaf:
    """A criterion: whether it may, or surely does, hold from one instant to another."""

    def __init__(self, leaf: Leaf, screen: Screen) -> None:
        self.leaf, self.screen = leaf, screen
        self.known: dict[Hashable, bool | None] = {}
        self.bar = None if isinstance(leaf.value, bool) else to_number(leaf.value)
        self.results = self._how()
        self.dear: bool = self.results is not None

    def _how(self) -> Results | None:
        """How to tell the possible results; `None` where waiting changes nothing."""
        leaf, screen = self.leaf, self.screen
        steady = leaf.op in ("is_set", "is_missing")
        if leaf.op in AGES:
            return self._ages
        if leaf.op == "count_ge":
            return self._counts
        if leaf.field in _SCORES:
            return self._scores
        if leaf.field in ("rating", "grade") and screen.fit_turns:
            return _anything
        if leaf.field in ("buying_stage", "engagement_digit", "rating", "grade"):
            return self._values
        if leaf.field == "signals" or (leaf.field in _FITS and screen.fit_turns):
            return _anything
        if screen.types.get(leaf.field) == "money" and screen.exchange.rates and not steady:
            return _anything
        return None

    def may(
        self,
        look: _Look,
        first: datetime,
        last: datetime,
        *,
        wanted: bool,
        sure: bool = False,
    ) -> bool:
        if self.results is None:
            return self._of(look.fact(self.leaf.field), look) is wanted
        quantity = all if sure else any
        return quantity(result is wanted for result in self.results(look, first, last))

    def _values(self, look: _Look, first: datetime, last: datetime) -> Iterator[bool | None]:
        for value in look.values(self.leaf.field, first, last):
            yield self._of(value, look)

    def _scores(self, look: _Look, first: datetime, last: datetime) -> Iterator[bool | None]:
        low, high = look.score(first, last, since=self.leaf.field == "engagement_since")
        if self.bar is None or self.leaf.op not in _RISES | _FALLS:
            yield from _anything(look, first, last)
            return
        bar = float(self.bar)
        reaches, misses = high >= bar, low <= bar
        rises = self.leaf.op in _RISES
        if reaches:
            yield rises
        if misses:
            yield not rises

    def _ages(self, look: _Look, first: datetime, last: datetime) -> Iterator[bool | None]:
        value = look.fact(self.leaf.field)
        moment = to_instant(value, look.case.zone)
        turns = [first, last] if first != last else [first]
        if moment is not None and first < moment < last:
            turns.append(moment)
        for at in turns:
            yield self._judged(value, look, at)

    def _counts(self, look: _Look, first: datetime, last: datetime) -> Iterator[bool | None]:
        # without events a count only falls: its results are those of the two ends
        yield self._judged(None, look, first)
        yield self._judged(None, look, last)

    def _of(self, value: Value, look: _Look) -> bool | None:
        if self.leaf.op in ("is_set", "is_missing"):
            return is_missing(value) is (self.leaf.op == "is_missing")
        key = (type(value), value)
        if key not in self.known:
            if len(self.known) >= _ENOUGH:
                self.known.clear()
            self.known[key] = self._judged(value, look, look.start)
        return self.known[key]

    def _judged(self, value: Value, look: _Look, at: datetime) -> bool | None:
        return evaluate(
            self.leaf,
            {self.leaf.field: value},
            self.screen.types,
            at,
            look.case.zone,
            touches=look.case.touches,
            exchange=self.screen.exchange,
        ).result


def _anything(look: _Look, first: datetime, last: datetime) -> Iterator[bool | None]:
    yield True
    yield False


def _compiled(criteria: Group | Leaf, screen: Screen) -> _Group | _Leaf:
    if isinstance(criteria, Leaf):
        return _Leaf(criteria, screen)
    return _Group(criteria, [_compiled(child, screen) for child in criteria.of])
