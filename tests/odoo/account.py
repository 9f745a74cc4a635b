"""A real Odoo behind the fault proxy, as the contract uses it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from connectors.odoo.connector import Odoo
from crmbridge.model.record import Value
from crmbridge.testing.contract import Account, Fault
from crmbridge.testing.contract.account import SENTINELS
from crmbridge.testing.proxy import Proxy
from crmbridge.testing.upstream import Upstream
from tests.odoo.calls import HARD, KEY, TEXTS, Calls, kind


class OdooAccount(Calls, Account):
    """One database, whose leads are deleted before a test.

    `aside` is a second way to the server itself, where there is one: time is real then.
    """

    obj = "crm.lead"
    fields: ClassVar[tuple[str, ...]] = ("contact_name", "email_from", "status", "is_won")
    name_field = "contact_name"
    email_field = "email_from"
    many = 65
    typed: ClassVar[Mapping[str, Value]] = {
        "x_text": HARD,
        "description": HARD,
        "x_at": datetime(2026, 3, 1, 23, 30, 15, tzinfo=UTC),
        "date_deadline": date(2026, 2, 28),
        "x_flag": True,
        "expected_revenue": Decimal("41112.9"),
        "x_rate": Decimal("12.5"),
        "x_size": 7,
        "priority": "2",
        "user_id": "2",
    }
    hard: ClassVar[Mapping[str, Sequence[str]]] = TEXTS
    deal_fields: ClassVar[tuple[str, ...]] = ("id", "expected_revenue", "is_closed", "create_date")
    costs: ClassVar[Mapping[str, int]] = {"quiet read": 1, "look-up": 1, "list": 4, "write": 2}
    bad: ClassVar[Mapping[str, Value]] = {"x_size": f"many {SENTINELS[0]}"}
    tells_last = False
    persons: ClassVar[tuple[str, ...]] = ("login", "display_name", "mobile")

    def __init__(self, upstream: Upstream, key: str, aside: Upstream | None = None) -> None:
        self.proxy = Proxy(upstream, kind=kind, swap={KEY: key})
        self._live, self._key, self._number = aside, key, 0
        self.commits_late = aside is not None
        self.provision()
        everyone = self.do("crm.lead", "search", domain=[], context={"active_test": False})
        self.do("crm.lead", "unlink", ids=everyone)

    def credentials(self) -> Mapping[str, str]:
        return {"API_KEY": KEY, "BASE_URL": self.proxy.url}

    def build(self, credentials: Mapping[str, str], **options: Any) -> Odoo:
        return Odoo(credentials, options, None)

    def connect(self, *, patience: float | None = None, **options: Any) -> Odoo:
        limits = {} if patience is None else {"limits": {"timeout": patience}}
        return self.build(self.credentials(), page_size=20, overlap_seconds=1, **limits, **options)

    def seed(self, count: int) -> list[str]:
        first = self._number
        self._number += count
        people = [
            {
                "name": f"Deal {n}",
                "contact_name": f"{SENTINELS[0]} {n}",
                "email_from": f"p{n}.{SENTINELS[1]}@example.com",
                "type": "lead",
            }
            for n in range(first, first + count)
        ]
        return [str(one) for one in self.do("crm.lead", "create", vals_list=people)]

    def edit(self, record: str, name: str) -> None:
        self.do("crm.lead", "write", ids=[int(record)], vals={"contact_name": name})

    def delete(self, record: str) -> None:
        self.do("crm.lead", "unlink", ids=[int(record)])

    def merge(self, winner: str, loser: str) -> str:
        raise LookupError("Odoo chooses the survivor itself, and tells of no merge")

    def late(self, meanwhile: Callable[[], str]) -> tuple[list[str], str]:
        assert self._live is not None
        rows = [{"name": f"Late {number}"} for number in range(400)]
        asked = self.asked("crm.lead", "create", self._key, vals_list=rows)
        with ThreadPoolExecutor(1) as pool:  # a transaction of some seconds
            made = pool.submit(self._live.ask, asked)
            time.sleep(0.3)
            told = meanwhile()
            assert not made.done()
            return [str(one) for one in json.loads(made.result().body)], told

    def settle(self) -> None:
        if self._live:  # the overlap of a second, and another that the Date header cuts off
            time.sleep(2.1)

    def fault(self, rules: Sequence[Fault]) -> None:
        self.proxy.fault(rules)

    def truth(self) -> Mapping[str, Mapping[str, object]]:
        rows = self.do(
            "crm.lead", "search_read", domain=[], fields=["contact_name", "email_from"],
            context={"active_test": False},
        )  # fmt: skip
        return {str(row["id"]): row for row in rows}

    def calls(self) -> int:
        return self.proxy.calls
