"""The reports of the books from the command line: each adds up to what sales won, in every form."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from crmbridge.clock import FixedClock
from crmbridge.files import load
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.payload import WriteDone
from crmbridge.model.payload.writes import INFLUENCE
from tests.revenue.small_world import NOW, Small, eur
from tests.stages.line import Line
from tests.stages.still import company_over

REPORTS = ("attribution", "contribution", "sources", "campaigns", "content")
FORMULA = '=HYPERLINK("http://evil.example","x")'


@contextmanager
def told(line: Line) -> Iterator[Small]:
    """The line's company, in which a test says what happened."""
    files = load(Path(line.env["CRMBRIDGE_CONFIG"]), "acme")
    with line.ledger() as ledger:
        clock = FixedClock(NOW)
        yield Small(company_over(ledger, clock, files), clock)


def money(cell: Any) -> Decimal:
    return Decimal(cell["amount"] if isinstance(cell, dict) else cell)


def a_year(line: Line) -> None:
    """Ann and a second person buy; somebody whose name, source and content are formulas does."""
    with told(line) as world:
        world.campaign("C1", FORMULA)
        world.person("ann", "01-10", source="WEBINAR")
        world.touch("ann", "01-10", asset="/vbook/1", campaign="C1")
        world.touch("ann", "02-09", "webinar")
        world.handed("ann", "02-01")
        world.accepted("ann", "02-02")
        world.person("eve", "01-11", source=FORMULA, last_name=FORMULA)
        world.touch("eve", "01-12", FORMULA, asset="+1+cmd|' /C calc'!A0", campaign="C1")
        world.handed("eve", "02-03")
        world.rejected("eve", "02-04")
        world.deal("D1", eur(1000), "ann", account="F1")
        world.deal("D2", eur(100), "eve", won="03-11")
        world.deal("D3", Money(20_000, "SEK"), "eve", won="03-12")
        world.deal("D4", eur(70), won="03-14", outside=True)
        world.deal("D5", eur(300), won="03-15")
        world.deal("D6", None, "ann", won="03-16")
        world.post()


def test_every_report_tells_the_same_revenue_as_sales(bare: Line) -> None:
    a_year(bare)
    sources = bare.json("report", "sources")
    won = sources["won"]["total"]
    assert won == {"deals": 6, "money": {"EUR": "1470.00", "SEK": "200.00"}}
    for of in ("channel", "campaign", "content"):
        found = bare.json("report", "attribution", "--of", of)
        sheet = found["sheets"]["revenue"]
        for column in ("books", "restated", "first", "linear"):
            assert sum(money(row[column]) for row in sheet["rows"]) == 1400
            assert money(sheet["total"][column]) == 1400
    parts = bare.json("report", "contribution")["sheets"]["revenue"]["rows"]
    sums: dict[str, Decimal] = {}
    many: dict[str, int] = {}
    for row in parts:
        name = row["definition"]
        sums[name] = sums.get(name, Decimal(0)) + money(row["amount"])
        many[name] = many.get(name, 0) + row["deals"]
    assert (len(sums), set(sums.values()), set(many.values())) == (4, {Decimal(1400)}, {4})
    for name in REPORTS[:4]:
        said = " ".join(bare.ok("report", name).out.split())
        assert "200.00 SEK) stand in no figure" in said
        assert "(70.00 EUR) that the mapping's filter leaves out" in said


def test_every_report_has_every_form_and_a_formula_does_nothing(bare: Line, tmp_path: Path) -> None:
    a_year(bare)
    for name in REPORTS:
        assert bare.ok("report", name).out
        assert bare.json("report", name)
        text = bare.ok("report", name, "--csv").out
        cells = [cell for row in csv.reader(StringIO(text, newline="")) for cell in row]
        assert not [one for one in cells if one[:1] in "=@" and one], name
        assert not [one for one in cells if one.startswith("+1+cmd")], name
        page = tmp_path / f"{name}.html"
        bare.ok("report", name, "--html", str(page))
        assert FORMULA not in page.read_text("utf-8")
    whole = [bare.ok("report", name, "--csv").out for name in ("sources", "campaigns")]
    assert all("HYPERLINK" in one for one in whole)


def test_one_deal_is_told_touch_by_touch(bare: Line) -> None:
    a_year(bare)
    found = bare.json("report", "attribution", "--deal", "D1")
    first = found["sheets"]["revenue"]["rows"][0]
    assert (first["channel"], first["content"]) == ("organic", "/vbook/1")
    assert first["holds"] == "first touch 33.3 %, made the lead 33.3 %"
    assert {one["cause"] for one in found["sheets"]["postings"]["rows"]} == {"won", "created"}
    by_model: dict[str, Decimal] = {}
    for one in found["sheets"]["revenue"]["rows"]:
        by_model[one["model"]] = by_model.get(one["model"], Decimal(0)) + money(one["amount"])
    assert set(by_model.values()) == {Decimal(1000)}
    whole = bare.json("report", "attribution", "--deal", "sales:Opportunity:D1")
    assert whole == found
    text = " ".join(bare.ok("report", "attribution", "--deal", "D5").out.split())
    assert "nobody is known on the deal" in text


def test_what_was_written_of_a_deal_as_influence_stands_with_it(bare: Line) -> None:
    a_year(bare)
    assert "influence" not in bare.json("report", "attribution", "--deal", "D1")["sheets"]
    shares = {"C1 K1": Decimal("33.33"), "C2 K1": Decimal("66.67")}
    done = WriteDone(
        op="o1",
        action=INFLUENCE,
        system="sales",
        obj="Opportunity",
        ref=Ref(system="sales", obj="Opportunity", id="D1"),
        values=shares,
        words={"model": "Ours"},
        created=False,
        track="",
    )
    with told(bare) as world, world.company.ledger.write("test") as tx:
        scene = Scene.open(world.company, tx)
        scene.settled(done, "", "done:o1")
        scene.work.flush()
    rows = bare.json("report", "attribution", "--deal", "D1")["sheets"]["influence"]["rows"]
    assert [(one["campaign"], one["person"]) for one in rows] == [("C1", "K1"), ("C2", "K1")]
    assert [round(float(one["share"]), 4) for one in rows] == [0.3333, 0.6667]
    assert "influence of the model Ours" in bare.ok("report", "attribution", "--deal", "D1").out


def test_a_deal_that_nobody_knows_says_what_to_give(bare: Line) -> None:
    said = bare.run("report", "attribution", "--deal", "D99")
    assert (said.code, said.out) == (1, "")
    assert "the ledger knows no such deal" in said.err
    assert bare.run("report", "attribution", "--of", "chanel").code == 1


@pytest.mark.parametrize("name", REPORTS)
def test_a_period_without_deals_is_told_in_every_form(bare: Line, name: str) -> None:
    a_year(bare)
    days = ("--since", "2024-01", "--until", "2024-03")
    assert bare.ok("report", name, *days).out
    assert bare.json("report", name, *days)
    assert bare.ok("report", name, *days, "--csv").out


@pytest.mark.parametrize("name", REPORTS)
def test_a_company_that_nobody_read_yet_is_told_in_every_form(bare: Line, name: str) -> None:
    assert bare.ok("report", name).out
    assert bare.json("report", name)
    assert bare.ok("report", name, "--csv").out


def test_every_rule_model_side_by_side_adds_up_and_has_the_headline_of_the_books(
    bare: Line,
) -> None:
    a_year(bare)
    for of in ("channel", "campaign", "content"):
        ours = bare.json("attribution", "compare", "--of", of)["sheets"]["revenue"]
        books = bare.json("report", "attribution", "--of", of)["sheets"]["revenue"]
        models = [name for name in ours["total"] if name != "name"]
        assert len(models) > 12
        assert {money(ours["total"][name]) for name in models} == {Decimal(1400)}
        restated = {row["name"]: money(row["restated"]) for row in books["rows"]}
        told_ = {row["name"]: money(row[models[0]]) for row in ours["rows"]}
        assert {k: v for k, v in told_.items() if v} == {k: v for k, v in restated.items() if v}
