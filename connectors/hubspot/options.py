"""The connector's part of a company's config, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from crmbridge.errors import ConfigError
from crmbridge.model.limits import Limits

_QUOTAS = {"ten_secondly", "search_secondly", "associations", "daily"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a company may set.

    `version` is the API version, `2026-09` unless set, or `v3`. `key_field` is the unique
    property that holds our key. `lifecycle_backward` lets a lifecycle stage go back.
    `overlap_seconds` is how far each read reaches back, more than the search index ever lags.
    `limits` overrides quotas: `ten_secondly`, `search_secondly`, `daily`, in calls.
    `write_priority` is that of DESIGN 9. `timeout_seconds` is the deadline of one call.
    """

    version: str = ""
    key_field: str = "crmbridge_id"
    lifecycle_backward: bool = False
    overlap_seconds: int = 120
    limits: Mapping[str, int] = field(default_factory=dict)
    write_priority: int = 1
    timeout_seconds: float = 60.0

    @staticmethod
    def parse(config: Mapping[str, Any]) -> Options:
        """Return options from config; raises `ConfigError` for an unknown key or a wrong value."""
        known = {each.name: each for each in fields(Options)}
        for name, value in config.items():
            if name not in known:
                raise ConfigError(f"hubspot: unknown option {name!r}; there are {sorted(known)}")
            _check(name, value)
        return Options(**config)

    def applied(self, limits: Limits) -> Limits:
        """Return a connector's limits with these options in them."""
        counts = self.limits
        budgets = tuple(
            replace(each, calls=counts[each.name], source="the company's config")
            if each.name in counts
            else each
            for each in limits.budgets
        )
        return replace(limits, budgets=budgets, timeout=float(self.timeout_seconds))


def _check(name: str, value: object) -> None:
    """Raise `ConfigError` for a value that an option does not take."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    good = {
        "version": isinstance(value, str),
        "key_field": isinstance(value, str) and value != "",
        "lifecycle_backward": isinstance(value, bool),
        "overlap_seconds": isinstance(value, int) and number and value >= 0,
        "write_priority": value in (0, 1, 2, 3) and number,
        "timeout_seconds": number and float(str(value)) > 0,
        "limits": isinstance(value, Mapping) and _are_counts(value),
    }
    if not good[name]:
        raise ConfigError(f"hubspot: option {name!r} has a value that it cannot take")


def _are_counts(value: Mapping[Any, Any]) -> bool:
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in value.values())
    if set(value) - _QUOTAS:
        raise ConfigError(f"hubspot: limits has {sorted(_QUOTAS)}, nothing else")
    return whole
