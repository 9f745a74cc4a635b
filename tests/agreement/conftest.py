"""A company whose agreement may still be edited."""

from __future__ import annotations

import pytest

from crmbridge.cli.agreement.signature import unsigned_text
from tests.agreement.stage import AGREEMENT
from tests.stages.line import Line


@pytest.fixture
def draft(bare: Line) -> Line:
    """The same company before anybody signed, so that its file may still be edited."""
    path = bare.file(AGREEMENT)
    path.write_text(unsigned_text(path.read_text(encoding="utf-8")), encoding="utf-8")
    return bare
