"""What a connector's file declares, made fields, and texts in fields of HTML."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.connector import Side
from crmbridge.errors import ConfigError, RefusalCause
from crmbridge.kit import made
from crmbridge.kit.declared import Declared
from crmbridge.kit.fields import PLAIN, cell, naive, naive_text, typed, without_false
from crmbridge.kit.html import to_html, to_text
from crmbridge.model.offer import Deletes, Feed, Key, Role

FILE = """
kinds  = { number = ["integer"] }
causes = { Forbidden = "rights" }

[about]
name        = "shop"
title       = "Shop"
sides       = ["sales"]
read_page   = 500
write_batch = 50

[credentials]
API_KEY = "on the back of the card"

[options]
page_size = { default = 500, least = 10, most = 2_000, about = "rows" }
language  = { default = "en" }

[objects]
"*" = { roles = ["rep"], feed = "snapshot", deletes = "never told", note = "Any other." }
[objects.people]
roles   = ["person", "deal"]
feed    = "window by id"
deletes = "live ids"
key     = "external table"

[made.people]
is_won = [[true, { state = ["won"] }], [false, {}]]
[made.people.status]
writes = { open = { active = true, reason = "" } }
cases  = [["closed", { active = [false] }], ["open", { state = ["new"] }]]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Declared]:
    home = tmp_path / "some_shop"
    home.mkdir()
    (home / "__init__.py").touch()
    (home / "declared.toml").write_text(FILE, encoding="utf-8")
    (home / "defaults.toml").write_text('[lead]\nobject = "people"\n', encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    yield Declared("some_shop")
    sys.path.remove(str(tmp_path))
    sys.modules.pop("some_shop", None)


def test_a_file_says_what_the_connector_is(shop: Declared) -> None:
    info = shop.info
    assert (info.name, info.title, info.sides) == ("shop", "Shop", frozenset({Side.SALES}))
    assert (info.limits.read_page, info.limits.write_batch) == (500, 50)
    others, people = info.objects
    assert people.roles == {Role.PERSON, Role.DEAL}
    assert (people.feed, people.deletes, people.key) == (
        Feed.WINDOW,
        Deletes.LIVE_IDS,
        Key.EXTERNAL,
    )
    assert (others.name, others.deletes, others.note) == ("*", Deletes.NONE, "Any other.")
    assert shop.causes == {"Forbidden": RefusalCause.RIGHTS}
    assert shop.kinds["integer"] == "number"
    assert [(one.name, one.default) for one in info.options][:2] == [
        ("page_size", "500"),
        ("language", '"en"'),
    ]


def test_options_are_checked_and_have_defaults(shop: Declared) -> None:
    own = shop.options({"page_size": 20, "limits": {"timeout": 3.5}})
    assert (own["page_size"], own["language"]) == (20, "en")
    assert shop.limits(own).timeout == 3.5
    assert shop.limits(shop.options({})).timeout == shop.info.limits.timeout
    with pytest.raises(ConfigError, match="page_size': give a whole number, 10 to 2000"):
        shop.options({"page_size": 5})
    with pytest.raises(ConfigError, match="did you mean 'language'"):
        shop.options({"langage": "de"})
    with pytest.raises(ConfigError, match="timeout"):
        shop.options({"limits": {"daily": 3}})


@pytest.mark.parametrize("key", ["", "näh", "a\nb"])
def test_a_credential_that_is_none_is_named_and_not_repeated(shop: Declared, key: str) -> None:
    with pytest.raises(ConfigError, match="set API_KEY") as caught:
        shop.required({"API_KEY": key}, "API_KEY")
    assert not key or key not in str(caught.value)


def test_a_made_field_has_the_value_of_the_first_case_that_holds(shop: Declared) -> None:
    people = shop.made("people")
    wanted = ("is_won", "status", "name")
    assert made.sources(people, wanted) == ("state", "active", "name")
    told = [
        made.values_of(people, wanted, row)
        for row in (
            {"state": "won", "active": False},
            {"state": "new", "active": True},
            {"state": "else", "active": True},
            {"state": "new"},
        )
    ]
    assert told == [
        {"is_won": True, "status": "closed"},
        {"is_won": False, "status": "open"},
        {"is_won": False},
        {"is_won": False},
    ]
    assert people["status"].described("status").choices == ("closed", "open")
    assert not people["is_won"].described("is_won").writable
    assert shop.made("pets") == {}


def test_a_made_field_is_written_as_what_it_stands_for(shop: Declared) -> None:
    people = shop.made("people")
    assert made.written(people, {"status": "open", "name": "x"}) == {
        "active": True,
        "reason": "",
        "name": "x",
    }
    assert made.written(people, {"status": "closed"}) == {"status": "closed"}


def test_false_is_nothing_but_in_a_flag() -> None:
    row = {"name": False, "done": False, "stage": {"won": False, "name": False}, "n": 0}
    assert without_false(row, {"done", "stage.won"}) == {
        "name": None,
        "done": False,
        "stage": {"won": False, "name": None},
        "n": 0,
    }


def test_plain_values_are_read_and_odd_ones_refused() -> None:
    assert typed(PLAIN, "ref", {"id": 7, "name": "x"}) == "7"
    assert typed(PLAIN, "ref", 0) is None
    assert typed(PLAIN, "multi", [1, 2]) == ("1", "2")
    assert typed(PLAIN, "multi", []) is None
    assert typed(PLAIN, "number", Decimal("12.50")) == Decimal("12.5")
    for kind, value in (("bool", "yes"), ("text", 7), ("date", "soon"), ("number", "many")):
        with pytest.raises(ValueError, match="holds something else"):
            typed(PLAIN, kind, value)


def test_cells_of_an_import() -> None:
    at = naive("2026-03-01 23:30:15")
    assert naive_text(at) == cell(at) == "2026-03-01 23:30:15"
    told = [cell(one) for one in (None, False, True, 0, Decimal("1E+2"), ("a", "b"), at.date())]
    assert told == ["", "", "1", "0", "1E+2", "a,b", "2026-03-01"]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n")))
def test_a_text_comes_back_from_html_as_it_was(text: str) -> None:
    assert to_text(to_html(text)) == text


def test_what_people_wrote_is_read_line_by_line() -> None:
    html = "<div><p>One &amp; two</p><ul><li>a</li><li>b</li></ul></div><script>x()</script>end"
    assert to_text(html) == "One & two\na\nb\nend"
    assert to_text("<p>one<br></p><p><br></p><p>two</p>") == "one\n\n\n\ntwo"
    assert to_text("") == ""
    assert to_html("a\r\nb") == "<p>a<br>b</p>"
