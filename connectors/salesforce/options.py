"""The options of a Salesforce system in `mapping.toml`, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from crmbridge.errors import ConfigError
from crmbridge.model.limits import Budget, Limits

from . import soql
from .bridge import VERSION
from .writes import CHUNK

PAGE = 2_000  # rows a page of a query at most. Source: salesforce.md 3, 4
LIMITS = Limits(
    read_page=PAGE,
    write_batch=CHUNK,
    budgets=(
        Budget(
            name="daily",
            calls=100_000,
            seconds=86_400,
            share=0.8,
            source="salesforce.md 6: Enterprise and Professional, without the part per licence",
        ),
    ),
)
_KNOWN = ("version", "key_field", "lookback_seconds", "limits", "duplicates", "page_size")
_DUPLICATES = ("refuse", "allow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a company can set; `headers` go with every write."""

    version: str
    key_field: str
    lookback: timedelta
    limits: Limits
    page: int
    headers: Mapping[str, str]


def parse_options(config: Mapping[str, Any]) -> Options:
    """Check the options; raises `ConfigError` that names the wrong one and what it may be.

    `lookback_seconds` is at least 600, the longest that a change can stay invisible (salesforce.md
    11.3). `limits` may set `daily` (calls) and `timeout` (seconds of one call). `page_size` is
    200 to 2,000 rows, a wish only.
    """
    if unknown := sorted(set(config) - set(_KNOWN)):
        raise ConfigError(
            f"Salesforce has no option {', '.join(unknown)}; it has {', '.join(_KNOWN)}"
        )
    key_field = str(config.get("key_field", "CrmBridge_Id__c"))
    if not soql.is_name(key_field):
        raise ConfigError("Salesforce option key_field: give the API name of an external id field")
    return Options(
        version=str(config.get("version", VERSION)),
        key_field=key_field,
        lookback=timedelta(seconds=_whole(config, "lookback_seconds", 900, 600, 604_800)),
        limits=_limits(config.get("limits", {})),
        page=_whole(config, "page_size", PAGE, 200, PAGE),
        headers=_headers(config.get("duplicates", "refuse")),
    )


def _whole(config: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = config.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ConfigError(f"Salesforce option {name}: give a whole number, {least} to {most}")
    return value


def _limits(own: object) -> Limits:
    if not isinstance(own, Mapping) or set(own) - {"daily", "timeout"}:
        raise ConfigError("Salesforce option limits: a table with `daily` or `timeout` or both")
    timeout = own.get("timeout", LIMITS.timeout)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not 0 < timeout <= 600:
        raise ConfigError("Salesforce option limits.timeout: give seconds, up to 600")
    daily = _whole(own, "daily", LIMITS.budgets[0].calls, 1, 100_000_000)
    source = "the company's own options" if "daily" in own else LIMITS.budgets[0].source
    budget = replace(LIMITS.budgets[0], calls=daily, source=source)
    return replace(LIMITS, budgets=(budget,), timeout=float(timeout))


def _headers(duplicates: object) -> Mapping[str, str]:
    """Return the headers of a write; without the first, rules reassign leads (pitfall 1)."""
    if duplicates not in _DUPLICATES:
        raise ConfigError("Salesforce option duplicates: `refuse` or `allow`")
    allow = "true" if duplicates == "allow" else "false"
    return {
        "Sforce-Auto-Assign": "FALSE",
        "Sforce-Mru": "updateMru=false",
        "Sforce-Call-Options": "client=crmbridge",
        "Sforce-Duplicate-Rule-Header": f"allowSave={allow}",
    }
