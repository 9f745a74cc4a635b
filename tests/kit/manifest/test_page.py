"""The page on manifests has every key, and its example is a whole manifest."""

from __future__ import annotations

import re
from typing import Any

from crmbridge.kit.manifest.connector import made
from crmbridge.kit.manifest.load import read
from crmbridge.kit.manifest.page import reference
from crmbridge.model.record import Row
from crmbridge.report.connector.checked import checked
from tests.stages.places import ROOT

PAGE = ROOT / "docs" / "manifests.md"
HEAD = "This part is made of the shapes themselves; a test compares the two.\n\n"


def test_the_page_has_every_key_as_the_shapes_say_it() -> None:
    written, kept = PAGE.read_text(encoding="utf-8").split(HEAD)
    assert kept == reference(), "run python -m tests.kit.manifest.test_page"
    assert written


def test_the_example_of_the_page_is_a_whole_manifest() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    spec = read("shop.toml", example.encode())
    one = made(spec, '[lead]\nobject = "people"\nfields = { email = "email" }\n')
    faults = [line.what for line in checked(one) if line.faults]
    assert faults == ["what it was proved on"]
    one({"API_KEY": "x"}, {"host": "northwind"}).close()


def test_the_hook_of_the_page_clears_a_table() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (code,) = (one for one in blocks if "return" in one)
    made: dict[str, Any] = {}
    exec(code, made)
    rows = [Row(op="1", key="", id="1", values={"owner": None}), Row(op="2", key="", values={})]
    bodies = [{"owner": {"ref": None}}, {"name": "x"}]
    assert made["prepare"](None, "people", rows, bodies) == [{"owner": None}, {"name": "x"}]


if __name__ == "__main__":
    PAGE.write_text(PAGE.read_text(encoding="utf-8").split(HEAD)[0] + HEAD + reference(), "utf-8")
