"""A fresh ledger in a folder of the test."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crmbridge.model.event import Content, Event, Kind
from tests.stages.ledgers import url_of

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_of(tmp_path / "ledger.db")


@pytest.fixture
def entry() -> Callable[..., Event]:
    def make(key: str, lead: str = "", **data: Any) -> Event:
        return Event(
            kind=Kind.OBSERVED,
            at=NOW,
            recorded_at=NOW,
            key=key,
            lead=lead,
            source=key,  # as the key itself is not read back
            content=Content.stored("changed", data),
        )

    return make
