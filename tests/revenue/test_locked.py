"""One definition of a sourced deal for each fiscal year: what may change, and when (R6.20)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crmbridge.agreement import Agreement
from crmbridge.agreement.versions.locked import faults_of_locks
from tests.agreement.stage import lines_of
from tests.stages.agreement import next_version, raw
from tests.stages.line import Line
from tests.stages.texts import change


def version(number: int, day: str, withdrawn: bool = False, **keys: Any) -> Agreement:
    data = raw() | {"version": number, "effective_from": date.fromisoformat(day), "signed": []}
    data["attribution"] = {"lead_sources": ["Web"], **keys}
    return Agreement.model_validate(data | {"withdrawn": withdrawn})


def faults(*versions: Agreement) -> list[str]:
    return [text for one in versions for text in faults_of_locks(one, versions)]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"sourced": "first_touch"}, "sourced: version 2 changes it on 2026-07-01 (handed, now f"),
        ({"lead_sources": ["Fair"]}, "lead_sources: version 2 changes it on 2026-07-01 (Web, now"),
        ({"lead_sources": []}, "lead_sources: version 2 changes it on 2026-07-01 (Web, now none)"),
        ({"fiscal_year_start": "07-01"}, "fiscal_year_start: version 2 changes it on 2026-07-01"),
    ],
)
def test_a_change_inside_a_fiscal_year_is_an_error_that_names_when_it_may_be(
    keys: dict[str, Any], words: str
) -> None:
    (line,) = faults(version(1, "2026-01-01"), version(2, "2026-07-01", **keys))
    assert line.startswith(f"agreement.toml: attribution.{words}")
    assert line.endswith(
        "inside the fiscal year from 2026-01-01 to 2026-12-31, for which version 1 has it locked: "
        "put back what was agreed, or make `effective_from` 2027-01-01, when the next fiscal year "
        "begins"
    )


def test_all_of_it_may_change_on_the_day_on_which_a_fiscal_year_begins() -> None:
    new: dict[str, Any] = {"sourced": "pre_sales", "lead_sources": [], "fiscal_year_start": "04-01"}
    assert faults(version(1, "2026-01-01"), version(2, "2027-01-01", **new)) == []


def test_the_fiscal_years_are_those_of_the_version_before() -> None:
    old = version(1, "2026-01-01", fiscal_year_start="04-01")
    keys: dict[str, Any] = {"fiscal_year_start": "01-01", "sourced": "first_touch"}
    assert faults(old, version(2, "2026-04-01", **keys)) == []
    assert len(faults(old, version(2, "2027-01-01", **keys))) == 2


def test_all_else_may_change_on_any_day() -> None:
    keys: dict[str, Any] = {"models": ["last"], "headline": "u_shaped", "lookback_days": 90}
    assert faults(version(1, "2026-01-01"), version(2, "2026-07-01", **keys)) == []
    two = ["Web", "Fair"]
    assert (
        faults(
            version(1, "2026-01-01", lead_sources=two),
            version(2, "2026-07-01", lead_sources=two[::-1]),
        )
        == []
    )


def test_a_version_is_compared_with_the_one_whose_place_it_takes() -> None:
    one, gone = version(1, "2026-01-01"), version(2, "2026-03-01", True, sourced="first_touch")
    assert faults(one, gone, version(3, "2026-07-01")) == []
    later = version(4, "2027-01-01", sourced="first_touch")
    assert faults(version(3, "2027-06-01", sourced="first_touch"), later, one) == []
    (line,) = faults(version(5, "2027-06-01"), later, one)
    assert "version 5 changes it on 2027-06-01 (first_touch, now handed)" in line


def test_the_first_version_may_begin_on_any_day() -> None:
    assert faults(version(1, "2026-05-17", sourced="first_touch")) == []


def test_a_draft_that_breaks_the_lock_is_told_with_its_file_and_cannot_be_signed(
    bare: Line,
) -> None:
    path = next_version(bare.file(""), 2, "2036-07-01")
    change(path, 'sourced              = "handed"', 'sourced              = "pre_sales"')
    said = bare.run("validate")
    (line,) = lines_of(bare, said)
    assert said.code == 1
    assert line.startswith(
        "agreements/v2.toml: attribution.sourced: version 2 changes it on 2036-07-01 (handed, now "
        "pre_sales), inside the fiscal year from 2036-01-01 to 2036-12-31"
    )
    words = ("--side", "sales", "--name", "Priya Raman")
    refused = bare.run("agreement", "approve", str(path), *words)
    assert (refused.code, "make `effective_from` 2037-01-01" in refused.err) == (1, True)
    change(path, "effective_from = 2036-07-01", "effective_from = 2037-01-01")
    bare.ok("agreement", "approve", str(path), *words)
