"""What a connector's file declares, made fields, and texts in fields of HTML."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.connector import Side
from crmbridge.errors import ConfigError, RefusalCause
from crmbridge.kit import made
from crmbridge.kit.declared import Declared
from crmbridge.kit.fields import PLAIN, cell, naive, naive_text, serials, typed, without_false
from crmbridge.kit.html import to_html, to_text
from crmbridge.model.offer import RECORDS, Deletes, Feed, Key, Role

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
doubles   = { default = "refuse", values = ["refuse", "allow"] }
backward  = { default = false }
key_field = { default = "key", pattern = "[a-z]+", what = "a name in small letters" }

[objects]
"*" = { roles = ["rep"], feed = "snapshot", deletes = "never told", note = "Any other." }
[objects.people]
roles   = ["person", "deal"]
feed    = "window by id"
deletes = "live ids"
key     = "external table"

[names]
people = ["person", "0-1"]

[waits]
LOCKED = 5.0

[words]
stages = ["first", "last"]

[paths]
"/v3/people" = "/people/{v}"

[made.people]
is_won = [[true, { state = ["won"] }], [false, {}]]
[made.people.status]
writes = { open = { active = true, reason = "" } }
cases  = [["closed", { active = [false] }], ["open", { state = ["new"] }]]
"""


@contextmanager
def _package(folder: Path, text: str) -> Iterator[Declared]:
    """A package with a file that declares a connector."""
    home = folder / "some_shop"
    home.mkdir()
    (home / "__init__.py").touch()
    (home / "declared.toml").write_text(text, encoding="utf-8")
    (home / "defaults.toml").write_text('[lead]\nobject = "people"\n', encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        yield Declared("some_shop")
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("some_shop", None)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Declared]:
    with _package(tmp_path, FILE) as found:
        yield found


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


@pytest.mark.parametrize(
    ("option", "good", "bad", "wanted"),
    [
        ("doubles", "allow", "perhaps", "refuse or allow"),
        ("backward", True, "yes", "true or false"),
        ("key_field", "ours", "Ours", "a name in small letters"),
    ],
)
def test_each_kind_of_option_takes_what_it_can_be(
    shop: Declared, option: str, good: object, bad: object, wanted: str
) -> None:
    assert shop.options({option: good})[option] == good
    with pytest.raises(ConfigError, match=f"{option}': give {wanted}"):
        shop.options({option: bad})


QUOTAS = """
[budgets]
daily = { calls = 1_000, seconds = 86_400.0, share = 0.5, source = "its page" }
"""


def test_a_company_sets_quotas_and_the_deadline_in_one_table(tmp_path: Path) -> None:
    with _package(tmp_path, FILE + QUOTAS) as shop:
        (quota,) = shop.info.limits.budgets
        assert (quota.name, quota.calls, quota.share, quota.source) == (
            "daily",
            1_000,
            0.5,
            "its page",
        )
        limits = shop.limits(shop.options({"limits": {"daily": 70, "timeout": 2.5}}))
        assert (limits.budgets[0].calls, limits.timeout) == (70, 2.5)
        with pytest.raises(ConfigError, match="daily, timeout and nothing else"):
            shop.options({"limits": {"hourly": 3}})


def test_a_deadline_of_its_own_stands_in_no_table(tmp_path: Path) -> None:
    own = """[options]
limits          = { about = "quotas of your plan" }
timeout_seconds = { default = 60.0, least = 0, most = 99, above = true }
"""
    with _package(tmp_path, FILE.replace("[options]\n", own) + QUOTAS) as shop:
        assert shop.info.options[0].about == "quotas of your plan"
        assert shop.limits(shop.options({"timeout_seconds": 1.5})).timeout == 1.5
        for wrong in ({"limits": {"timeout": 3}}, {"timeout_seconds": 0}):
            with pytest.raises(ConfigError, match=next(iter(wrong))):
                shop.options(wrong)


def test_an_object_without_roles_can_be_anything_but_staff(tmp_path: Path) -> None:
    with _package(tmp_path, FILE.replace('roles   = ["person", "deal"]', "")) as shop:
        assert shop.info.objects[1].roles == RECORDS


@pytest.mark.parametrize("alias", ["people", "People", "PERSON", "0-1"])
def test_an_object_goes_by_any_of_its_names(shop: Declared, alias: str) -> None:
    assert shop.canonical(alias) == "people"
    assert shop.canonical("Own__c") == "Own__c"


def test_words_waits_and_paths_come_as_the_file_has_them(shop: Declared) -> None:
    assert shop.words == {"stages": ("first", "last")}
    assert shop.waits == {"LOCKED": 5.0}
    assert shop.paths == {"/v3/people": "/people/{v}"}


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


def test_only_numbers_of_32_bits_are_serials() -> None:
    assert serials(["7", "x", "", "-1", "2147483647", "2147483648", "٣"]) == [7, 2147483647, 3]


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
