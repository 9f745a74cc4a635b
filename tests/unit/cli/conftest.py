"""A company's folder, its ledger and two emulated vendors, driven by the command line alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.cli.desk import Desk, Line, line_in, opened, played


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Commands send logging to the stderr of their run, which is gone after it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def bare(tmp_path: Path) -> Line:
    """A company without vendors or credentials."""
    return line_in(tmp_path)


@pytest.fixture
def desk(bare: Line) -> Iterator[Desk]:
    """A company and two vendors, nothing read yet."""
    with opened(bare) as made:
        yield made


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Weeks of work of a company, played once; tests of it only look."""
    with opened(line_in(tmp_path_factory.mktemp("story"))) as made:
        played(made)
        yield made


@pytest.fixture
def edit(bare: Line) -> Callable[[str, str, str], None]:
    """Replace a text in one of the company's files."""

    def edit(file: str, before: str, after: str) -> None:
        path = bare.file(file)
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return edit
