"""Begins a connector: copies one that works under another name, in a package or in the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from crmbridge.errors import ConfigError
from crmbridge.registry import names

HOME = "crmbridge.testing.scaffold"
LIKE = {
    "manifest": "a JSON API over HTTP, said by a TOML file",
    "rpc": "a JSON-RPC API, said by a TOML file",
    "rest": "a JSON API over HTTP, by a class on the kit",
}
"""Connectors to begin with, and for which kind of vendor each is."""
CHANGED = {
    "manifest": ("manifest.toml",),
    "rpc": ("manifest.toml",),
    "rest": ("declared.toml", "connector.py"),
}
"""The files of each that say what the vendor is like: those to change."""
_IMPORT = re.compile(r"from (crmbridge|connectors)[._a-z0-9]* import [^(]+$")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "crmbridge-{dashed}"
version = "0.1.0"
description = "crmbridge's connector for {title}"
requires-python = ">=3.11"
dependencies = ["crmbridge"]

[project.optional-dependencies]
dev = ["pytest"]

[project.entry-points."crmbridge.connectors"]
{name} = "{package}:CONNECTOR"

[tool.hatch.build.targets.wheel]
packages = ["{package}"]
"""
TEST = '''\
"""{title} keeps the contract of connectors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from {package}.account import opened
from crmbridge.testing.contract import Account, ConnectorContract


class Test{camel}(ConnectorContract):
    """The contract, inherited."""

    @pytest.fixture
    def account(self) -> Iterator[Account]:
        with opened() as found:
            yield found
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What a new connector is called, and where its files go."""

    name: str
    package: str
    folder: Path
    tests: Path
    loose: Mapping[Path, str]
    """Further files, by where they go."""

    @property
    def title(self) -> str:
        """What people call it, until somebody says better."""
        return self.name.replace("_", " ").title()

    @property
    def camel(self) -> str:
        """The same as a part of a class's name."""
        return self.title.replace(" ", "")


def in_package(name: str, out: Path) -> Begun:
    """A package of its own, which offers the connector by an entry point.

    Raises:
        ConfigError: the name is none, or is taken.
    """
    _must_be_free(name)
    package, home = f"crmbridge_{name}", out / f"crmbridge-{name.replace('_', '-')}"
    begun = Begun(name=name, package=package, folder=home / package, tests=home / "tests", loose={})
    return Begun(
        name=name,
        package=package,
        folder=begun.folder,
        tests=begun.tests,
        loose={home / "pyproject.toml": _filled(PYPROJECT, begun)},
    )


def in_tree(name: str, root: Path) -> Begun:
    """A folder of `connectors` in a checkout of crmbridge; no other file has to change.

    Raises:
        ConfigError: the name is none or is taken, or `root` is no checkout.
    """
    _must_be_free(name)
    if not (root / "connectors" / "__init__.py").is_file():
        raise ConfigError(f"{root} has no folder connectors: run this in a checkout of crmbridge")
    package = f"connectors.{name}"
    tests = root / "tests" / name
    return Begun(
        name=name,
        package=package,
        folder=root / "connectors" / name,
        tests=tests,
        loose={tests / "__init__.py": ""},
    )


def begin(begun: Begun, like: str) -> list[Path]:
    """Write the files of a new connector; return them. Nothing is ever overwritten.

    Raises:
        ConfigError: there is nothing like that to begin with, or a file is there already.
    """
    if like not in LIKE:
        told = "; ".join(f"{name} ({what})" for name, what in LIKE.items())
        raise ConfigError(f"there is nothing to begin with like {like!r}; there are: {told}")
    made = dict(_files(begun, like))
    made |= begun.loose
    made[begun.tests / "test_contract.py"] = _filled(TEST, begun)
    if there := sorted(str(path) for path in made if path.exists()):
        raise ConfigError(f"{there[0]} is there already, and is not overwritten: name another")
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(made)


def _must_be_free(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} is no name: write small letters, digits and _, such as acme_crm"
        )
    if name in names():
        raise ConfigError(f"there is a connector {name!r} already: choose another name")


def _files(begun: Begun, like: str) -> Iterator[tuple[Path, str]]:
    for one in _sources(files(HOME).joinpath(like)):
        text = one.read_text(encoding="utf-8").replace(f"{HOME}.{like}", begun.package)
        words = (
            ("ExampleAccount", f"{begun.camel}Account"),
            ("ExampleConnector", f"{begun.camel}Connector"),
            ("Example", begun.title),
            ('"example"', f'"{begun.name}"'),
        )
        for old, new in words:
            text = text.replace(old, new)
        yield begun.folder / one.name, _in_order(text)


def _in_order(text: str) -> str:
    """Sort the imports of ours anew: a package of another name stands elsewhere among them."""
    lines = text.splitlines(keepends=True)
    places = [at for at, one in enumerate(lines) if _IMPORT.match(one)]
    for at, one in zip(places, sorted(lines[at] for at in places), strict=True):
        lines[at] = one
    return "".join(lines)


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for one in sorted(folder.iterdir(), key=lambda each: each.name):
        if one.name.endswith((".py", ".toml")):
            yield one


def _filled(text: str, begun: Begun) -> str:
    return text.format(
        name=begun.name,
        dashed=begun.name.replace("_", "-"),
        title=begun.title,
        package=begun.package,
        camel=begun.camel,
    )
