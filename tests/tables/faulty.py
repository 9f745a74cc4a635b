"""A driver between SQLAlchemy and SQLite that fails when told, with the codes of a real server."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from crmbridge.testing.contract import Fault, Trouble

CODES = {
    Trouble.UNAUTHORISED: "28P01",
    Trouble.FORBIDDEN: "42501",
    Trouble.NOT_FOUND: "42P01",
    Trouble.THROTTLED: "53300",
    Trouble.SERVER_ERROR: "XX000",
    Trouble.UNAVAILABLE: "57P03",
    Trouble.SLOW: "57014",
    Trouble.RESET: "08006",
}
"""What PostgreSQL calls each trouble, in its table of error codes."""


class ServerError(sqlite3.OperationalError):
    """An error of a server, with its code, and with a value in its words as servers have."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__("failed for Quaxolotl at p1.zyx.sentinel@example.com, s3ntinel-token")
        self.sqlstate = CODES[trouble]


@dataclass
class Rules:
    """The present rules of failure, how often each was asked, and how many statements came.

    What is asked of the catalogue about the table is not counted.
    """

    rules: Sequence[Fault] = ()
    met: dict[int, int] = field(default_factory=dict)
    statements: int = 0

    def use(self, rules: Sequence[Fault]) -> None:
        self.rules, self.met = rules, {}

    def meet(self, on: str, *, after: bool) -> None:
        for number, one in enumerate(self.rules):
            if one.on != on or one.after != after:
                continue
            met = self.met[number] = self.met.get(number, 0) + 1
            if met > one.skip and (not one.times or met <= one.skip + one.times):
                raise ServerError(one.trouble)


RULES = Rules()
"""Of all connections of this process: a test makes its own before it begins."""


class FaultyDialect(SQLiteDialect_pysqlite):
    """SQLite, with an ear for the rules: a write counts once a transaction, and none deletes."""

    driver = "faulty"
    supports_statement_cache = True
    _writes = False

    def do_execute(
        self, cursor: Any, statement: str, parameters: Any, context: Any | None = None
    ) -> None:
        assert not statement.upper().startswith(("DELETE", "DROP", "TRUNCATE", "ALTER"))
        RULES.statements += "people" in statement and "PRAGMA" not in statement
        if statement.startswith(("INSERT INTO people", "UPDATE people")) and not self._writes:
            self._writes = True
            RULES.meet("write", after=False)
        if statement.startswith("SELECT") and "FROM people" in statement and not self._writes:
            RULES.meet("read", after=False)
        super().do_execute(cursor, statement, parameters, context)

    def do_commit(self, dbapi_connection: Any) -> None:
        super().do_commit(dbapi_connection)
        writes, self._writes = self._writes, False
        if writes:
            RULES.meet("write", after=True)

    def do_rollback(self, dbapi_connection: Any) -> None:
        self._writes = False
        super().do_rollback(dbapi_connection)


registry.register("sqlite.faulty", "tests.tables.faulty", "FaultyDialect")
