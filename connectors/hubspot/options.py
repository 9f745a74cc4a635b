"""The options of a HubSpot system in `mapping.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmbridge.kit.options import (
    CALLS,
    PRIORITY,
    SWITCH,
    Number,
    Table,
    Text,
    applied,
    option,
    parsed,
)
from crmbridge.model.limits import Limits

_QUOTAS = ("ten_secondly", "search_secondly", "associations", "daily")
_MONTH = 31 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a company may set.

    `version` is the API version, `2026-09` unless set, or `v3`. `key_field` is the unique
    property that holds our key. `lifecycle_backward` lets a lifecycle stage go back.
    `overlap_seconds` is how far each read reaches back, more than the search index ever lags.
    `limits` overrides quotas: `ten_secondly`, `search_secondly`, `daily`, in calls.
    `write_priority` is that of DESIGN 9. `timeout_seconds` is the deadline of one call.
    """

    version: str = option(Text(), "2026-09")
    key_field: str = option(Text(), "crmbridge_id")
    lifecycle_backward: bool = option(SWITCH, False)
    overlap_seconds: int = option(Number(least=0, most=_MONTH), 120)
    limits: Mapping[str, int] = option(Table(dict.fromkeys(_QUOTAS, CALLS)), {})
    write_priority: int = option(PRIORITY, 1)
    timeout_seconds: float = option(Number(least=0, most=_MONTH, whole=False, above=True), 60.0)

    @staticmethod
    def parse(config: Mapping[str, Any]) -> Options:
        """Return options from config; raises `ConfigError` for an unknown key or a wrong value."""
        return parsed(Options, "HubSpot", config)

    def applied(self, limits: Limits) -> Limits:
        """Return a connector's limits with these options in them."""
        return applied(limits, self.limits, self.timeout_seconds)
