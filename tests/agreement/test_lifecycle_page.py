"""The page that leads from a whiteboard to files: its files are put together, and work."""

from __future__ import annotations

import re
from pathlib import Path

from crmbridge.files import load
from crmbridge.policy.qualify.examples import try_all
from tests.stages.line import Line, line_in, opened
from tests.stages.places import JO, ROOT

PAGE = (ROOT / "docs" / "lifecycle.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n# ([^\n]+)\n(.*?)```", PAGE, re.DOTALL)


def block(begins: str) -> str:
    """The text of the block whose first line begins so; there is one."""
    (found,) = [text for where, text in BLOCKS if where.startswith(begins)]
    return str(found)


def put_together(line: Line) -> None:
    """Acme's teams and mapping as somebody makes them who follows the page."""
    line.file("teams.toml").write_text(block("teams.toml"), "utf-8")
    mapping = line.file("mapping.toml").read_text("utf-8")
    types = block("mapping.toml, in the place of the line `types`")
    mapping, many = re.subn(r"(?m)^types = \{ \"Open - Not Contacted\".*\n", types, mapping)
    assert many == 1
    mapping = mapping.replace("[tracks]\n", "[tracks]\n" + block("mapping.toml, under [tracks]"))
    line.file("mapping.toml").write_text(mapping, "utf-8")


def written_into(draft: Path) -> None:
    """The draft as the page has it written."""
    text = draft.read_text("utf-8")
    row = block("the draft, in the place of the row")
    text, many = re.subn(r"(?m)^no_decision_maker .*\n", row, text)
    assert many == 1
    example = block("the draft, in the place of the example")
    old = r"(?s)\[\[test\]\]\nname    = \"a customer on an open deal\".*?\n\n"
    text, many = re.subn(old, example + "\n", text)
    assert many == 1
    draft.write_text(text + "\n" + block("the draft, at its end"), "utf-8")


def test_every_block_of_the_page_is_used() -> None:
    assert [where.split(",")[0] for where, _ in BLOCKS] == [
        "teams.toml",
        "mapping.toml",
        "mapping.toml",
        "the draft",
        "the draft",
        "the draft",
    ]


def test_whoever_follows_the_page_has_files_that_work(tmp_path: Path) -> None:
    line = line_in(tmp_path)
    put_together(line)
    with opened(line) as desk:
        desk.contact(JO, firstname="Jo", lastname="Kern", company="Buyer")
        desk.form(JO, page="https://acme.example/vbook/cleaning")
        desk.armed()
        desk.ok("agreement", "draft", "--from", "2026-07-01")
        written_into(desk.file("agreements/v2.toml"))
        files = load(Path(desk.env["CRMBRIDGE_CONFIG"]), "acme")
        (draft,) = [one for one in files.versions.all if one.version == 2]
        assert [one.why for one in try_all(draft, "EUR") if one.why] == []
        assert files.teams.from_others == {"field"}
        home = str(Path(desk.env["CRMBRIDGE_CONFIG"])) + "/"
        for words in commands():
            desk.ok(*(word.replace("mappings/", home) for word in words))


def commands() -> list[list[str]]:
    """The commands of the page, but for the one that makes the draft."""
    code = re.findall(r"(?m)^crmbridge (.+)$", PAGE) + re.findall(r"`crmbridge ([^`\n]+)`", PAGE)
    found = [one.split() for one in dict.fromkeys(code) if not one.startswith("agreement draft")]
    assert len(found) >= 9
    return found
