"""Checks a connector's part of a company's config against what its options are declared to be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol, TypeVar

from crmbridge.errors import ConfigError
from crmbridge.model.limits import AtOnce, Limits
from crmbridge.model.nearest import meant
from crmbridge.model.offer import Option

_RULE, _TOLD = "rule", "told"
_NOTHING = object()
"""A value that no rule takes."""
_NO_RULE = re.compile(r".+", re.DOTALL)
DECLARED = "the company's config"
"""The source of a quota that a company set itself."""


class Rule(Protocol):
    """What an option may hold."""

    def wants(self, value: object) -> str:
        """Return what the option wants instead of a value, as the end of "give …"; else nothing."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number in bounds, both included; `whole` refuses a fraction, `above` the least itself."""

    least: float
    most: float
    whole: bool = True
    above: bool = False

    def wants(self, value: object) -> str:
        """Return what is wanted instead; see `Rule`."""
        kinds = int if self.whole else (int, float)
        if not isinstance(value, bool) and isinstance(value, kinds):
            low = value > self.least if self.above else value >= self.least
            if low and value <= self.most:
                return ""
        what = "a whole number" if self.whole else "a number"
        bounds = f"above {self.least:g}, up to" if self.above else f"{self.least:.0f} to"
        return f"{what}, {bounds} {self.most:.0f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that a pattern takes whole; `what` describes it."""

    pattern: re.Pattern[str] = _NO_RULE
    what: str = "a text that is not empty"

    def wants(self, value: object) -> str:
        """Return what is wanted instead; see `Rule`."""
        return "" if isinstance(value, str) and self.pattern.fullmatch(value) else self.what


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some values."""

    values: Sequence[str | bool | int]

    def wants(self, value: object) -> str:
        """Return what is wanted instead; see `Rule`."""
        if any(value == one and type(value) is type(one) for one in self.values):
            return ""
        return " or ".join(str(one).lower() for one in self.values)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of some named values, each with its rule; none of them has to be there."""

    rules: Mapping[str, Rule]

    def wants(self, value: object) -> str:
        """Return what is wanted instead; see `Rule`."""
        if not isinstance(value, Mapping) or set(value) - set(self.rules):
            return f"a table with {', '.join(self.rules)} and nothing else"
        told = ((name, self.rules[name].wants(each)) for name, each in value.items())
        return next((f"{name} {what}" for name, what in told if what), "")


SWITCH = OneOf((True, False))
CALLS = Number(least=1, most=1_000_000_000)
AT_ONCE = "at_once"
"""What the calls that are on their way at a time are called among the quotas of a company."""
PRIORITY = OneOf((0, 1, 2, 3))


def _itself(value: Any) -> Any:
    return value


def option(
    rule: Rule, default: Any, made: Callable[[Any], Any] = _itself, *, about: str = ""
) -> Any:
    """Declare an option of a dataclass: its rule, and its value where a company sets none.

    `made` makes of a value that the rule takes what the dataclass holds. `about` is said on the
    connector's page.
    """
    told = {_RULE: (rule, made), _TOLD: (default, about)}
    return field(default_factory=lambda: made(default), metadata=told)


def listed(shape: type[Any]) -> tuple[Option, ...]:
    """Return the options of a dataclass for `Info.options`, in order."""
    return tuple(
        Option(
            name=one.name,
            takes=one.metadata[_RULE][0].wants(_NOTHING),
            default=_spelled(one.metadata[_TOLD][0]),
            about=one.metadata[_TOLD][1],
        )
        for one in fields(shape)
    )


def _spelled(value: Any) -> str:
    """A value as TOML has it; empty for a table that sets nothing."""
    return json.dumps(value) if value not in ({}, None) else ""


Options = TypeVar("Options")


def parsed(shape: type[Options], vendor: str, config: Mapping[str, Any]) -> Options:
    """Return options from config; raises `ConfigError` that says what is wrong and what may be."""
    rules = {one.name: one.metadata[_RULE] for one in fields(shape)}  # type: ignore[arg-type]
    if strange := sorted(set(config) - set(rules)):
        hint = meant(strange[0], rules, f"it has {', '.join(rules)}")
        raise ConfigError(f"{vendor} has no option {strange[0]!r}; {hint}")
    values = {}
    for name, value in config.items():
        rule, made = rules[name]
        if wanted := rule.wants(value):
            raise ConfigError(f"{vendor} option {name!r}: give {wanted}")
        values[name] = made(value)
    return shape(**values)


def applied(limits: Limits, calls: Mapping[str, float], timeout: float) -> Limits:
    """Return a connector's limits with the company's own calls by budget, and its deadline.

    `calls` may also say how many go `at_once`, where the connector knows of such a limit.
    """
    budgets = tuple(
        replace(one, calls=int(calls[one.name]), source=DECLARED) if one.name in calls else one
        for one in limits.budgets
    )
    at_once = limits.at_once
    if at_once is not None and AT_ONCE in calls:
        at_once = AtOnce(int(calls[AT_ONCE]), DECLARED)
    return replace(limits, budgets=budgets, timeout=float(timeout), at_once=at_once)
