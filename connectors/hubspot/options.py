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
    """What a company may set."""

    version: str = option(
        Text(), "2026-09", about="the version of the API; `v3` is the older form of all paths"
    )
    key_field: str = option(
        Text(),
        "crmbridge_id",
        about="the unique text property that holds our key; set by the mapping's `key`",
    )
    lifecycle_backward: bool = option(
        SWITCH,
        False,
        about="whether a lifecycle stage may go back: two more calls, one clears it, one sets it",
    )
    overlap_seconds: int = option(
        Number(least=0, most=_MONTH),
        120,
        about="how far each read reaches back; more than the search index ever lags",
    )
    limits: Mapping[str, int] = option(
        Table(dict.fromkeys(_QUOTAS, CALLS)), {}, about="quotas of your tier, in calls"
    )
    write_priority: int = option(PRIORITY, 1, about="the priority of writes in the quota")
    timeout_seconds: float = option(
        Number(least=0, most=_MONTH, whole=False, above=True),
        60.0,
        about="the deadline of one call",
    )

    @staticmethod
    def parse(config: Mapping[str, Any]) -> Options:
        """Return options from config; raises `ConfigError` for an unknown key or a wrong value."""
        return parsed(Options, "HubSpot", config)

    def applied(self, limits: Limits) -> Limits:
        """Return a connector's limits with these options in them."""
        return applied(limits, self.limits, self.timeout_seconds)
