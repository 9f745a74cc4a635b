"""Real opportunities without a contact role: what was won comes home to the cent."""

from __future__ import annotations

import os
import warnings
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from crmbridge.flows.operate.turn import arm
from crmbridge.flows.scene.reps import Reps
from crmbridge.model.money import Money
from crmbridge.report.credit.attribution import OF, attribution_report
from crmbridge.report.credit.contribution import contribution_report
from crmbridge.report.credit.quality import sources_report
from crmbridge.report.credit.scope import Scope
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Sheet
from crmbridge.report.reps import reps
from crmbridge.report.won import deals, won
from crmbridge.report.work.asked import Question
from crmbridge.store.schema import deal, vendor_user
from crmbridge.store.table import Tx
from tests.revenue.opportunities import AT, SERIES, Row, address, files, read, seed, sums
from tests.stages.late import ALL
from tests.stages.places import ROOT
from tests.stages.play import Play, begun
from tests.stages.worked import sheet

FOLDER = (
    Path(os.environ.get("CRMBRIDGE_TEST_DATA") or ROOT.parent / "shared" / "data")
    / "crm-opportunities"
)
PART = 8
"""Of how many opportunities each build plays one where it does not play all."""


def _rows(*, three: bool, part: int = 1) -> list[Row]:
    if not (FOLDER / "sales_pipeline.csv").is_file():
        what = f"THE REAL OPPORTUNITIES DID NOT RUN: no data in {FOLDER}; set CRMBRIDGE_TEST_DATA"
        if os.environ.get("CI"):
            pytest.fail(what)
        warnings.warn(pytest.PytestWarning(what), stacklevel=1)
        pytest.skip(what)
    return read(FOLDER, currencies=SERIES if three else None)[::part]


@pytest.mark.filterwarnings("default::pytest.PytestWarning")
def test_the_file_says_what_its_source_says() -> None:
    rows = _rows(three=False)
    won_ones = [one for one in rows if one.won]
    assert (len(rows), len(won_ones)) == (8800, 4238)
    assert sum(one.amount for one in won_ones if one.amount is not None) == Decimal(10_005_534)
    lacking = [one for one in rows if not one.account]
    assert (len(lacking), sum(one.won for one in lacking)) == (1425, 0)


@pytest.mark.slow
@pytest.mark.filterwarnings("default::pytest.PytestWarning")
@pytest.mark.parametrize("three", [False, True], ids=["one currency", "three currencies"])
@pytest.mark.parametrize("roles", [False, True], ids=["by account", "by role"])
def test_what_was_won_comes_home_to_the_cent(tmp_path: Path, roles: bool, three: bool) -> None:
    """By account on marketing's records, by agent in the ledger, and in each report's total."""
    rows = _rows(three=three, part=1 if ALL else PART)
    with begun(files(rates=three), tmp_path, at=AT) as play:
        seed(play.box, rows, roles=roles)
        play.turn()
        arm(play.company)
        play.turn()
        _at_home(play, rows)
        with play.company.ledger.read() as tx:
            told, found = won(tx, play.company.exchange), deals(tx)
            assert _by_agent(tx) == sums(rows, "agent", home=False)
        lacking = [one for one in rows if not one.account]
        assert found["count"] == len(rows)
        assert sum(found["without_account"].values()) == len(lacking)
        assert "won" not in found["without_account"]
        money = {name: Decimal(text) for name, text in told["total"]["money"].items()}
        assert money == _by_currency(rows)
        assert told["reach"]["people"] == told["total"]
        assert list(told["evidence"]) == ["role" if roles else "account"]
        assert told["no_rate"]["deals"] == 0
        _in_every_report(play, rows)
        play.later(minutes=10)
        assert play.turn().writes == 0


def _in_every_report(play: Play, rows: list[Row]) -> None:
    """All reports tell the file's revenue in dollars, by the rate of each day, to the cent."""
    won_ones = [one for one in rows if one.won and one.amount is not None]
    whole = sum((one.at_home for one in won_ones), Decimal(0))
    company = play.company
    today = company.now().astimezone(company.zone).date()
    scope = Scope(
        company=company.name,
        agreement=company.agreement,
        currency=company.mapping.currency,
        exchange=company.exchange,
        zone=company.zone,
        today=today,
        period=Period(),
        by="quarter",
    )
    asked = Question(now=company.now(), zone=company.zone, period=Period())
    with company.ledger.read() as tx:
        credit = [attribution_report(tx, scope, of=of) for of in OF]
        parts = contribution_report(tx, scope)
        quality = sources_report(tx, scope, company.now())
        by_rep = reps(tx, company, asked, Reps.load(company, tx).rep_of)
    for one in credit:
        revenue = sheet(one, "revenue")
        assert revenue.total is not None
        assert {cell.amount for cell in revenue.total[1:]} == {whole}  # type: ignore[union-attr]
        for column in revenue.columns[1:]:
            assert _sum(revenue, column.name) == whole, (one.title, column.name)
    told = sheet(parts, "revenue")
    assert _sum(told, "amount") == 4 * whole  # by each of four definitions
    assert sum(row[told.index("deals")] for row in told.rows) == 4 * len(won_ones)  # type: ignore[misc]
    quarters = sheet(parts, "by_quarter")
    assert {
        row[0]: row[quarters.index("revenue_all")].amount  # type: ignore[union-attr]
        for row in quarters.rows
        if row[quarters.index("revenue_all")].minor  # type: ignore[union-attr]
    } == _by_quarter(won_ones)
    assert f"All deals won in the period bring {whole:,.2f} USD." in " ".join(quality.notes)
    assert not [one for one in (*parts.notes, *quality.notes) if "in no figure" in one]
    owners = sheet(by_rep, "deals_by_owner")
    mine = {
        str(row[0]): {money.currency: money.amount for money in row[owners.index("amount")]}
        for row in owners.rows
    }
    assert mine == {
        who: {"USD": amount} for who, amount in sums(rows, "agent", home=True).items()
    } | {who: {} for who, found in mine.items() if not found}


def _sum(found: Sheet, name: str) -> Decimal:
    place = found.index(name)
    return sum((row[place].amount for row in found.rows), Decimal(0))  # type: ignore[union-attr,misc]


def _by_quarter(won_ones: list[Row]) -> dict[str, Decimal]:
    out: dict[str, Decimal] = {}
    for one in won_ones:
        assert one.closed is not None
        name = f"{one.closed:%Y}-Q{(one.closed.month + 2) // 3}"
        out[name] = out.get(name, Decimal(0)) + one.at_home
    return out


def _at_home(play: Play, rows: list[Row]) -> None:
    records = {
        one["properties"]["email"]: one["properties"]
        for one in play.box.marketing.state("contacts")
    }
    there = sums(rows, "account", home=False)
    for account, amount in sums(rows, "account", home=True).items():
        mine, currency = records[address(account)], _currency(rows, account)
        alone = there.get((account, currency), amount) if currency != "USD" else amount
        assert Decimal(mine["crmbridge_won_amount"]) == alone, account
        assert mine["crmbridge_won_currency"] == currency
        assert mine["lifecyclestage"] == "customer" or _has_open(rows, account)


def _currency(rows: list[Row], account: str) -> str:
    found = {one.currency for one in rows if one.account == account and one.won}
    return found.pop() if len(found) == 1 else "USD"


def _has_open(rows: list[Row], account: str) -> bool:
    return any(one.account == account and one.closed is None for one in rows)


def _by_agent(tx: Tx) -> dict[Any, Decimal]:
    agents = {one.ref: one.data["name"] for one in tx.conn.execute(select(vendor_user))}
    asked = select(deal.c.owner, deal.c.currency, func.sum(deal.c.amount_minor))
    found = tx.conn.execute(asked.where(deal.c.state == "won").group_by("owner", "currency"))
    return {(agents[who], code): Money(minor, code).amount for who, code, minor in found}


def _by_currency(rows: list[Row]) -> dict[str, Decimal]:
    out: dict[str, Decimal] = {}
    for (_, currency), amount in sums(rows, "account", home=False).items():
        out[currency] = out.get(currency, Decimal(0)) + amount
    return out
