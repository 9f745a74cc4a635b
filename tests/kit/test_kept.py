"""A field that a vendor takes back silently: what is doubted, and what a read-back finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import pytest

from crmbridge.kit.kept import InOrder
from crmbridge.model.record import Outcome, Row, Written


class Stage(InOrder):
    """The vendor keeps the later of two stages, unless the first is cleared before."""

    field: ClassVar[str] = "stage"
    order: ClassVar[Sequence[str]] = ("new", "open", "won")
    code: ClassVar[str] = "STAGE"
    why: ClassVar[str] = "kept"

    def __init__(self, *, backward: bool) -> None:
        super().__init__("deals", backward=backward)
        self.at = {"7": "won"}
        self.puts: list[dict[str, str]] = []

    def held(self, ids: Sequence[str]) -> Mapping[str, str]:
        return {own: self.at[own] for own in ids}

    def put(self, values: Mapping[str, str]) -> None:
        self.puts.append(dict(values))
        self.at.update(values)


def row(wanted: str, **before: str | None) -> Row:
    return Row(op="1", key="", id="7", values={"stage": wanted}, before=before)


@pytest.mark.parametrize(
    ("wanted", "before", "doubt"),
    [
        ("open", {"stage": "new"}, False),
        ("open", {"stage": "open"}, False),
        ("new", {"stage": "won"}, True),
        ("open", {"stage": None}, False),  # nothing stands before all
        ("open", {}, True),  # not known
        ("open", {"stage": "our own"}, True),
        ("our own", {"stage": "new"}, True),
    ],
)
def test_only_what_may_lie_behind_is_read_back(
    wanted: str, before: dict[str, str | None], doubt: bool
) -> None:
    assert Stage(backward=False).doubtful(row(wanted, **before)) is doubt


@pytest.mark.parametrize(
    ("backward", "outcome", "code", "puts"),
    [
        (False, Outcome.DONE, "STAGE_KEPT", []),
        (True, Outcome.DONE, "", [{"7": ""}, {"7": "new"}]),
    ],
)
def test_a_stage_that_was_kept_is_named_or_cleared_and_set(
    backward: bool, outcome: Outcome, code: str, puts: list[dict[str, str]]
) -> None:
    stage = Stage(backward=backward)
    results = {0: Written(op="1", outcome=Outcome.DONE, id="7")}
    stage.check([row("new", stage="won")], results, [0])
    assert (results[0].outcome, results[0].code) == (outcome, code)
    assert stage.puts == puts
