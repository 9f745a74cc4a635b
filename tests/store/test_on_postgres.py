"""All that is promised of a ledger holds in PostgreSQL, too: the same tests, once more, there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stages.places import ROOT
from tests.stages.postgres import VARIABLE, wanted

pytestmark = [pytest.mark.slow, pytest.mark.of_file]

HERE = Path(__file__).parent
APART = {
    *("test_on_postgres.py", "test_postgres.py", "test_postgres_urls.py", "test_move.py"),
    *("test_postgres_lease.py", "test_types.py"),
}
"""Files that are of one database whatever the variable says, or of none."""


def test_the_tests_of_the_ledger_pass_in_postgresql() -> None:
    assert not wanted()
    files = sorted(path for path in HERE.glob("test_*.py") if path.name not in APART)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"),
            *("--tb=short", "--show-capture=no", *map(str, files)),
        ],
        env=os.environ | {VARIABLE: "postgres"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert run.returncode == 0, run.stdout[-20_000:]
