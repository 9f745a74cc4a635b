"""What a command loads when it starts: `status` calls nobody, and goes without what calls need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = (
    *("httpx", "requests", "urllib3", "jwt", "hubspot", "simple_salesforce"),
    *("alembic", "structlog", "starlette", "uvicorn", "prometheus_client"),
)
"""Packages that calls, pages, logs and migrations need."""
CODE = """
import sys
from crmbridge.cli import main
sys.argv = ["crmbridge", "status"]
try:
    main()
except SystemExit as end:
    print("CODE", end.code or 0)
print("LOADED", sorted(set({heavy!r}) & set(sys.modules)))
"""
MISSING = """
import sys
from importlib.machinery import PathFinder
from crmbridge.errors import ConfigError
from crmbridge.registry import connector

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == {library!r} else super().find_spec(name, path, target)

sys.meta_path[:] = [one for one in sys.meta_path if one is not PathFinder] + [Without]
try:
    connector({vendor!r})
except ConfigError as error:
    print("SAID", error)
"""


def _said(code: str, folder: Path) -> str:
    env = {"PATH": "", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_status_loads_nothing_that_only_calls_need(tmp_path: Path) -> None:
    init = [sys.executable, "-m", "crmbridge", "init", "acme"]
    subprocess.run(init, cwd=tmp_path, capture_output=True, check=True, timeout=120)
    _said(CODE.format(heavy=HEAVY), tmp_path)  # the first look makes the ledger
    said = _said(CODE.format(heavy=HEAVY), tmp_path)
    assert "CODE 0" in said
    assert "LOADED []" in said


def test_a_vendor_library_that_is_missing_is_named_before_a_call(tmp_path: Path) -> None:
    for vendor, library in (("salesforce", "simple_salesforce"), ("hubspot", "hubspot")):
        said = _said(MISSING.format(vendor=vendor, library=library), tmp_path)
        assert f"SAID connector '{vendor}' needs the package '{library}'" in said
        assert f"pip install 'crmbridge[{vendor}]'" in said
