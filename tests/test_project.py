"""The project's own files: their sizes, what they may not hold, and that the scripts are sound."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.stages.places import ROOT

SKIPPED = {"__pycache__", "examples"}
PACKAGES = ("crmbridge", "connectors")

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
MEDIAN_MODULE = 120
MEDIAN_FUNCTION = 8

# written in parts, so that this file does not hold what it looks for
REGISTRIES = tuple(".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org")))
PATCHES = re.compile(r"\bmock\." + r"patch|\bMagic" + r"Mock\b|monkeypatch\." + r"setattr\(")
UNDONE = re.compile(r"#.*\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|\bNotImplemented" + r"Error\b")


def tracked() -> list[Path]:
    """Every file of the project: those that git knows, or all of a copy without git."""
    if not (ROOT / ".git").exists():
        return [one for one in ROOT.rglob("*") if one.is_file() and ".venv" not in one.parts]
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True, timeout=60
    )
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def modules(*folders: str) -> list[Path]:
    """The Python files of some folders, generated ones left out."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in found if not SKIPPED & set(path.parts)]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Yield every function of a module and its length in lines, its docstring apart."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            last = node.end_lineno or node.lineno
            yield node.name, last - body[0].lineno + 1 if body else 1


def texts() -> Iterator[tuple[str, str]]:
    """Yield the tracked files that are text."""
    for path in tracked():
        try:
            yield named(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_too_long() -> None:
    long = {named(path): length(path) for path in modules(*PACKAGES)}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_too_long() -> None:
    long = [
        f"{named(path)}: {name} has {lines} lines"
        for path in modules(*PACKAGES)
        for name, lines in functions(path)
        if lines > LONGEST_FUNCTION
    ]
    assert long == []


def test_modules_and_functions_are_short_as_a_rule() -> None:
    paths = modules(*PACKAGES)
    lengths = [lines for path in paths for _, lines in functions(path)]
    assert median(length(path) for path in paths) <= MEDIAN_MODULE
    assert median(lengths) <= MEDIAN_FUNCTION


@pytest.mark.parametrize("folders", [PACKAGES, ("tests", "benchmarks")], ids=["code", "tests"])
def test_every_module_says_first_what_it_is_for(folders: tuple[str, ...]) -> None:
    silent = [
        named(path)
        for path in modules(*folders)
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_test_patches_code() -> None:
    found = [named(path) for path in modules("tests") if PATCHES.search(path.read_text("utf-8"))]
    assert found == []


def test_no_work_is_left_for_later() -> None:
    paths = modules(*PACKAGES)
    assert [named(path) for path in paths if UNDONE.search(path.read_text("utf-8"))] == []


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    homes = re.compile(r"(?<![\w.])/(home|Users|work/main|work/shared|opt/wheels|opt/pypi)/?\b")
    here = str(ROOT) + os.sep
    found = [
        name
        for name, text in texts()
        if name != "tests/test_project.py"
        and (any(host in text for host in REGISTRIES) or here in text or homes.search(text))
    ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_a_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    loose = [line[:40] for line in lines if "==" not in line or "--hash=sha256:" not in line]
    assert lines
    assert loose == []
    assert not re.search(r"https?://|file:|^-", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_of_pyproject_is_pinned(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["hubspot"], *extras["salesforce"]]
    if "dev" in name:
        wanted += [line for line in extras["dev"] if not line.startswith("crmbridge")]
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / name).read_text("utf-8"), re.MULTILINE))
    names = {re.split(r"[\[<>=~!; ]", line, maxsplit=1)[0].lower() for line in wanted}
    assert sorted(names - pinned) == []


def test_both_requirement_files_pin_the_same_versions() -> None:
    pin = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
    run = dict(pin.findall((ROOT / "requirements.txt").read_text("utf-8")))
    dev = dict(pin.findall((ROOT / "requirements-dev.txt").read_text("utf-8")))
    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


@pytest.mark.parametrize("name", ["test", "check", "demo", "lock"])
def test_a_script_can_be_run_and_is_sound_shell(name: str) -> None:
    script = ROOT / "scripts" / name
    parsed = subprocess.run(["bash", "-n", str(script)], capture_output=True, timeout=30)
    assert os.access(script, os.X_OK)
    assert parsed.returncode == 0, parsed.stderr


def test_scripts_make_their_environment_from_the_pins_alone() -> None:
    text = (ROOT / "scripts" / "lib" / "env.sh").read_text(encoding="utf-8")
    assert "--require-hashes" in text
    assert "--no-build-isolation" in text


def test_a_script_says_what_is_missing_when_there_is_no_new_python(tmp_path: Path) -> None:
    told = subprocess.run(
        [str(ROOT / "scripts" / "check")],
        env={
            "PATH": os.environ["PATH"],
            "CRMBRIDGE_PYTHON": "/bin/false",
            "CRMBRIDGE_VENV": str(tmp_path / "an environment"),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 1
    assert "CRMBRIDGE_PYTHON=/bin/false is no Python 3.11 or newer" in told.stderr
