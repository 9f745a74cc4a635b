"""The files of the pages: packed, kept for a year under a mark, and no others."""

from __future__ import annotations

import re

import pytest

from crmbridge.web.board.assets import NAMES, address_of, map_styles, style_of, text_of
from tests.web.site import Caller


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_kept_for_a_year_under_its_mark(empty: Caller, name: str) -> None:
    answer = empty.get(address_of(name))
    assert answer.status_code == 200
    assert answer.text == text_of(name)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    old = empty.get(f"/static/0123/{name}")
    assert old.headers["Cache-Control"] == "no-store"
    bare = empty.get(address_of(name), headers={"Accept-Encoding": "identity"})
    assert bare.text == text_of(name)


@pytest.mark.parametrize(
    "path", ["/static/x/app.py", "/static/x/..%2fapp.py", "/static/x/%2e%2e/board.css", "/static/x"]
)
def test_there_is_no_other_file(empty: Caller, path: str) -> None:
    assert empty.get(path).status_code == 404


def test_plotly_s_styles_are_read_out_of_its_code() -> None:
    rules = text_of("plotly.css")
    assert ".js-plotly-plot .plotly .main-svg{position:absolute" in rules
    assert len(rules.splitlines()) > 20
    assert map_styles()
    assert style_of("function nothing() {}") == ""


def test_nothing_in_our_files_names_another_host() -> None:
    for name in NAMES:
        found = re.findall(r"[\"'`(]https?://(?!www\.w3\.org)[^\"'`)]*", text_of(name))
        assert found == [], name
