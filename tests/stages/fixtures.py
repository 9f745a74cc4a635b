"""The set-ups that every test may ask for by name: a company at work, and its command line.

What they need is loaded when they are asked for: a test of one small module starts at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from crmbridge.files import CompanyFiles
    from crmbridge.store import Ledger
    from tests.stages.line import Desk, Line
    from tests.stages.play import Play


@pytest.fixture
def acme() -> CompanyFiles:
    """The files of the worked example, ample."""
    from tests.stages.play import example

    return example()


@pytest.fixture
def play(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """The worked example at work."""
    from tests.stages.play import at_work

    with at_work(acme, tmp_path) as made:
        yield made


@pytest.fixture
def agreed() -> dict[str, Any]:
    """The agreement of the worked example as data, to be changed."""
    from tests.stages.agreement import raw

    return raw()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A fresh ledger of acme's in the folder of the test."""
    from tests.stages.ledgers import ledger_at

    opened = ledger_at(tmp_path / "ledger.db")
    yield opened
    opened.close()


@pytest.fixture
def bare(tmp_path: Path) -> Line:
    """A command line and a company without vendors or credentials."""
    from tests.stages.line import line_in

    return line_in(tmp_path)


@pytest.fixture
def draft(bare: Line) -> Line:
    """The same company before anybody signed, so that its file may still be edited."""
    from crmbridge.flows.agreed.signature import unsigned_text

    path = bare.file("agreement.toml")
    path.write_text(unsigned_text(path.read_text(encoding="utf-8")), encoding="utf-8")
    return bare


@pytest.fixture
def desk(bare: Line) -> Iterator[Desk]:
    """A command line, a company and two vendors, nothing read yet."""
    from tests.stages.line import opened

    with opened(bare) as made:
        yield made


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Weeks of work of a company, played once; tests of it only look."""
    from tests.stages.line import line_in, opened, played

    with opened(line_in(tmp_path_factory.mktemp("story"))) as made:
        played(made)
        yield made


@pytest.fixture
def edit(bare: Line) -> Callable[[str, str, str], None]:
    """Replace a text in one of the company's files."""
    return bare.edit
