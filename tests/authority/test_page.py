"""The page of who may write what: in words, with examples, and without touching anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmbridge.flows.explain.rules import rules_told
from crmbridge.report.rules import page
from tests.authority.stage import ruled
from tests.stages.line import Desk, Line
from tests.stages.places import JO
from tests.stages.play import example

Edit = Callable[[str, str, str], None]


def lines_of(data: dict[str, Any]) -> dict[str, str]:
    """The first line of each field's part of the page."""
    told = [line for line in page(data) if line and not line.startswith(" ")]
    return dict(line.split(": ", 1) for line in told[1:] if ": " in line)


def static(**rules: Any) -> dict[str, str]:
    fields = rules_told(ruled(example(), **rules).mapping)
    return lines_of({"company": "acme", "ledger": True, "fields": fields})


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("latest", "the newer change wins"),
        ("marketing", "marketing wins"),
        ("sales", "sales wins"),
        ("hold", "a person decides"),
        ("fill_if_empty", "never written over"),
        ("once", "the first value that anybody gave stands"),
        ("off", "written to neither side"),
    ],
)
def test_each_rule_is_said_in_plain_words(rule: str, words: str) -> None:
    assert words in static(phone=rule)["Phone"]
    assert "_" not in static(phone=rule)["Phone"]


def test_what_no_rule_is_about_is_said_too() -> None:
    told = static()
    assert told["Opted out"].startswith("a no in any system counts in all")
    assert told["Stage"] == "nobody but crmbridge writes it."
    assert told["Industry"] == "marketing alone tells it, and crmbridge writes it nowhere else."
    assert told["Source"] == (
        "marketing alone tells it, and crmbridge writes it to sales, into an empty field only."
    )
    assert told["Email"].endswith("(no rule is named).")
    assert "marketing keeps its own" in told["Email"]


def test_a_field_is_named_on_both_sides() -> None:
    fields = rules_told(example().mapping)
    text = list(page({"company": "acme", "ledger": True, "fields": fields}))
    assert "  HubSpot phone <-> Salesforce Phone" in text
    assert "  HubSpot industry (only read)" in text
    assert "  HubSpot email (only read); Salesforce Email (read and written)" in text


def test_without_a_ledger_the_page_says_so_and_makes_none(bare: Line) -> None:
    said = bare.ok("mapping", "rules")
    assert "There is no ledger yet" in said.out
    assert "Phone: marketing and sales may both change it" in said.out
    data = bare.json("mapping", "rules", "acme")
    assert data["ledger"] is False
    assert not list(Path(bare.home / "data").iterdir())


def test_the_page_shows_what_each_system_has_and_what_is_written_next_and_why(desk: Desk) -> None:
    for name in ("jo", "al", "em", "ed"):
        desk.contact(f"{name}@buyer.example", lastname="Kern", phone="+49 1", jobtitle="Head")
        desk.form(f"{name}@buyer.example")
    desk.armed()
    desk.ok("sync")
    ident = desk.lead(JO)["Id"]
    desk.box.sales.act("edit", object="Lead", id=ident, fields={"Phone": "+49 2"})
    desk.ok("disarm")
    desk.later(minutes=5)
    desk.ok("sync")
    calls = len(desk.box.marketing.audit()) + len(desk.box.sales.audit())
    before = desk.ok("ledger", "export", str(desk.home / "before")).out
    said = desk.ok("mapping", "rules").out
    line = next(one for one in said.splitlines() if "+49 2" in one)
    assert f"{JO} (lead " in line
    assert "HubSpot has +49 1, Salesforce has +49 2, last alike in both: +49 1" in line
    assert "next, +49 2 goes to HubSpot phone (" in line
    assert "authority.phone = latest: sales alone changed it" in line
    assert "both are alike, and nothing is written" in said
    data = {one["field"]: one for one in desk.json("mapping", "rules")["fields"]}
    assert all(len(one["examples"]) <= 3 for one in data.values())
    assert [one["kind"] for one in data["phone"]["examples"]] == ["written", "alike", "alike"]
    assert data["phone"]["rule"] == "latest"
    after = desk.ok("ledger", "export", str(desk.home / "after")).out
    assert before.split()[0] == after.split()[0]
    assert (desk.home / "before").read_bytes() == (desk.home / "after").read_bytes()
    assert calls == len(desk.box.marketing.audit()) + len(desk.box.sales.audit())


def test_a_dispute_and_what_differs_for_good_are_told_apart(desk: Desk, edit: Edit) -> None:
    edit("mapping.toml", 'phone      = "latest"', 'phone      = "fill_if_empty"')
    edit("mapping.toml", 'country    = "marketing"\n', "")
    desk.contact(JO, lastname="Kern", phone="+49 1", country="Norway")
    desk.form(JO)
    desk.armed()
    ident = desk.lead(JO)["Id"]
    fields = {"Phone": "+49 2", "Country": "Sweden"}
    desk.box.sales.act("edit", object="Lead", id=ident, fields=fields)
    found = desk.person(JO)["id"]
    desk.box.marketing.act("edit", object="contacts", id=found, properties={"country": "Denmark"})
    desk.later(minutes=5)
    desk.ok("sync")
    said = desk.ok("mapping", "rules").out
    assert "they differ and stay so, and our lead has +49 2" in said
    assert "both changed it, and a person decides" in said
    assert (
        "Country: marketing and sales may both change it; where both did, a person decides " in said
    )
