"""The options of a Salesforce system in `mapping.toml`, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crmbridge.kit.options import CALLS, Number, OneOf, Table, Text, applied, option, parsed
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
_LIMITS = Table({"daily": CALLS, "timeout": Number(least=0, most=600, whole=False, above=True)})


def _applied(own: Mapping[str, float]) -> Limits:
    return applied(LIMITS, own, own.get("timeout", LIMITS.timeout))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a company can set; the least look back is from salesforce.md 11.3."""

    version: str = option(Text(), VERSION, about="the version of the API")
    key_field: str = option(
        Text(pattern=soql.NAME, what="the API name of an external id field"),
        "CrmBridge_Id__c",
        about="the external id field that holds our key; set by the mapping's `key`",
    )
    lookback_seconds: int = option(
        Number(least=600, most=604_800),
        900,
        about="how far each read looks back; a change can stay invisible for 600 seconds",
    )
    limits: Limits = option(
        _LIMITS, {}, _applied, about="the org's calls a day, and the deadline of one call"
    )
    duplicates: str = option(
        OneOf(("refuse", "allow")),
        "refuse",
        about="`allow` saves in spite of duplicate rules whose action is Alert",
    )
    page_size: int = option(
        Number(least=200, most=PAGE), PAGE, about="rows a page; Salesforce takes it as a wish"
    )

    @property
    def lookback(self) -> timedelta:
        """How far each read looks back."""
        return timedelta(seconds=self.lookback_seconds)

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of a write; without the first, rules reassign leads (pitfall 1)."""
        allow = "true" if self.duplicates == "allow" else "false"
        return {
            "Sforce-Auto-Assign": "FALSE",
            "Sforce-Mru": "updateMru=false",
            "Sforce-Call-Options": "client=crmbridge",
            "Sforce-Duplicate-Rule-Header": f"allowSave={allow}",
        }


def parse_options(config: Mapping[str, Any]) -> Options:
    """Check the options; raises `ConfigError` that names the wrong one and what it may be."""
    return parsed(Options, "Salesforce", config)
