"""A connector that is begun works at once, in a package of its own and in a checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from crmbridge.errors import ConfigError
from crmbridge.testing.begun import CHANGED, LIKE, begin, in_package, in_tree
from crmbridge.testing.prove import account_of
from tests.stages.line import Line
from tests.stages.places import ROOT

pytestmark = pytest.mark.slow


def in_shell(at: Path, *words: str, more: str = "") -> str:
    """Run a command of Python in a folder; return what it says, or fail with it."""
    paths = os.pathsep.join(filter(None, (str(at), more, str(ROOT))))
    done = subprocess.run(
        [sys.executable, *words],
        cwd=at,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    return done.stdout + done.stderr


@pytest.mark.parametrize("like", LIKE)
def test_a_package_keeps_the_contract_as_it_is(like: str, tmp_path: Path) -> None:
    made = begin(in_package("acme_crm", tmp_path), like)
    home = tmp_path / "crmbridge-acme-crm"
    assert home / "pyproject.toml" in made
    said = in_shell(home, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert " passed" in said
    in_shell(home, "-m", "ruff", "check", "--isolated", "--select", "E,F", "--line-length", "100")
    entry = tomllib.loads((home / "pyproject.toml").read_text())["project"]["entry-points"]
    assert entry["crmbridge.connectors"] == {"acme_crm": "crmbridge_acme_crm:CONNECTOR"}
    assert "xample" not in "".join(
        path.read_text().replace("example.com", "") for path in made if path.suffix != ".md"
    )


def test_in_a_checkout_nothing_else_has_to_change(tmp_path: Path) -> None:
    """The whole of the project's checks of connectors, in a copy of it; what has most code."""
    root = tmp_path / "checkout"
    leave = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "node_modules")
    shutil.copytree(ROOT, root, ignore=leave)
    begin(in_tree("acme_crm", root), "rest")
    assert "OK" in in_shell(root, "-m", "crmbridge", "connector", "check", "tables")
    in_shell(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/acme_crm", "-k", "row")
    in_shell(root, "-m", "ruff", "check", "connectors/acme_crm", "tests/acme_crm")
    in_shell(root, "-m", "ruff", "format", "--check", "connectors/acme_crm", "tests/acme_crm")
    in_shell(root, "-m", "mypy", "connectors/acme_crm")
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    in_shell(root, "-c", code)


@pytest.mark.parametrize("like", LIKE)
def test_what_is_begun_declares_all_but_on_what_it_was_tried(like: str) -> None:
    from importlib import import_module

    from crmbridge.report.connector.checked import checked

    found = import_module(f"crmbridge.testing.scaffold.{like}").CONNECTOR
    faults = [fault for one in checked(found) for fault in one.faults]
    assert len(faults) == 1
    assert "Info.proved" in faults[0]


@pytest.mark.parametrize("like", LIKE)
def test_the_files_to_change_are_there_and_named(like: str, bare: Line) -> None:
    out = bare.home / "new"
    said = bare.ok("connector", "new", "acme", "--like", like, "--out", str(out)).out
    (told,) = [line for line in said.splitlines() if line.startswith("  change ")]
    for name in CHANGED[like]:
        assert name in told
        assert (out / "crmbridge-acme" / "crmbridge_acme" / name).is_file()


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    begin(in_package("acme", tmp_path), "manifest")
    with pytest.raises(ConfigError, match="is there already"):
        begin(in_package("acme", tmp_path), "rpc")


@pytest.mark.parametrize("name", ["", "Acme", "1a", "a-b", "../x", "a b", "a" * 41])
def test_a_name_that_is_none_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no name"):
        in_package(name, tmp_path)


def test_a_name_that_is_taken_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is a connector 'tables' already"):
        in_package("tables", tmp_path)
    with pytest.raises(ConfigError, match="has no folder connectors"):
        in_tree("acme", tmp_path)


def test_the_command_says_what_to_do_next(bare: Line) -> None:
    out = str(bare.home / "new")
    said = bare.ok("connector", "new", "acme", "--like", "manifest", "--out", out).out
    assert "crmbridge connector prove acme" in said
    assert (
        "there is nothing to begin with"
        in bare.run("connector", "new", "other", "--like", "graphql", "--out", out).err
    )
    assert 'connector = "tables"' in bare.run("connector", "new", "db", "--like", "sql").err


def test_an_account_stands_beside_its_connector() -> None:
    with pytest.raises(ConfigError, match=r"connectors\.tables\.account"):
        account_of("tables")
