"""A day's quota that is near its end: told once, and once when there is room again."""

from __future__ import annotations

from datetime import UTC, datetime

from crmbridge.daemon.desk import Desk
from crmbridge.errors import LedgerError
from crmbridge.store.budgets import Usage

NEAR = 0.9
"""A quota is near its end when so much of the company's share is used."""
WAY = "quota"


def watch(desk: Desk) -> None:
    """Note which system's quota is near its end, and that it is no more."""
    budgets = desk.company.budgets
    for side, budget in budgets.items():
        try:
            short = [one for one in budget.usage() if _is_near(one)]
        except LedgerError:
            continue  # nobody can tell, so nothing is said
        about = f"{side} {WAY}"
        if short:
            desk.ill(about, WAY, "low", "Quota", "; ".join(map(_said, short)))
        else:
            desk.well(about, WAY)


def _is_near(one: Usage) -> bool:
    return one.used is not None and one.used >= NEAR * one.calls


def _said(one: Usage) -> str:
    """Without the number, which rises with each call: another text would be news each time."""
    until = ""
    if one.resets_at:
        until = f", until {datetime.fromtimestamp(one.resets_at, UTC):%Y-%m-%d %H:%M} UTC"
    return f"of {one.name} ({one.calls:,} calls) at least {NEAR:.0%} are used{until}"
