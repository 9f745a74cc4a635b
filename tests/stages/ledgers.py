"""Where the ledgers of tests are: in files, or in PostgreSQL for a run that asks for it."""

from __future__ import annotations

from pathlib import Path

from crmbridge.store import Ledger
from tests.stages import postgres


def url_of(path: Path) -> str:
    """The URL of a test's ledger: of this file, or of a database that stands for it."""
    return postgres.databases().of(path) if postgres.wanted() else f"sqlite:///{path}"


def ledger_at(path: Path, company: str = "acme") -> Ledger:
    """Open the ledger of a test; what lies beside it is in the file's folder."""
    return Ledger.open(url_of(path), company, home=path.parent)
