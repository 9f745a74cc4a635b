"""What a run of a share leaves out: never all of a test, the same each time, no other test."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import pytest

from tests.share import drawn, many, share
from tests.stages.places import ROOT


@dataclass(frozen=True)
class Case:
    """A case of a test, as far as the draw looks at one."""

    nodeid: str


NAMED = sorted(many())


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_is_there(name: str) -> None:
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert function in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}


def test_a_share_of_the_cases_runs_and_at_least_one_of_each_test() -> None:
    cases: list[Any] = [Case(f"{name}[{n}]") for name in NAMED[:3] for n in range(7)]
    others: list[Any] = [Case("tests/other.py::test_x[1]"), Case(f"{NAMED[0]}_too[1]")]
    out = drawn([*cases, *others], 3, "one")
    assert len(out) == 3 * 4
    assert out == drawn([*cases, *others], 3, "one")
    assert out != drawn([*cases, *others], 3, "two")
    assert not set(out) & set(others)
    assert drawn(cases[:1], 9, "one") == []


@pytest.mark.parametrize("said", ["0", "-1", "half", ""])
def test_a_share_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("CRMBRIDGE_TEST_SHARE", said)
    with pytest.raises(pytest.UsageError, match="give a whole number"):
        share()
