"""Links that nobody gave: refused before anything is read for them, and only so often."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.files import read_agreement
from crmbridge.web.board.sign import SIGNING
from crmbridge.web.tries import LINKS as MOST
from tests.stages.line import Line
from tests.web.site import Caller
from tests.web.test_agreement import PAGE, links_of, with_links


@pytest.fixture
def second(bare: Line) -> Path:
    """A second version that nobody has signed."""
    bare.ok("agreement", "draft", "--from", "2026-09-01")
    return bare.file("agreements/v2.toml")


def forged(link: str) -> str:
    """A link whose body is one of ours, and whose code is not."""
    body, _, mac = link.partition(".")
    return f"{body}.{mac[::-1]}"


def opened(somebody: Caller, link: str) -> int:
    return somebody.get(link).status_code


def test_no_file_is_read_for_a_link_that_nothing_vouches_for(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        somebody.get(PAGE)
        with second.open("a") as file:
            file.write("\nnonsense = [")
        assert opened(somebody, link) == 503  # a good one has the files read, which are wrong
        assert opened(somebody, forged(link)) == 403
        answer = somebody.http.post(somebody.url + forged(link), data={"read": "yes"})
        assert answer.status_code == 403
        assert "not complete" in answer.text


def test_who_only_reads_waits_for_nobody_who_signs(bare: Line, second: Path) -> None:
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        with SIGNING:
            assert opened(somebody, link) == 200
            assert opened(somebody, forged(link)) == 403
            answer = somebody.http.post(somebody.url + forged(link), data={"read": "yes"})
            assert answer.status_code == 403
        signed = somebody.http.post(somebody.url + link, data={"read": "yes"})
        assert "has signed" in signed.text


@pytest.mark.parametrize("odd", ["forged", "x", "foreign", "e30.AA"])
def test_after_many_links_that_are_none_an_address_waits(
    bare: Line, second: Path, odd: str
) -> None:
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        other = {
            "forged": forged(link),
            "foreign": link.replace("/sign/eyJjIjoi", "/sign/eyJjIjox"),
        }
        tried = other.get(odd, f"/sign/{odd}")
        for _ in range(MOST):
            assert opened(somebody, tried) == 403
        answer = somebody.get(link)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "60"
        assert "Too many links" in answer.text
        posted = somebody.http.post(somebody.url + link, data={"read": "yes"})
        assert posted.status_code == 429
        assert somebody.get(PAGE).status_code == 200  # all else is open to them
    assert [one.name for one in read_agreement(second).signed] == []


def test_who_has_a_good_link_to_a_text_that_changed_is_not_counted(
    bare: Line, second: Path
) -> None:
    with with_links(bare) as somebody:
        link, _ = links_of(somebody)
        second.write_text(second.read_text().replace("idle_days      = 14", "idle_days      = 28"))
        for _ in range(MOST + 1):
            assert opened(somebody, link) == 403
