"""docs/agreement.md as its reader follows it: every command typed in order, every edit made."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from crmbridge.cli import app
from crmbridge.files import load
from tests.stages.line import Desk, Line, Said, line_in, opened, played
from tests.stages.places import ROOT

PAGE = (ROOT / "docs" / "agreement.md").read_text(encoding="utf-8")
V2 = Path("mappings/acme/agreements/v2.toml")


def part(title: str) -> str:
    """A chapter of the page."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def steps(text: str) -> Iterator[tuple[str, str]]:
    """The blocks of a chapter in order: `("", command)` and `("toml", what to write)`."""
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield from [(kind, block)] if kind else (("", one) for one in block.splitlines())


@dataclass
class Reader:
    """A person with a text editor and a terminal, in the folder that holds `mappings`."""

    line: Line
    heard: dict[str, Said] = field(default_factory=dict)

    def follow(self, text: str) -> None:
        for kind, block in steps(text):
            if kind:
                self.write(block)
            else:
                self.type(block)

    def type(self, command: str) -> None:
        program, *words = shlex.split(command)
        assert program == "crmbridge"
        self.heard[command] = self.line.ok(*words)

    def write(self, block: str) -> None:
        """Put a criterion in the place of the one with its id; add anything else at the end."""
        text = V2.read_text(encoding="utf-8")
        ident = re.match(r"\s*\{ id = \"(\w+)\"", block)
        if ident is None:
            V2.write_text(f"{text}\n{block}", encoding="utf-8")
            return
        found = re.findall(rf'^ *\{{ id = "{ident[1]}".*\n', text, re.MULTILINE)
        assert len(found) == 1
        V2.write_text(text.replace(found[0], block), encoding="utf-8")

    def said(self, start: str) -> str:
        """What the last command that begins so answered."""
        return [one.out for words, one in self.heard.items() if words.startswith(start)][-1]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with contextlib.chdir(tmp_path), opened(line_in(tmp_path)) as made:
        played(made)
        yield made


def touched(desk: Desk, email: str) -> None:
    """Somebody at a webinar and on the prices: 35 points that fade, and no raised hand."""
    fits = {"jobtitle": "Head of Quality", "industry": "DAIRY", "numberofemployees": "400"}
    desk.contact(email, lastname="Kern", company="Kern Dairy", country="Germany", **fits)
    desk.form(email, "https://acme.example/webinar/live-demo")
    desk.form(email, "https://acme.example/pricing")


def test_the_workshop_ends_in_a_page_with_both_names(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    reader = Reader(Line(home=tmp_path, env={"CRMBRIDGE_CONFIG": "mappings"}))
    with contextlib.chdir(tmp_path):
        reader.follow(part("The workshop"))
        page = reader.line.ok("agreement", "show").out
        assert reader.line.ok("validate", "acme").out == "All well.\n"
    assert "Agreement of marketing and sales: acme" in page
    assert "in force" in page
    assert "for marketing: Dana Ortiz, on 20" in page
    assert "for sales: Priya Raman, on 20" in page
    assert "11 examples, all as expected" in reader.said("crmbridge agreement test")


def test_a_reader_changes_the_bar_from_the_page_alone_and_sees_it_in_force(desk: Desk) -> None:
    reader = Reader(desk)
    reader.follow(part("Changing what was agreed"))
    assert "12 examples, all as expected" in reader.said("crmbridge agreement test")
    assert (
        "engagement score is at least 35, under all > any -> engagement score is at least 30"
    ) in reader.said("crmbridge agreement diff")
    assert "No lead changes side" in reader.said("crmbridge agreement backtest")
    assert "It takes effect on 2026-07-01 00:00." in reader.said("crmbridge agreement approve")
    assert reader.said("crmbridge validate") == "All well.\n"
    assert re.search(r"^2 +approved +2026-07-01", reader.said("crmbridge agreement list"), re.M)
    page = reader.said("crmbridge agreement show")
    assert "engaged: engagement score is at least 30" in page
    assert "for sales: Priya Raman, on 2026-03-0" in page
    desk.box.set_time(datetime(2026, 6, 30, 21, 59, 59, tzinfo=UTC))
    assert "version 1, from 2026-01-01" in desk.ok("agreement", "show").out
    desk.box.set_time(datetime(2026, 6, 30, 22, tzinfo=UTC))
    assert "version 2, from 2026-07-01 00:00 Europe/Berlin; in force" in (
        desk.ok("agreement", "show").out
    )
    assert [one["state"] for one in desk.json("agreement", "list")["versions"]] == [
        "superseded",
        "effective",
    ]


def test_the_bar_from_the_page_decides_from_its_day_on_and_can_be_taken_back(desk: Desk) -> None:
    Reader(desk).follow(part("Changing what was agreed"))
    desk.box.set_time(datetime(2026, 6, 29, 9, tzinfo=UTC))
    touched(desk, "ka@buyer.example")
    desk.later(days=1)
    desk.ok("sync")
    assert ("ka@buyer.example", "v1") not in handed(desk)
    desk.box.set_time(datetime(2026, 7, 1, 9, tzinfo=UTC))
    desk.ok("sync")
    assert ("ka@buyer.example", "v2") in handed(desk)
    text = V2.read_text(encoding="utf-8")
    V2.write_text(text.replace("\n[owners]", "\nwithdrawn = true\n[owners]"), encoding="utf-8")
    states = [one["state"] for one in desk.json("agreement", "list")["versions"]]
    assert states == ["effective", "withdrawn"]


def handed(desk: Desk) -> set[tuple[str, str]]:
    """Who is in Salesforce, and by which version they were handed over, as its record says."""
    return {
        (one["Email"], one["CrmBridge_Definition__c"].partition(":")[0])
        for one in desk.box.sales.state("Lead")
    }


def test_a_draft_is_a_copy_that_nobody_signed_and_never_overwrites(tmp_path: Path) -> None:
    line = line_in(tmp_path)
    said = line.ok("agreement", "draft", "--from", "2036-07-01").out
    assert "Wrote version 2, a copy of version 1" in said
    made = line.file("agreements") / "v2.toml"
    before = line.file("agreement.toml").read_text(encoding="utf-8").splitlines()
    after = made.read_text(encoding="utf-8").splitlines()
    assert [one for one in after if one not in before] == [
        "version        = 2",
        "effective_from = 2036-07-01        # from 00:00 in `zone`",
        "signed = []",
    ]
    assert load(line.file("").parent, "acme").versions.numbered(2)
    again = line.run("agreement", "draft", "--from", "2036-07-01")
    assert (again.code, again.err) == (
        1,
        "version 2 takes effect on 2036-07-01 already: choose another day\n",
    )
    assert line.run("agreement", "draft", "--from", "July").err == (
        "'July' is no day: write it as in 2026-03-02\n"
    )


def commands() -> set[str]:
    """Every command in full, such as `agreement show`."""

    def walk(group: TyperGroup, before: str) -> Iterator[str]:
        for name, one in group.commands.items():
            if isinstance(one, TyperGroup):
                yield from walk(one, f"{before}{name} ")
            else:
                yield f"{before}{name}"

    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return set(walk(root, ""))


def test_a_command_that_the_page_only_names_is_one() -> None:
    named = re.findall(r"`crmbridge ([^`]+)`", PAGE)
    assert named
    known = commands()
    for words in named:
        first, second = (*words.split(), "")[:2]
        assert first in known or f"{first} {second}" in known, words
