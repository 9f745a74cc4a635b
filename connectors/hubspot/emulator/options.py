"""What `POST config` can change about the emulated portal, with the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.testing.emulator import Refusal

DEFAULTS: Mapping[str, Any] = {
    "portal_id": 62515,
    "account_type": "SANDBOX",
    "time_zone": "America/New_York",
    "currency": "USD",
    "rates": {},
    "tokens": {},
    "revoked": [],
    "versions_off": [],
    "index_delay": [0, 0],
    "drift": None,
    "merge_keeps_primary": False,
    "deal_raises_stage": False,
    "required": {},
    "retry_after": False,
    "shuffle": True,
    "optout_read_only": False,
    "integration_user": 8_000_001,
}
"""Each option is explained in the README beside this file."""

OTHERS = ("limits", "daily_used", "seed")


class Options:
    """The options in force, as attributes read by name."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {
            name: type(value)(value) if isinstance(value, list | dict) else value
            for name, value in DEFAULTS.items()
        }

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def change(self, options: Mapping[str, Any]) -> None:
        """Take new values; objects and lists are replaced whole. Raises `Refusal`, changes none."""
        unknown = set(options) - set(DEFAULTS)
        if unknown:
            known = ", ".join(sorted([*DEFAULTS, *OTHERS]))
            raise Refusal(f"no option {sorted(unknown)}; there are {known}")
        for name in ("index_delay", "drift"):
            _check_range(name, options.get(name))
        self.values.update(options)


def _check_range(name: str, wanted: object) -> None:
    if wanted is None:
        return
    if not isinstance(wanted, list) or len(wanted) != 2 or not 0 <= wanted[0] <= wanted[1]:
        raise Refusal(f"{name} is [shortest, longest] in world seconds, such as [0.5, 10]")
