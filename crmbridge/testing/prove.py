"""Runs the contract of connectors for one of them, and says what its vendor does not tell."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from importlib import import_module, util
from pathlib import Path
from typing import Any

from crmbridge.errors import ConfigError

_MODULE = '''"""The contract for one connector; written by `crmbridge connector prove`."""

import pytest

from crmbridge.testing.contract import ConnectorContract
from {module} import {name} as opened


class TestConnector(ConnectorContract):
    @pytest.fixture
    def account(self):
        with opened() as found:
            yield found
'''


@dataclass(slots=True)
class Proof:
    """What became of the contract's tests. `failed` are their names, `untold` the reasons for
    which tests were left out, with how many; `broken` says that pytest itself could not run."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    untold: Counter[str] = field(default_factory=Counter)
    broken: bool = False

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Count one phase of one test."""
        if report.failed:
            self.failed.append(report.nodeid.rpartition("::")[2])
        elif report.skipped:
            self.untold[str(report.longrepr[2]).removeprefix("Skipped: ")] += 1
        elif report.when == "call":
            self.passed += 1

    @property
    def holds(self) -> bool:
        """Whether all that could be tried passed, and anything could."""
        return not self.failed and not self.broken and self.passed > 0


def account_of(name: str, given: str = "") -> tuple[str, str]:
    """Return module and name of what opens an account: given as `module:name`, else `opened` of
    the module `account` in the connector's package.

    Raises:
        ConfigError: there is no such thing.
    """
    module, _, opener = (given or f"connectors.{name}.account:opened").partition(":")
    try:
        found = getattr(import_module(module), opener or "opened", None)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        found = None
    if found is None:
        raise ConfigError(
            f"there is no {opener or 'opened'} in a module {module}: write a context manager there "
            "that gives a crmbridge.testing.contract.Account, and name it by --account MODULE:NAME"
        )
    return module, opener or "opened"


def prove(module: str, opener: str, words: str = "") -> Proof:
    """Run the contract on an account; `words` choose tests as pytest's -k does.

    Raises:
        ConfigError: pytest is not installed.
    """
    if util.find_spec("pytest") is None:
        raise ConfigError("the contract is run by pytest, which is not here: pip install pytest")
    import pytest

    proof = Proof()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "test_contract.py"
        path.write_text(_MODULE.format(module=module, name=opener), encoding="utf-8")
        args = [str(path), "-q", "--rootdir", folder, "-p", "no:cacheprovider", "-p", "no:xdist"]
        code = pytest.main([*args, *(["-k", words] if words else [])], plugins=[proof])
    proof.broken = code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    return proof
