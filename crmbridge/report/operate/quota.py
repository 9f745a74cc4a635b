"""How much of each vendor's quota is used; known without any credential."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from crmbridge.company import Company
from crmbridge.registry import connector
from crmbridge.store import LedgerBudgets


def quota(company: Company) -> list[dict[str, Any]]:
    """Return each budget of the systems in JSON's types, as `store.budgets.Usage` has them.

    `app` is the side. Times are seconds since 1970 by the real clock; `used` is `None` for
    budgets that only pace.
    """
    found: list[dict[str, Any]] = []
    for side, spec in company.mapping.systems():
        limits = [
            replace(one, calls=spec.limits.get(one.name, one.calls))
            for one in connector(spec.connector).info.limits.budgets
        ]
        budgets = LedgerBudgets(company.ledger, company.name, side, limits)
        found += [asdict(one) for one in budgets.usage()]
    return found
