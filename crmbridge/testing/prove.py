"""Runs the contract of connectors for one of them, and says what its vendor does not tell."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module, util
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from crmbridge.errors import ConfigError
from crmbridge.registry import package_of

_RAN = (0, 1)
"""pytest's exit codes where tests ran: all passed, some failed."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What became of the contract's tests. `failed` are their names, `untold` the reasons for
    which tests were left out, with how many; `broken` says that pytest itself could not run."""

    passed: int = 0
    failed: tuple[str, ...] = ()
    untold: Mapping[str, int] = field(default_factory=dict)
    broken: bool = False

    @property
    def holds(self) -> bool:
        """Whether all that could be tried passed, and anything could."""
        return not self.failed and not self.broken and self.passed > 0


class Opener(NamedTuple):
    """What opens an account: its module, and its name in there."""

    module: str
    opener: str


def account_of(name: str, given: str = "", usual: str = "opened") -> Opener:
    """Return what opens an account: given as `module:name`, else the usual one of the module
    `account` beside the connector.

    Raises:
        ConfigError: there is no such thing.
    """
    module, _, opener = (given or f"{package_of(name)}.account").partition(":")
    opener = opener or usual
    try:
        found = getattr(import_module(module), opener, None)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        found = None
    if found is None:
        raise ConfigError(
            f"there is no {opener} in a module {module}: write a context manager there "
            "that gives a crmbridge.testing.contract.Account, and name it by --account MODULE:NAME"
        )
    return Opener(module, opener)


def prove(
    module: str, opener: str, words: str = "", *, verbose: bool = False, first: bool = False
) -> Proof:
    """Run the contract on an account, in a process of its own, whose output is seen.

    `words` choose tests as pytest's -k does; `verbose` names each test as it ends, and `first`
    stops at the first that fails.

    Raises:
        ConfigError: pytest is not installed.
    """
    module_text = _MODULE.format(module=module, name=opener)
    return run(module_text, words, verbose=verbose, first=first)


def run(text: str, words: str = "", *, verbose: bool = False, first: bool = False) -> Proof:
    """Run a module of tests, given as its text, as `prove` runs the contract."""
    if util.find_spec("pytest") is None:
        raise ConfigError("the contract is run by pytest, which is not here: pip install pytest")
    with tempfile.TemporaryDirectory() as folder:
        path, report = Path(folder) / "test_contract.py", Path(folder) / "report.xml"
        path.write_text(text, encoding="utf-8")
        args = [str(path), "-q", "--rootdir", folder, "-p", "no:cacheprovider", "-p", "no:xdist"]
        chosen = ["-k", words] if words else []
        chosen += ["-vv"] * verbose + ["-x"] * first
        command = [sys.executable, "-m", "pytest", *args, f"--junitxml={report}", *chosen]
        code = subprocess.run(command, check=False).returncode  # noqa: S603 - our own command
        cases = list(ElementTree.parse(report).iter("testcase")) if report.is_file() else []  # noqa: S314 - our own file
    return _proof(cases, broken=code not in _RAN)


def _proof(cases: Sequence[Element], *, broken: bool) -> Proof:
    failed, untold = [], Counter[str]()
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(case.get("name", ""))
        elif (skipped := case.find("skipped")) is not None:
            untold[skipped.get("message", "")] += 1
    passed = len(cases) - len(set(failed)) - untold.total()
    return Proof(passed=passed, failed=tuple(failed), untold=untold, broken=broken)
