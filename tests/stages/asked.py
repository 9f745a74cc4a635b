"""What a company asks of its ledger: statements, counted by their text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from crmbridge.company import Company

SEVERAL = re.compile(r"\((\?(, )?)+\)")


@contextmanager
def counted(company: Company) -> Iterator[Counter[str]]:
    """Statements on the ledger while the block runs, by their first words."""
    found: Counter[str] = Counter()

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        found[SEVERAL.sub("(…)", " ".join(statement.split()))[:300]] += 1

    engines = (company.ledger._writer, company.ledger._reader)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
