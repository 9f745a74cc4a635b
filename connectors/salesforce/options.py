"""What Salesforce is, and what a company set of it, by the file beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from crmbridge.kit.declared import Declared
from crmbridge.model.limits import Limits

OFFER = Declared(__package__)


class Options(NamedTuple):
    """The options in force; `headers` go with every write."""

    version: str
    key_field: str
    lookback: timedelta
    page_size: int
    limits: Limits
    headers: Mapping[str, str]


def parse_options(config: Mapping[str, Any]) -> Options:
    """Check the options; raises `ConfigError` that names the wrong one and what it may be."""
    told = OFFER.options(config)
    allow = "true" if told["duplicates"] == "allow" else "false"
    return Options(
        version=told["version"],
        key_field=told["key_field"],
        lookback=timedelta(seconds=told["lookback_seconds"]),
        page_size=told["page_size"],
        limits=OFFER.limits(told),
        headers={
            "Sforce-Auto-Assign": "FALSE",  # else rules reassign leads (pitfall 1)
            "Sforce-Mru": "updateMru=false",
            "Sforce-Call-Options": "client=crmbridge",
            "Sforce-Duplicate-Rule-Header": f"allowSave={allow}",
        },
    )
