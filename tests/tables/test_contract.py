"""Tables keep the contract: by a stamp, by comparison, and in a folder of files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.testing.contract import Account, ConnectorContract
from tests.tables.accounts import DatabaseAccount, FolderAccount, UnstampedAccount


class TestDatabase(ConnectorContract):
    """A table with a stamp, in SQLite."""

    @pytest.fixture
    def account(self, tmp_path: Path) -> Iterator[Account]:
        account = DatabaseAccount(tmp_path)
        yield account
        account.close()


class TestDatabaseWithoutStamps(ConnectorContract):
    """A table without one, which is compared with what it was."""

    @pytest.fixture
    def account(self, tmp_path: Path) -> Iterator[Account]:
        account = UnstampedAccount(tmp_path)
        yield account
        account.close()


class TestFolder(ConnectorContract):
    """A CSV file."""

    @pytest.fixture
    def account(self, tmp_path: Path) -> Iterator[Account]:
        account = FolderAccount(tmp_path)
        yield account
        account.close()
