"""Targets for marketing's share: their days, what is refused, and what is mentioned (R6.22)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.agreement import Agreement
from crmbridge.agreement.revenue.fiscal import first_day, last_day, start_of, year_of
from crmbridge.agreement.revenue.targets import Target
from tests.stages.agreement import faults_of, findings, raw

REVENUE = {"measure": "revenue", "share": 0.25, "year": 2026}
PIPELINE = {"measure": "pipeline", "share": "0.35", "year": 2026}
STARTS = st.dates(date(2001, 1, 1), date(2001, 12, 31)).map(lambda day: (day.month, day.day))


def target(**keys: Any) -> Target:
    return Target.model_validate(REVENUE | keys)


def agreed(*targets: dict[str, Any], **keys: Any) -> dict[str, Any]:
    data = raw()
    data["attribution"] |= keys
    data["target"] = list(targets)
    return data


def test_a_fiscal_year_is_named_by_the_year_in_which_it_begins() -> None:
    assert target().days((4, 1)) == (date(2026, 4, 1), date(2027, 3, 31))
    assert target().days((1, 1)) == (date(2026, 1, 1), date(2026, 12, 31))
    assert target().days((3, 1)) == (date(2026, 3, 1), date(2027, 2, 28))
    assert year_of(date(2027, 3, 31), (4, 1)) == 2026
    assert year_of(date(2027, 4, 1), (4, 1)) == 2027


@given(day=st.dates(date(1990, 1, 1), date(2990, 1, 1)), start=STARTS)
def test_every_day_lies_in_one_fiscal_year_and_years_follow_each_other(
    day: date, start: tuple[int, int]
) -> None:
    year = year_of(day, start)
    assert first_day(year, start) <= day <= last_day(year, start)
    assert last_day(year, start) + timedelta(days=1) == first_day(year + 1, start)
    assert start_of(f"{start[0]:02}-{start[1]:02}") == start


def test_a_target_may_have_its_own_days_and_its_own_definition() -> None:
    days = {"from": date(2026, 7, 1), "to": date(2026, 9, 30)}
    found = Target.model_validate({"measure": "pipeline", "share": "0.3", **days})
    assert found.days((4, 1)) == (date(2026, 7, 1), date(2026, 9, 30))
    assert (found.share, found.of) == (Decimal("0.3"), "sourced")
    assert found.by("pre_sales") == "pre_sales"
    assert target(definition="first_touch").by("pre_sales") == "first_touch"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"share": 0}, "share: it must be greater than 0; a share is written 0.25 for 25 %"),
        ({"share": 1}, "share: it must be less than 1; a share is written 0.25 for 25 %"),
        ({"share": 25}, "share: it must be less than 1; a share is written 0.25 for 25 %"),
        ({"share": -0.1}, "share: it must be greater than 0; a share is written 0.25 for 25 %"),
        ({"measure": "revenues"}, "measure: 'revenues' is none of revenue, pipeline; did you mean"),
        ({"of": "influenced"}, "of: 'influenced' is none of sourced, sourced_or_influenced"),
        ({"definition": "touch"}, "definition: 'touch' is none of handed, first_touch, lead_so"),
        ({"year": None}, "the file: it needs its days: year = 2026, or from and to"),
        ({"year": 26}, "year: it must be greater than or equal to 1990"),
        ({"from": date(2026, 1, 1)}, "the file: year and from/to say the days twice: keep one"),
        ({"year": None, "from": date(2026, 1, 1)}, "the file: it needs its days: year = 2026, or"),
        (
            {"year": None, "from": date(2026, 2, 1), "to": date(2026, 1, 31)},
            "the file: it ends on 2026-01-31, before it begins on 2026-02-01",
        ),
    ],
)
def test_a_target_that_cannot_be_meant_is_refused(keys: dict[str, Any], words: str) -> None:
    (line,) = faults_of(Target, REVENUE | keys)
    assert line.startswith(words)


def test_two_targets_for_the_same_year_of_two_measures_are_fine() -> None:
    assert findings(agreed(REVENUE, PIPELINE)) == []
    assert findings(agreed()) == []
    assert findings(agreed(REVENUE, PIPELINE, REVENUE | {"year": 2027})) == []
    assert len(Agreement.model_validate(agreed(REVENUE, PIPELINE)).targets) == 2


def test_two_targets_of_one_measure_for_one_day_are_an_error() -> None:
    quarter = {"from": date(2027, 3, 31), "to": date(2027, 6, 30)}
    other = {"measure": "revenue", "share": "0.2", **quarter}
    found = findings(agreed(REVENUE, other, PIPELINE, fiscal_year_start="04-01"))
    assert found == [
        (
            True,
            "agreement.toml: target 'revenue' from 2026-04-01 to 2027-03-31: another target for "
            "revenue, from 2027-03-31 to 2027-06-30, has some of its days: a day has one target "
            "for each measure",
        )
    ]
    apart = other | {"from": date(2027, 4, 1)}
    assert findings(agreed(REVENUE, apart, PIPELINE, fiscal_year_start="04-01")) == []


@pytest.mark.parametrize(("one", "other"), [(REVENUE, "pipeline"), (PIPELINE, "revenue")])
def test_targets_of_one_measure_only_are_mentioned(one: dict[str, Any], other: str) -> None:
    ((bad, text),) = findings(agreed(one))
    assert not bad
    assert text.startswith(f"agreement.toml: target: there is none for {other}: ")


def test_a_target_above_half_of_everything_is_mentioned() -> None:
    ((bad, text),) = findings(agreed(REVENUE | {"share": "0.51"}, PIPELINE))
    assert not bad
    assert "a share of 0.51 is above anything the sources have seen" in text
    assert findings(agreed(REVENUE | {"share": "0.5"}, PIPELINE)) == []


def test_a_target_by_the_deals_source_needs_the_list_that_was_agreed() -> None:
    by_source = REVENUE | {"definition": "lead_source"}
    ((bad, text),) = findings(agreed(by_source, PIPELINE, lead_sources=[]))
    assert bad
    assert 'definition = "lead_source" needs attribution.lead_sources' in text


def test_a_target_by_another_definition_than_the_locked_one_is_mentioned() -> None:
    ((bad, text),) = findings(agreed(REVENUE | {"definition": "first_touch"}, PIPELINE))
    assert not bad
    assert "it goes by first_touch, and attribution.sourced is handed" in text
