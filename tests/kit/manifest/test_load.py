"""What is said of a manifest that is wrong: file, table, key, and what to write instead."""

from __future__ import annotations

import pytest

from crmbridge.errors import ConfigError
from crmbridge.kit.manifest import load
from crmbridge.kit.manifest.connector import of
from tests.kit.manifest.shop import MANIFEST, changed
from tests.stages.places import ROOT


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('sides = ["sales"]', 'side = ["sales"]', "side: unknown key; did you mean 'sides'?"),
        ('sides = ["sales"]', "", "sides: is missing"),
        (
            'sides = ["sales"]',
            'sides = ["sale"]',
            "sides #1: give one of marketing, sales; did you",
        ),
        ("title =", "titel =", "titel: unknown key; did you mean 'title'?"),
        ('kind = "bearer"', 'kind = "bear"', "auth.kind: give one of none, bearer, header"),
        (
            "ordered = true",
            "order = true",
            "people.read.order: unknown key; did you mean 'ordered'?",
        ),
        ('state = "enum"', 'state = { typ = "enum" }', "did you mean 'type'?"),
        ("{size}", "{sice}", "objects.people.read: there is no placeholder {sice} here; did you"),
        ("{credentials.KEY}", "{credentials.KEI}", "auth.token: there is no placeholder"),
        ('path = "/me"', 'rpc = "me"', "check.rpc: there is no table [rpc]"),
        ('path = "/me"', 'path = "/me?a=1"', "check.path: write parameters into query"),
        ('path = "/me"', "", "check: give path or rpc, and not both"),
        ('stamps = ["changed"]', "", "people.stamps: changes are read by a stamp"),
        (
            'field = "ours"',
            'field = "our"',
            "people.fields: 'our' is used and is no field; did you",
        ),
        (
            "[objects.people.find.id]",
            "[objects.people.find.email]",
            "people.find: a step is looked",
        ),
        (
            "[check]",
            '[[errors]]\nkind = "refused"\ncode = "("\n[check]',
            "errors #1.code: this is no pattern",
        ),
        ("ordered = true", "", "people.deletes: live ids are a list in the order of ids"),
        (
            'roles = ["person"]',
            'roles = ["person"]\ndeletes = "in the feed"',
            "people.dead: nothing says which record of the feed is deleted",
        ),
        ("page = 2", "page = 0", "limits.page: Input should be greater than 0"),
        ("title =", "title ==", "shop.toml: this is not TOML"),
    ],
)
def test_a_fault_is_told_with_its_place(before: str, after: str, told: str) -> None:
    text = changed((before, after))
    with pytest.raises(ConfigError) as error:
        load.read("shop.toml", text.encode())
    assert "shop.toml" in str(error.value)
    assert told in str(error.value)


def test_all_faults_are_told_at_once() -> None:
    text = changed(("title =", "titel ="), ("page = 2", 'page = "two"'))
    with pytest.raises(ConfigError) as error:
        load.read("shop.toml", text.encode())
    assert len(str(error.value).splitlines()) == 3


def test_each_object_has_the_keys_of_every_unless_it_says_otherwise() -> None:
    more = """
[every]
dead = "gone"
[every.read]
records = "all"
[objects.firms]
alone = true
roles = ["firm"]
feed = "snapshot"
deletes = "never told"
fields = { name = "text" }
read = { path = "/firms", records = "firms" }
"""
    spec = load.read("shop.toml", (MANIFEST + more).encode())
    assert spec.objects["people"].dead == "gone"
    assert spec.objects["people"].read.records == "items"
    assert spec.objects["firms"].dead == ""


@pytest.mark.parametrize(("name", "most"), [("tryton", 150), ("pipedrive", 200)])
def test_a_shipped_manifest_is_short(name: str, most: int) -> None:
    folder = ROOT / "connectors" / name
    assert load.lines((folder / "manifest.toml").read_bytes()) <= most
    hooks = folder / "hooks.py"
    texts = hooks.read_text(encoding="utf-8").splitlines() if hooks.exists() else []
    assert sum(bool(line.strip()) for line in texts) <= 60
    assert of(f"connectors.{name}").info.name == name
