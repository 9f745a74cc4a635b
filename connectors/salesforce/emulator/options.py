"""The options of the emulated org: what `POST config` may set, with defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.testing.emulator import Refusal

DEFAULTS: dict[str, Any] = {
    # the account
    "daily_limit": 115_000,
    "session_seconds": 7_200,
    "login_limit": 3_600,
    "client_id": "",
    "client_secret": "",
    "jwt_public_key": "",
    "jwt_audience": "",
    "instance_url": "",
    "refuse_login": "",
    "revoke_tokens": False,
    "oldest_version": 31,
    "newest_version": 68,
    # time
    "date_skew": 0,
    "commit_delay": 0,
    "api_commit_delay": 0,
    # pages
    "page_shrink": 0.0,
    "expire_locators": False,
    # schema
    "currency": "USD",
    "sandbox": True,
    "multicurrency": False,
    "campaign_influence": False,
    "hidden_fields": {},
    "readonly_fields": {},
    "tracked_fields": {"Lead": ["Status", "OwnerId"]},
    "convert_mapping": {},
    # automation
    "validation_rules": [],
    "duplicate_rules": [],
    "assignment_rules": [],
    "triggers": [],
    "row_faults": [],
}
"""Every option with its default; the README of this folder says what each does."""

_NAMES_BY_OBJECT = ("hidden_fields", "readonly_fields", "tracked_fields", "convert_mapping")
_RULE_KEYS: dict[str, frozenset[str]] = {
    "validation_rules": frozenset({"object", "when", "message", "field", "code"}),
    "duplicate_rules": frozenset({"object", "match", "against", "action", "on", "name"}),
    "assignment_rules": frozenset({"object", "id", "name", "active", "owners"}),
    "triggers": frozenset({"object", "field", "transform", "value"}),
    "row_faults": frozenset(
        {"object", "operation", "ids", "where", "probability", "times", "code", "message"}
    ),
}


def changed(options: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Return options with a change. Raises `Refusal` for an unknown name or a wrong sort."""
    for name, value in change.items():
        if name not in DEFAULTS:
            raise Refusal(f"no option {name!r}; there are {', '.join(DEFAULTS)}")
        _check_sort(name, value)
        for rule in value if name in _RULE_KEYS else ():
            _check_rule(name, rule)
    return {**options, **change}


def _check_sort(name: str, value: Any) -> None:
    like = DEFAULTS[name]
    if name in ("commit_delay", "api_commit_delay") and isinstance(value, list):
        good = len(value) == 2
    elif isinstance(like, bool):
        good = isinstance(value, bool)
    elif isinstance(like, (int, float)):
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
    else:
        good = isinstance(value, type(like))
    if not good:
        raise Refusal(f"option {name!r} wants something like {like!r}, not {value!r}")


def _check_rule(name: str, rule: Any) -> None:
    unknown = set(rule) - _RULE_KEYS[name] if isinstance(rule, Mapping) else {"(no object)"}
    if unknown or "object" not in rule:
        known = ", ".join(sorted(_RULE_KEYS[name]))
        raise Refusal(f"a rule of {name} needs object and takes {known}; not {sorted(unknown)}")
