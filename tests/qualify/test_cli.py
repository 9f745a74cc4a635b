"""Explain, tried on leads that wait, were merged, are held or opted out; now and in the past."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stages.line import Desk, line_in, opened
from tests.stages.places import ROOT, START

PLACES = [(f"open_limit = {n}", "open_limit = 1") for n in (25, 20, 10)]
GUIDE = ROOT / "docs" / "howto" / "read-an-explanation.md"
RICH = {"jobtitle": "CTO", "industry": "SOFTWARE", "numberofemployees": "300"}
NOON = "2026-03-03T13:00"
"""In the company's zone; the line below is full from 11 o'clock on."""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Six people ask within minutes for three reps with little room; two days later."""
    with opened(line_in(tmp_path_factory.mktemp("full"))) as desk:
        teams = desk.file("teams.toml")
        text = teams.read_text("utf-8")
        for before, after in PLACES:
            text = text.replace(before, after)
        teams.write_text(text, "utf-8")
        desk.armed()
        desk.later(hours=25)
        for n in range(6):
            country = "France" if n % 4 == 0 else "Germany"
            desk.contact(f"w{n}@k{n}.example", lastname=f"N{n}", country=country, **RICH)
            desk.form(f"w{n}@k{n}.example")
            desk.later(minutes=2)
            desk.ok("sync")
        desk.later(hours=5)
        desk.ok("capacity", "pause", "cat", "--by", "Mia")
        desk.later(days=2)
        desk.reject("w1@k1.example", "Bad timing")
        desk.later(minutes=5)
        desk.ok("sync")
        yield desk


def why(told: dict[str, Any]) -> dict[str, list[str]]:
    return {one["rep"]: one["why"] for one in told["capacity"]["line"]["reps"]}


def test_a_lead_that_waits_is_told_its_team_and_why_each_rep_does_not_have_it(full: Desk) -> None:
    told = full.json("explain", "w4@k4.example")
    line = told["capacity"]["line"]
    assert (line["team"], line["reason"], line["fill"]) == ("international", "below_bar", "1")
    assert why(told) == {"dev": ["open_limit"], "eva": ["off", "lacks_skill"]}
    assert line["leaves_at"].startswith("2026-03-13T10:1")
    text = full.ok("explain", "w4@k4.example").out
    assert "Dev Mehta: holds 1 of 1; is full" in text
    assert "Eva Novak: holds 0 of 1; takes no leads" in text


def test_the_desks_of_a_past_moment_are_those_of_that_moment(full: Desk) -> None:
    now = full.json("explain", "w5@k5.example")
    then = full.json("explain", "w5@k5.example", "--as-of", NOON)
    assert then["capacity"]["line"]["fill"] != (now["capacity"]["line"] or {}).get("fill")
    desks = {one["rep"]: one["open"] for one in then["capacity"]["line"]["reps"]}
    assert desks == {"ann": 1, "bob": 1, "cat": 0}
    assert "paused" not in why(then)["cat"]
    assert then["waiting"]["reason"] == then["capacity"]["line"]["reason"] == "below_bar"


def test_a_pause_counts_from_the_moment_it_was_said(full: Desk) -> None:
    told = full.json("explain", "w5@k5.example", "--as-of", "2026-03-04T09:00")
    assert why(told)["cat"] == ["paused"]


def test_who_was_given_a_lead_is_told_with_their_room_in_that_moment(full: Desk) -> None:
    given = full.json("explain", "w0@k0.example")["capacity"]["given"]
    assert (given["rep"], given["open_before"], given["open_limit"]) == ("dev", 0, 1)
    assert (given["fill_before"], given["bar"]) == ("0", "warm")
    assert "given to Dev Mehta of team international" in full.ok("explain", "w0@k0.example").out


def test_nothing_that_was_learned_later_is_told_of_the_past(full: Desk) -> None:
    whole = full.ok("explain", "w1@k1.example", "--as-of", NOON, "--json").out
    told = json.loads(whole)
    moments = re.findall(r"\"(?:at|since|changed_at|first_at|last_at)\": \"(20[^\"]+)\"", whole)
    assert moments
    assert max(moments) <= told["as_of"]
    assert "bad_timing" not in json.dumps({k: v for k, v in told.items() if k != "agreement"})
    assert "bad_timing" in full.ok("explain", "w1@k1.example", "--json").out


def test_every_fact_names_system_record_field_time_and_use(full: Desk) -> None:
    facts = {one["fact"]: one for one in full.json("explain", "w4@k4.example")["facts"]}
    size = facts["employees"]
    assert (size["source"], size["vendor_field"]) == ("marketing", "numberofemployees")
    assert size["record"].startswith("marketing:contacts:")
    assert size["at"].startswith("2026-03-03T10:")
    assert size["used_by"] == ["one_person", "fit:size"]
    assert (facts["email_domain"]["from"], facts["email_domain"]["vendor_field"]) == (
        "email",
        "email",
    )
    assert (facts["engagement"]["source"], facts["engagement"]["from"]) == ("crmbridge", "touches")
    assert facts["hand_raise_at"]["record"].startswith("marketing:form:")


def test_who_signed_is_told(full: Desk) -> None:
    found = full.json("explain", "w0@k0.example")["agreement"]
    assert [one["side"] for one in found["signed"]] == ["marketing", "sales"]
    assert found["now"] == f"v{found['version']}:{found['hash'][:12]}"
    assert found["handed_over_under"]["version"] == found["version"]


@pytest.mark.parametrize("asked", ["w0@k0.example", "w4@k4.example", "w1@k1.example"])
def test_every_key_of_the_document_is_described_and_every_described_key_is_there(
    full: Desk, asked: str
) -> None:
    told = full.json("explain", asked)
    part = GUIDE.read_text("utf-8").partition("## As JSON")[2]
    described = set(re.findall(r"^\| `([a-z_]+)` \|", part, re.MULTILINE))
    assert described == set(told)


def test_the_parts_of_the_document_have_the_keys_that_are_described(full: Desk) -> None:
    waits, given = (full.json("explain", f"w{n}@k{n}.example") for n in (4, 1))
    parts = {
        "facts[]": waits["facts"][0],
        "ready": waits["ready"],
        "ready.flip": waits["ready"]["flip"],
        "capacity": waits["capacity"],
        "capacity.line": waits["capacity"]["line"],
        "capacity.line.reps[]": waits["capacity"]["line"]["reps"][0],
        "capacity.given": given["capacity"]["given"],
        "returns[]": given["returns"][0],
        "agreement": given["agreement"],
        "writes[]": given["writes"][0],
    }
    text = GUIDE.read_text("utf-8").partition("### Inside")[2]
    rows = dict(re.findall(r"^\| `([a-z_.\[\]]+)` \| (.*) \|$", text, re.MULTILINE))
    assert set(parts) <= set(rows)
    for name, part in parts.items():
        assert set(part) == set(re.findall(r"`([a-z_]+)`", rows[name])), name


def test_known_as_of_alone_is_refused_and_says_what_to_add(full: Desk) -> None:
    said = full.run("explain", "w0@k0.example", "--known-as-of", NOON)
    assert said.code == 1
    assert "give --as-of too" in said.err
    early = full.run("explain", "w0@k0.example", "--as-of", NOON, "--known-as-of", "2026-03-03")
    assert "an earlier time there" in early.err


def test_a_merged_lead_is_explained_as_one_and_before_the_merge_as_two(desk: Desk) -> None:
    desk.contact("jo@buyer.example", lastname="Kern", company="Buyer")
    desk.contact("al@buyer.example", lastname="Lund", company="Buyer")
    desk.armed()
    jo, al = (desk.json("explain", f"{name}@buyer.example")["lead"] for name in ("jo", "al"))
    desk.later(hours=1)
    ids = {one["properties"]["email"]: one["id"] for one in desk.box.marketing.state("contacts")}
    desk.box.marketing.act("merge", primary=ids["jo@buyer.example"], other=ids["al@buyer.example"])
    desk.later(minutes=5)
    desk.ok("sync")
    told = desk.json("explain", al)
    assert (told["lead"], told["merged_from"]) == (jo, [al])
    assert "is the same person, and part of this one" in desk.ok("explain", al).out
    before = (START + timedelta(minutes=30)).isoformat()
    for asked in (al, "al@buyer.example"):
        then = desk.json("explain", asked, "--as-of", before)
        assert (then["lead"], then["who"]["last_name"], then["merged_from"]) == (al, "Lund", [])
    assert desk.json("explain", "jo@buyer.example", "--as-of", before)["lead"] == jo


def test_held_work_of_a_lead_is_told_with_its_advice_and_not_before_it_came_up(
    desk: Desk,
) -> None:
    desk.contact("jo@buyer.example", lastname="Kern", company="Odd")
    desk.armed()
    desk.later(hours=1)
    rule = {"object": "Lead", "when": [{"field": "Company", "op": "equals", "value": "Odd"}]}
    desk.box.sales.config(validation_rules=[rule | {"message": "Not this one"}])
    desk.form("jo@buyer.example")
    desk.later(minutes=5)
    desk.ok("sync")
    (held,) = desk.json("explain", "jo@buyer.example")["held"]
    assert "Not this one" in held["advice"]
    assert "Held for a person: see below." in desk.ok("explain", "jo@buyer.example").out
    before = (START + timedelta(minutes=30)).isoformat()
    assert desk.json("explain", "jo@buyer.example", "--as-of", before)["held"] == []
    at = desk.json("explain", "jo@buyer.example")["as_of"]
    desk.box.sales.config(validation_rules=[])
    desk.later(hours=1)
    desk.ok("held", "retry", held["id"])
    desk.ok("sync")
    assert desk.json("explain", "jo@buyer.example")["held"] == []
    (then,) = desk.json("explain", "jo@buyer.example", "--as-of", at)["held"]
    assert then["kind"] == held["kind"]


def test_the_guide_shows_the_text_as_it_is(desk: Desk, tmp_path: Path) -> None:
    """The tree in the guide is what the command prints for the lead that it tells of."""
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.form("jo@buyer.example", "https://acme.example/pricing")
    desk.armed()
    printed = desk.ok("explain", "jo@buyer.example").out.splitlines()
    shown = GUIDE.read_text("utf-8").partition("```\nReady for sales?")[2].partition("```")[0]
    lines = [one for one in shown.splitlines() if one.strip()]
    assert len(lines) > 10
    assert [one for one in lines if one not in printed] == []
