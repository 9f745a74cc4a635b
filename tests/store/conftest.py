"""A fresh ledger in a folder of the test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crmbridge.model.event import Content, Event, Kind
from crmbridge.store.ledger import Ledger

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = Ledger.open(url, "acme")
    yield opened
    opened.close()


@pytest.fixture
def entry() -> Callable[..., Event]:
    def make(key: str, lead: str = "", **data: Any) -> Event:
        return Event(
            kind=Kind.OBSERVED,
            at=NOW,
            recorded_at=NOW,
            key=key,
            lead=lead,
            source="marketing:contacts:1",
            content=Content.stored("changed", data),
        )

    return make
