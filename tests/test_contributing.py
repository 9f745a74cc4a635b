"""The table of capabilities in CONTRIBUTING has every row and passes over no room."""

from __future__ import annotations

import re

import pytest

from tests.stages.places import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
LINKS = sorted(set(re.findall(r"\]\(((?:crmbridge|docs|tests)/[^)]+)\)", PAGE)))
TABLE = PAGE[PAGE.index("| capability |") : PAGE.index("Under all rows lie")]
ROWS = (
    *("identity", "consent", "scoring", "definition", "qualify", "routing"),
    *("recycle", "nurture", "sla", "signals", "revenue", "content", "digest", "backtest"),
)


def test_the_rows_are_what_crmbridge_does() -> None:
    found = re.findall(r"^\| (\w+) \|", TABLE, re.MULTILINE)
    assert tuple(found[1:]) == ROWS


@pytest.mark.parametrize("layer", ["flows", "policy"])
def test_every_room_stands_in_a_table(layer: str) -> None:
    rooms = [
        one
        for one in sorted((ROOT / "crmbridge" / layer).iterdir())
        if one.name not in ("__init__.py", "__pycache__")
        and (one.suffix == ".py" or (one / "__init__.py").exists())
    ]
    linked = [f"crmbridge/{layer}/{name}" for name in ("prepared.py", "retry.py")] + LINKS
    for room in rooms:
        path = str(room.relative_to(ROOT))
        assert any(one == path or one.startswith(f"{path}/") for one in linked), path


def test_the_tests_of_a_row_stand_in_its_folder_and_the_table_leads_there() -> None:
    lines = dict(re.findall(r"^\| (\w+) (\|.*)$", TABLE, re.MULTILINE))
    for row in ROWS:
        assert f"[{row}](tests/{row})" in lines[row], row
        assert list((ROOT / "tests" / row).glob("test_*.py")), row


def test_a_link_to_a_part_of_a_page_finds_its_heading() -> None:
    parts = [one.split("#") for one in LINKS if "#" in one]
    assert parts
    for page, part in parts:
        lines = (ROOT / page).read_text("utf-8").splitlines()
        heads = [one.lstrip("#").strip() for one in lines if one.startswith("#")]
        assert part in {re.sub(r"[^\w-]", "", one.lower().replace(" ", "-")) for one in heads}
