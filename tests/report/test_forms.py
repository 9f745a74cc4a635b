"""A report as table, JSON, CSV and page: numbers stay numbers, and no name is obeyed."""

from __future__ import annotations

import csv
import json
import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.policy.intervals import wilson
from crmbridge.report.frame.as_csv import csv_of, safe
from crmbridge.report.frame.as_html import html_of
from crmbridge.report.frame.as_json import document_of
from crmbridge.report.frame.as_text import heading, tables
from crmbridge.report.frame.charts import MOST, caption, figure, library
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Chart, Column, Estimate, Sheet
from crmbridge.report.frame.words import told
from crmbridge.report.text import visible
from tests.report.stage import HOSTILE, KINDS, NOTHING, WHOLE, named, report, sheet

STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\ud800-\udfff]")


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), strict=True))


# the values


def test_a_cell_of_another_kind_is_refused_when_the_sheet_is_made() -> None:
    wrong: tuple[Any, ...] = (7, "7", 7, "x", 0.5, "3 d", "2026-03-02", float("nan"))
    for place, cell in enumerate(wrong):
        row = (*NOTHING[:place], cell, *NOTHING[place + 1 :])
        with pytest.raises(ValueError, match=f"{KINDS[place].name} is no {KINDS[place].kind}"):
            sheet("sources", row)
    with pytest.raises(ValueError, match="handed is no count: True"):
        sheet("sources", ("x", True, *[None] * 6))
    with pytest.raises(ValueError, match="2 cells in 8 columns"):
        sheet("sources", ("x", 1))


def test_names_stand_once_and_charts_name_columns_that_are_there() -> None:
    one = Column(name="a", title="a")
    with pytest.raises(ValueError, match="'a' stands twice"):
        Sheet(name="s", title="s", columns=(one, one), rows=())
    with pytest.raises(ValueError, match="'sources' stands twice"):
        report(sheet(), sheet())
    with pytest.raises(ValueError, match="'A b' is no name"):
        Sheet(name="s", title="s", columns=(Column(name="A b", title=""),), rows=())
    with pytest.raises(ValueError, match="'s' has no column 'b', only a"):
        Sheet(
            name="s",
            title="s",
            columns=(one,),
            rows=(),
            chart=Chart(kind="bars", title="", x="a", y=("b",)),
        )


# words


def test_cells_are_told_as_people_write_them() -> None:
    assert [told(cell, column) for cell, column in zip(WHOLE, KINDS, strict=True)] == [
        "webinar",
        "1,234",
        "298,900.00 EUR, -0.05 USD",
        "33.3 %",
        "45.5 % [40.2, 50.8]",
        "12.2 d",
        "2026-03-02",
        "1,234.5600",
    ]
    assert [told(cell, column) for cell, column in zip(NOTHING, KINDS, strict=True)] == [
        "(unknown)", *["-"] * 7,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "cell", "words"),
    [
        ("share", 1, "100.0 %"),
        ("share", -0.0004, "0.0 %"),
        ("share", -0.305, "-30.5 %"),
        ("interval", Estimate(None, 0.1, 0.4), "[10.0, 40.0]"),
        ("interval", wilson(0, 0), "[0.0, 100.0]"),
        ("interval", Estimate.of(0.5, wilson(5, 10)), "50.0 % [23.7, 76.3]"),
        ("days", 1200, "1,200 d"),
        ("count", -1234567, "-1,234,567"),
        ("decimal", 2 / 3, "0.67"),
        ("decimal", 12, "12"),
        ("money", (), "-"),
    ],
)
def test_numbers_are_rounded_for_people_alone(kind: Any, cell: Any, words: str) -> None:
    assert told(cell, Column(name="x", title="x", kind=kind)) == words


def test_a_table_sets_numbers_to_the_right_and_ends_with_the_total() -> None:
    (table,) = tables(report())
    assert table.right == {1, 2, 3, 4, 5, 7}
    assert table.rows[-1][:3] == ("total", "1,234", "298,900.00 EUR, -0.05 USD")
    assert [row[0] for row in table.rows] == ["webinar", "(unknown)", "total"]


def test_a_table_without_rows_has_no_total() -> None:
    empty = Sheet(name="s", title="s", columns=(KINDS[0],), rows=(), total=("total",))
    (table,) = tables(report(empty))
    assert table.rows == ()
    assert "<table>" not in html_of(report(empty))
    assert empty.empty in html_of(report(empty))


def test_only_a_report_of_some_days_has_a_heading() -> None:
    year = Period(date(2026, 1, 1))
    assert heading(report()) == ""
    assert heading(report(period=year)) == "What sources are worth, from 2026-01-01 on"


def test_nothing_that_steers_a_terminal_is_left_in_a_table() -> None:
    (table,) = tables(report(named(*HOSTILE)))
    cells = [row[0] for row in table.rows]
    assert [cell for cell in cells if STEERS.search(cell)] == []
    assert cells[:-1] == [visible(name) for name in HOSTILE]


# JSON


def test_the_document_has_every_number_as_it_is() -> None:
    made = json.loads(json.dumps(document_of(report(sheet(), period=Period()))))
    assert (made["report"], made["company"]) == ("quality", "acme")
    assert made["period"] == {"first_day": None, "last_day": None}
    one = made["sheets"]["sources"]
    assert one["columns"][1] == {"name": "handed", "title": "handed", "kind": "count"}
    assert one["rows"][0] == {
        "source": "webinar",
        "handed": 1234,
        "revenue": [
            {"amount": "298900.00", "currency": "EUR"},
            {"amount": "-0.05", "currency": "USD"},
        ],
        "part": 1 / 3,
        "acceptance": {"value": 0.455, "low": 0.402, "high": 0.508},
        "took": 12.25,
        "day": "2026-03-02",
        "worth": 1234.56,
    }
    assert set(one["rows"][1].values()) == {"(unknown)", None}
    assert one["total"]["handed"] == 1234
    assert made["notes"] == ["Last words."]


def test_names_pass_through_json_as_they_are() -> None:
    fit = [name for name in HOSTILE if "\ud800" not in name]
    made = json.loads(json.dumps(document_of(report(named(*fit))), ensure_ascii=True))
    assert [row["source"] for row in made["sheets"]["sources"]["rows"]] == fit


# CSV


def test_a_sheet_alone_is_a_plain_table_that_reads_back() -> None:
    head, whole, nothing = read(csv_of(report()))
    assert head == [
        *("source", "handed", "revenue_eur", "revenue_usd", "part"),
        *("acceptance", "acceptance_low", "acceptance_high", "took", "day", "worth"),
    ]
    row = dict(zip(head, whole, strict=True))
    assert row["revenue_eur"] == "298900.00"
    assert row["revenue_usd"] == "-0.05"
    assert float(row["part"]) == 1 / 3
    assert [float(row[f"acceptance{end}"]) for end in ("", "_low", "_high")] == [
        0.455,
        0.402,
        0.508,
    ]
    assert (row["took"], row["day"], row["worth"]) == ("12.25", "2026-03-02", "1234.5600")
    assert nothing == ["(unknown)", *[""] * 10]


def test_several_sheets_stand_below_each_other_or_one_is_named() -> None:
    both = report(sheet("sources"), sheet("campaigns"))
    lines = csv_of(both).split("\r\n")
    assert lines[0] == "by sources"
    assert lines[4:6] == ["", "by campaigns"]
    assert csv_of(both, "campaigns") == csv_of(report(sheet("campaigns")))
    with pytest.raises(KeyError):
        csv_of(both, "reps")


def test_a_column_of_money_that_has_none_keeps_its_place() -> None:
    head, row = read(csv_of(report(named("web"))))
    assert head[2] == "revenue"
    assert row[2] == ""


def test_no_name_is_a_formula_in_a_spreadsheet() -> None:
    rows = read(csv_of(report(named(*HOSTILE))))[1:]
    assert len(rows) == len(HOSTILE)
    for name, row in zip(HOSTILE, rows, strict=True):
        cell = row[0]
        assert not STEERS.search(cell), name
        # also where a semicolon divides: what follows may not begin a formula either
        for part in cell.split(";"):
            assert not re.match(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫−]", part), name
    plain = ("<!--<script>", 'a "quoted", text')
    assert [row[0] for row in rows if row[0] in plain] == list(plain)
    assert safe("-5") == "'-5"
    assert safe("e-mail; a - b") == "e-mail; a - b"
    assert safe("") == ""


@given(st.text())
def test_any_text_reads_back_in_one_cell(text: str) -> None:
    (_, row) = read(csv_of(report(named(text))))
    assert len(row) == 10
    assert row[0] == safe(text)
    assert row[1] == "1"


# the page


class Page(HTMLParser):
    """Every element with its attributes, and the text outside of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "link", "img"):
            self._open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["script"]:
            self.scripts[-1] += data
        elif self._open[-1:] != ["style"]:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def policy(page: Page) -> str:
    metas = [one for one in page.all("meta") if "Policy" in str(one.get("http-equiv"))]
    assert len(metas) == 1
    return str(metas[0]["content"])


def test_a_page_without_charts_runs_nothing_and_loads_nothing() -> None:
    text = html_of(report())
    page = Page(text)
    assert page.all("script") == []
    assert "script-src 'none'" in policy(page)
    assert len(text) < 20_000
    assert not re.search(r"https?:", text)


def test_a_page_with_charts_holds_the_library_once_and_no_address() -> None:
    kinds = ("bars", "stacked", "lines", "dots")
    text = html_of(report(*(sheet(kind, chart=kind) for kind in kinds)))
    page = Page(text)
    assert text.count("plotly.js v") == 1
    assert re.findall(r"https?://", text) == []
    refers = {"src", "href", "action", "data", "srcset", "poster", "background"}
    links = [attrs[name] for _, attrs in page.tags for name in refers & attrs.keys()]
    assert set(links) == {"#main", *(f"#{kind}" for kind in kinds)}
    assert [tag for tag, _ in page.tags if tag in ("link", "img", "iframe", "base", "object")] == []
    assert "url(" not in "".join(re.findall(r"<style>.*?</style>", text, re.DOTALL))
    for place in page.all("div"):
        if place.get("class") == "chart":
            assert place["aria-label"] == "A chart. The table below says the same."
    assert len(page.all("table")) == len(page.all("noscript")) == 4


def test_the_browser_is_told_which_scripts_are_ours() -> None:
    text = html_of(report(sheet(chart="bars")))
    page = Page(text)
    said = policy(page)
    assert said.startswith("default-src 'none'; script-src 'sha256-")
    assert said.count("sha256-") == 2
    assert "unsafe-eval" not in said
    assert "'unsafe-inline'" not in said.split(";")[1]
    for code in page.scripts[1:]:
        assert b64encode(sha256(code.encode()).digest()).decode() in said
    kinds = [one.get("type") for one in page.all("script")]
    assert kinds == ["application/json", None, None]


def test_a_page_is_the_same_each_time() -> None:
    assert html_of(report(sheet(chart="dots"))) == html_of(report(sheet(chart="dots")))


def test_no_name_is_markup_on_a_page() -> None:
    plain = Page(html_of(report(named("a", "b"))))
    page = Page(html_of(report(named(*HOSTILE))))
    made = {"tr", "th", "td"}
    # names add rows and cells, and no element of any other sort
    assert [tag for tag, _ in page.tags if tag not in made] == [
        tag for tag, _ in plain.tags if tag not in made
    ]
    allowed = {"scope", "class", "dir"}
    for tag, attrs in page.tags:
        if tag in made:
            assert attrs.keys() <= allowed
    words = "\n".join(page.words)
    assert not STEERS.search(words)
    for name in HOSTILE:
        assert visible(name) in words


def test_no_title_or_note_is_markup_on_a_page() -> None:
    bad = "<script>alert(1)</script>\u202e"
    columns = (Column(name="a", title=bad),)
    chart = Chart(kind="bars", title=bad, x="a", y=("b",))
    one = Sheet(
        name="s",
        title=bad,
        columns=(*columns, Column(name="b", title=bad, kind="count")),
        rows=((bad, 1),),
        notes=(bad,),
        empty=bad,
        chart=chart,
    )
    page = Page(html_of(report(one)))
    assert len(page.all("script")) == 3
    assert "\u202e" not in "".join(page.words + page.scripts[:1])


def test_heads_of_rows_and_columns_are_marked_as_such() -> None:
    page = Page(html_of(report()))
    scopes = [one["scope"] for one in page.all("th")]
    assert scopes == ["col"] * 8 + ["row"] * 3
    assert len(page.all("caption")) == 1
    assert page.all("html") == [{"lang": "en"}]


# charts


@pytest.mark.parametrize("kind", ["bars", "stacked", "lines", "dots"])
def test_a_figure_is_one_that_plotly_knows(kind: str) -> None:
    import plotly.graph_objects as go

    made = figure(sheet("sources", WHOLE, NOTHING, WHOLE, chart=kind))
    assert made is not None
    drawn = json.loads(go.Figure(made).to_json())
    assert [one["x"] for one in drawn["data"]] == [[0, 1, 2]] * len(drawn["data"])
    assert drawn["layout"]["xaxis"]["ticktext"] == ["webinar", "(unknown)", "webinar"]


def test_sums_in_two_currencies_are_two_series_and_differ_in_more_than_colour() -> None:
    made = figure(sheet(chart="bars"))
    assert made is not None
    assert [one["name"] for one in made["data"]] == ["handed", "revenue (EUR)", "revenue (USD)"]
    assert made["data"][1]["y"] == [298900.0, None]
    assert len({one["marker"]["pattern"]["shape"] for one in made["data"]}) == 3


def test_an_interval_is_drawn_from_end_to_end() -> None:
    alone = ("x", None, None, None, Estimate(None, 0.25, 0.75), None, None, None)
    made = figure(sheet("sources", alone, WHOLE, chart="dots"))
    assert made is not None
    (series,) = made["data"]
    assert series["y"] == [0.5, 0.455]
    assert series["error_y"]["array"] == pytest.approx([0.25, 0.053])
    assert series["error_y"]["arrayminus"] == pytest.approx([0.25, 0.053])


def test_nothing_is_drawn_of_nothing() -> None:
    assert figure(sheet()) is None
    assert figure(sheet("sources", NOTHING, chart="bars")) is None
    assert "plotly" not in html_of(report(sheet("sources", NOTHING, chart="bars")))


def test_of_very_many_rows_the_first_are_drawn_and_the_caption_says_so() -> None:
    many = named(*(f"source {n}" for n in range(MOST + 40)))
    made = figure(many)
    assert made is not None
    assert len(made["data"][0]["y"]) == MOST
    assert caption(many) == "A chart (the first 60 of 100 rows)"
    assert len(Page(html_of(report(many))).all("tr")) == MOST + 42


def test_no_name_is_a_tag_or_a_place_in_a_chart() -> None:
    made = figure(named(*HOSTILE))
    assert made is not None
    series, axis = made["data"][0], made["layout"]["xaxis"]
    for text in (*series["customdata"], *series["text"], *axis["ticktext"], series["name"]):
        assert not re.search(r"[<>]|%\{", text)
        assert not STEERS.search(text)


def test_the_library_has_no_address_and_no_end_of_script() -> None:
    code = library()
    assert not re.search(r"https?://|</script|<!--", code, re.IGNORECASE)
    assert r"http:\//www.w3.org/2000/svg" in code  # a name that drawings need, not an address
    assert len(code) > 1_000_000
