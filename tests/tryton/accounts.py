"""A Tryton behind the fault proxy, for the contract."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from connectors.tryton import CONNECTOR
from crmbridge.connector import Connector
from crmbridge.model.record import Value
from crmbridge.testing.contract import Account, Fault
from crmbridge.testing.contract.account import HARD, SENTINELS
from crmbridge.testing.proxy import Proxy
from crmbridge.testing.upstream import Asked
from tests.tryton.server import BRIDGE, PASSWORD, Tryton

OBJECT = "sale.opportunity"
UNHURRIED = 10
"""A real server on a busy machine is not to be taken for a slow one: deadlines so many times
longer."""
SLOW = 9.0
"""Seconds of a slow answer; the contract's deadline is 0.6, and so 6 here."""
KINDS = {
    f"model.{OBJECT}.search_read": "read",
    f"model.{OBJECT}.create": "write",
    f"model.{OBJECT}.write": "write",
}


def kind(asked: Asked) -> str:
    """What a call carries of opportunities."""
    return KINDS.get(json.loads(asked.body or b"{}").get("method", ""), "")


class TrytonAccount(Account):
    """The opportunities of a real server."""

    obj = OBJECT
    fields: ClassVar[tuple[str, ...]] = ("name", "email", "phone", "description")
    name_field = "name"
    email_field = "email"
    many = 65
    typed: ClassVar[Mapping[str, Value]] = {
        "description": "Head of O'Brien \\ Co, “Ü”; EU",
        "comment": "Two lines:\n<b>who</b> & what",
        "amount": Decimal("1234.5"),
        "end_date": date(2026, 12, 24),
        "employee": "1",
        "phone": "+49 30 901820",
        "opted_out": True,
        "state": "opportunity",
    }
    bad: ClassVar[Mapping[str, Value]] = {"employee": "999"}
    refreshes = True
    tells_last = False
    commits_late = True
    hard: ClassVar[Mapping[str, Sequence[str]]] = {
        "name": HARD,
        "description": HARD,
        "comment": (*HARD, "two\n\nlines", "<p>a paragraph</p>"),
    }
    deal_fields: ClassVar[tuple[str, ...]] = ("amount", "currency_code", "won", "closed")
    costs: ClassVar[Mapping[str, int]] = {
        "quiet read": 1,
        "look-up": 1,
        "list": 4,  # pages of 20
        "write": 4,  # a look for the key, one for the party, the parties, the opportunities
    }

    def __init__(self, server: Tryton, proxy: Proxy) -> None:
        self.server, self.proxy = server, proxy
        self._number = 0
        server.clear()

    def credentials(self) -> Mapping[str, str]:
        return {
            "DATABASE": "crm",
            "USERNAME": BRIDGE,
            "PASSWORD": PASSWORD,
            "BASE_URL": self.proxy.url,
        }

    def connect(self, *, patience: float | None = None) -> Connector:
        limits: dict[str, Any] = (
            {} if patience is None else {"timeout_seconds": patience * UNHURRIED}
        )
        config = {"page_size": 20, "overlap_seconds": 1, "no_contact": 1, **limits}
        return CONNECTOR(self.credentials(), config)

    def build(self, credentials: Mapping[str, str]) -> Connector:
        return CONNECTOR(credentials, {})

    def seed(self, count: int) -> list[str]:
        first = self._number + 1
        self._number += count
        parties = self.server.parties(
            {
                f"p{number}.{SENTINELS[1]}@example.com": f"{SENTINELS[0]} {number}"
                for number in range(first, first + count)
            }
        )
        rows = [{"party": one} for one in parties]
        return [str(one) for one in self.server.rpc(f"model.{OBJECT}.create", rows)]

    def edit(self, record: str, name: str) -> None:
        party = self.server.opportunities("party")[record]["party"]
        self.server.rpc("model.party.party.write", [party], {"name": name})

    def delete(self, record: str) -> None:
        self.server.step("cancel", record)
        self.server.rpc(f"model.{OBJECT}.delete", [int(record)])

    def merge(self, winner: str, loser: str) -> str:
        raise LookupError("Tryton merges no opportunities")

    def settle(self) -> None:
        # the overlap of a second, and another that the Date header cuts off: on a quick machine
        # what is younger comes once more
        time.sleep(2.1)

    def late(self, meanwhile: Callable[[], str]) -> tuple[list[str], str]:
        cursor = meanwhile()
        made = self.seed(2)
        with closing(sqlite3.connect(self.server.database, timeout=10)) as db:
            for table in ("sale_opportunity", "party_party", "party_contact_mechanism"):
                db.execute(
                    f"UPDATE {table} SET create_date = datetime(create_date, '-200 seconds'),"
                    " write_date = NULL"
                )
            db.commit()
        return made, cursor

    def leaver(self) -> tuple[str, str]:
        (party,) = self.server.parties({"gone@acme.example": "Who left"})
        row = {"party": party, "company": 1}
        (gone,) = self.server.rpc("model.company.employee.create", [row])
        self.server.rpc("model.company.employee.delete", [gone])
        return "employee", str(gone)

    def fault(self, rules: Sequence[Fault]) -> None:
        self.proxy.fault(rules)

    def truth(self) -> Mapping[str, Mapping[str, object]]:
        rows = self.server.opportunities("party.name", "party.email", "state", "comment")
        return {own: {**row, **row["party."]} for own, row in rows.items()}

    def calls(self) -> int:
        return self.proxy.calls
