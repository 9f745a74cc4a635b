"""Costs through the ledger: imported whole or not at all, replaced by the month, and reported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.revenue.costs import import_costs
from crmbridge.model.campaign import Campaign
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.payload import CostGiven
from crmbridge.report.costs import costs_of, listed
from crmbridge.report.frame.period import Period
from crmbridge.store.book_rows import CostRow
from tests.stages.kept import is_rebuilt, kept, rows
from tests.stages.play import example
from tests.stages.still import seen, still

AT = datetime(2026, 5, 20, 9, tzinfo=UTC)
HEAD = "month,campaign,amount,currency\n"


@pytest.fixture
def company() -> Iterator[Company]:
    with still(example(), at=AT) as (found, _):
        yield found


def campaign(company: Company, ident: str, name: str, minor: int | None = None, **more: Any) -> str:
    told = {"name": name, "cost": None if minor is None else Money(minor, "EUR"), **more}
    ref = Ref(system="sales", obj="Campaign", id=ident)
    seen(company, [Campaign(ref=ref, changed_at=AT, told=frozenset(told), **told)])
    return str(ref)


def file(folder: Path, *lines: str) -> Path:
    made = folder / "costs.csv"
    made.write_text(HEAD + "\n".join(lines), encoding="utf-8")
    return made


def costs(company: Company) -> list[tuple[str, str, str, int]]:
    found = rows(company, CostRow)
    return sorted((one.month, one.campaign, one.currency, one.minor) for one in found)


def test_a_month_imported_again_replaces_the_old_one_and_says_so(
    company: Company, tmp_path: Path
) -> None:
    import_costs(company, file(tmp_path, "2026-03,A,1,EUR", "2026-03,B,2,EUR"), "Mia")
    import_costs(company, file(tmp_path, "2026-04,A,5,EUR", "2026-03,A,3.50,USD"), "Bo")
    assert costs(company) == [("2026-03", "A", "USD", 350), ("2026-04", "A", "EUR", 500)]
    done = import_costs(company, file(tmp_path, "2026-03,C,1,EUR", "2026-04,a,5,EUR"), "Bo")
    march = done.months[0]
    assert (march.month, march.is_news) == ("2026-03", True)
    assert [(one.campaign, one.minor) for one in march.before] == [("A", 350)]
    assert [(one.campaign, one.minor) for one in march.after] == [("C", 100)]
    assert [one.by for one in kept(company, CostGiven)] == ["Mia", "Bo", "Bo", "Bo", "Bo"]
    assert is_rebuilt(company)


def test_the_same_file_again_writes_nothing_and_a_way_back_is_one(
    company: Company, tmp_path: Path
) -> None:
    for amount in ("1", "2", "1", "1.00"):
        done = import_costs(company, file(tmp_path, f"2026-03,A,{amount},EUR"), "Mia")
    assert not done.months[0].is_news
    assert [one.costs for one in kept(company, CostGiven)] == [
        (("A", "EUR", 100),),
        (("A", "EUR", 200),),
        (("A", "EUR", 100),),
    ]
    assert costs(company) == [("2026-03", "A", "EUR", 100)]


def test_a_file_with_a_fault_writes_nothing(company: Company, tmp_path: Path) -> None:
    bad = file(tmp_path, "2026-03,A,1,EUR", "2026-13,A,1,EUR", "2026-04,A,-1,EUR")
    with pytest.raises(ConfigError) as caught:
        import_costs(company, bad, "Mia")
    assert [line.partition(": ")[0] for line in str(caught.value).splitlines()] == [
        "costs.csv",
        "costs.csv",
        "Nothing was imported.",
    ]
    assert costs(company) == []
    assert kept(company, CostGiven) == []


def test_a_dry_run_writes_nothing(company: Company, tmp_path: Path) -> None:
    import_costs(company, file(tmp_path, "2026-03,A,1,EUR"), "Mia")
    done = import_costs(company, file(tmp_path, "2026-03,A,2,EUR"), "Mia", dry=True)
    assert done.months[0].is_news
    assert costs(company) == [("2026-03", "A", "EUR", 100)]


def test_two_names_of_one_campaign_in_a_month_are_a_fault(company: Company, tmp_path: Path) -> None:
    ref = campaign(company, "701", "Fair")
    bad = file(tmp_path, "2026-03,fair,1,EUR", "2026-04,701,1,EUR", "2026-03,701,2,EUR")
    with pytest.raises(ConfigError, match=f"line 4: '701' is the campaign {ref}, as is 'fair'"):
        import_costs(company, bad, "Mia")
    assert costs(company) == []


def test_a_name_without_a_campaign_or_with_several_is_taken_and_told(
    company: Company, tmp_path: Path
) -> None:
    refs = tuple(campaign(company, ident, "Fair") for ident in ("1", "2"))
    done = import_costs(company, file(tmp_path, "2026-03,fair,1,EUR", "2026-03,TV,2,EUR"), "Mia")
    assert (done.unmatched, done.ambiguous) == (("TV",), {"fair": refs})
    assert len(costs(company)) == 2


def test_a_file_that_is_too_large_is_another_file(company: Company, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as to:
        to.truncate(2**24 + 1)
    with pytest.raises(ConfigError, match="larger than 16 MB"):
        import_costs(company, large, "Mia")


def test_reports_have_the_vendors_cost_where_nothing_was_imported(
    company: Company, tmp_path: Path
) -> None:
    ran = {"starts": date(2026, 3, 1), "ends": date(2026, 4, 30), "channel": "Event"}
    fair = campaign(company, "1", "Fair", 61_00, **ran)
    mail = campaign(company, "2", "Mail", 10_00, starts=date(2026, 3, 31), channel="Email")
    campaign(company, "3", "Undated", 7_00)
    import_costs(company, file(tmp_path, "2026-04,Fair,40,EUR", "2026-04,TV,5,SEK"), "Mia")
    with company.ledger.read() as tx:
        all_ = costs_of(tx, company.exchange, Period())
        april = costs_of(tx, company.exchange, Period(date(2026, 4, 1), date(2026, 5, 1)))
        told = listed(tx)
    assert all_.by_campaign == {fair: Money(71_00, "EUR"), mail: Money(10_00, "EUR")}
    assert all_.by_channel == {"Event": Money(71_00, "EUR"), "Email": Money(10_00, "EUR")}
    assert all_.undated == {"sales:Campaign:3": Money(7_00, "EUR")}
    assert all_.unmatched == ("TV",)
    assert all_.unconverted == {"TV": (Money(5_00, "SEK"),)}
    assert all_.names[fair] == "Fair"
    assert april.total == Money(40_00, "EUR")
    assert [month["month"] for month in told["months"]] == ["2026-03", "2026-04"]
    assert told["months"][1]["sums"] == {"EUR": "40.00", "SEK": "5.00"}
    assert [one["from"] for one in told["months"][1]["costs"]] == ["file", "file"]
    assert told["undated"][0]["amount"] == "7.00"
    assert told["sums"] == {"EUR": "81.00", "SEK": "5.00"}


def test_without_costs_there_are_none(company: Company) -> None:
    with company.ledger.read() as tx:
        found = costs_of(tx, company.exchange, Period())
        told = listed(tx)
    assert (found.total, found.by_campaign, found.by_channel) == (Money(0, "EUR"), {}, {})
    assert told["months"] == told["undated"] == []
