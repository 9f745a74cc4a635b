"""Leads: found by what people type, and shown whole; bad names are only names."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from crmbridge.flows.operate.names import Names
from crmbridge.store import leads
from tests.stages.line import Line
from tests.web.site import TOKEN, VIEW, Caller, caller, happening, served, words
from tests.web.year import LONG, SCRIPT

PAGE = "/c/acme/leads"


def ident_of(line: Line, who: str) -> str:
    """The id of one of the year's people."""
    with line.ledger() as ledger, ledger.read() as tx:
        row = leads.by_ref(tx, "sales", "Contact", [who])[who]
    assert row.lead
    return row.lead


def search(somebody: Caller, text: str) -> str:
    """What a search answers, once the names were read."""
    csrf = somebody.csrf(PAGE)
    for _ in range(20):
        said = somebody.post(PAGE, csrf, q=text).text
        if "names of all leads are being read" not in said:
            return said
        time.sleep(0.1)  # the names of all leads are read in the background
    raise AssertionError("the names are read for ever")


@pytest.mark.parametrize("text", ["good3@buyer.example", "good3", "sales:Contact:good3"])
def test_what_names_one_lead_leads_to_its_page_without_itself_in_the_address(
    year: Line, director: Caller, text: str
) -> None:
    answer = director.post(PAGE, q=text)
    assert answer.status_code == 200
    assert answer.url.path == f"{PAGE}/{ident_of(year, 'good3')}"
    assert "good3" not in str(answer.url)


def test_a_part_of_a_name_finds_all_who_have_it(director: Caller) -> None:
    said = words(search(director, "PERSON 12"))
    assert said.count("Person 12") == 2


def test_accents_and_capitals_do_not_matter(year: Line, director: Caller) -> None:
    with happening(year) as world:
        world.person("ae", first_name="Élodie", last_name="Müller", account="")
    assert "Élodie Müller" in search(director, "elodie mull")


def test_new_names_are_found_at_once(year: Line, director: Caller) -> None:
    assert "Nobody is found" in search(director, "Zarathustra")
    with happening(year) as world:
        world.person("za", last_name="Zarathustra")
    assert ">Zarathustra</a>" in search(director, "Zarathustra")


def test_nobody_found_says_what_to_do_and_repeats_nothing_in_the_address(director: Caller) -> None:
    answer = director.post(PAGE, q="nobody@nowhere.example")
    assert "Nobody is found by this" in answer.text
    assert "nobody" not in str(answer.url)
    assert "first" in director.post(PAGE, q="   ").text


def test_more_than_fit_are_said(director: Caller) -> None:
    assert "These are 50 of more." in search(director, "person")


def test_odd_searches_are_only_searches(director: Caller) -> None:
    for text in (SCRIPT, LONG, "%", "_", "'; drop table lead; --", "\x00\x1b[31m", "::", "💥"):
        said = search(director, text)
        assert SCRIPT not in said


def test_a_lead_says_where_it_stands_why_and_what_happened(year: Line, director: Caller) -> None:
    said = director.text(f"{PAGE}/{ident_of(year, 'bad29')}")
    assert "Person 29" in said
    assert "Why not, and what would change it" in said
    assert "does not meet the definition" in said
    assert "Salesforce Contact bad29" in said
    assert "Given back by sales" in said
    assert "Nobody ever said no." in said


def test_a_customer_shows_what_was_won(year: Line, director: Caller) -> None:
    said = director.text(f"{PAGE}/{ident_of(year, 'good0')}")
    assert "Money" in said
    assert "1000.00 EUR" in said


@pytest.mark.parametrize("who", ["odd0", "odd1", "odd2"])
def test_a_lead_whose_name_is_an_attack_is_shown_with_it(
    year: Line, director: Caller, who: str
) -> None:
    page = director.get(f"{PAGE}/{ident_of(year, who)}").text
    assert SCRIPT not in page
    assert "<img src=x" not in page
    name = {"odd0": SCRIPT, "odd1": LONG}.get(who, "onerror=alert(1)")
    assert name in words(page)


def test_an_unknown_lead_is_a_sentence(director: Caller) -> None:
    for ident in ("f" * 32, "feed", "jo@buyer.example", "..%2f..", "\u202e"):
        answer = director.get(f"{PAGE}/{ident}")
        assert answer.status_code == 404
        assert "jo@buyer.example" not in answer.text


def test_the_timeline_has_pages_and_can_show_all(year: Line, director: Caller) -> None:
    with happening(year) as world:
        for n in range(70):
            world.touch("good1", "02-20", asset=f"/page/{n}")
    path = f"{PAGE}/{ident_of(year, 'good1')}"
    first, second = director.get(path).text, director.get(f"{path}?p=2").text
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in second
    for odd in ("0", "-1", "99", "x", "²"):
        assert director.get(f"{path}?p={odd}").status_code == 200
    assert director.get(f"{path}?all=yes").status_code == 200


def test_who_only_looks_may_search(year: Line, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "CRMBRIDGE_TOKEN").write_text(TOKEN)
    (folder / "CRMBRIDGE_VIEW_TOKEN").write_text(VIEW)
    with served(year, folder) as url, caller(url) as somebody:
        somebody.login(VIEW)
        assert "Person 12" in search(somebody, "Person 12")
        page = somebody.get(f"{PAGE}/{ident_of(year, 'bad29')}").text
        assert "<code>crmbridge" not in page


def test_names_are_read_again_only_where_something_is_new(year: Line) -> None:
    names = Names()
    with year.ledger() as ledger:
        with ledger.read() as tx:
            names.refresh(tx)
        assert len(names.find("person", 100)) == 60
        with happening(year) as world:
            world.person("newer", last_name="Person Newer")
        with ledger.read() as tx:
            names.refresh(tx)
        assert len(names.find("person", 100)) == 61
        assert names.find("newer person", 9) == [ident_of(year, "newer")]
        assert names.find("r", 9) == []


def test_a_search_reads_a_little_and_leaves_much_to_the_background(year: Line) -> None:
    with year.ledger() as ledger:
        names = Names()
        with ledger.read() as tx:
            assert not names.follow(tx)
            assert names.find("person", 9) == []
            names.refresh(tx)
            assert names.follow(tx)
            near = Names(seq=names.seq - 3)
            assert not near.follow(tx, little=2)
            assert near.seq == names.seq - 3
            assert near.follow(tx, little=3)
            assert near.seq == names.seq


class Watched(bytes):
    """A text that counts how often it is looked through."""

    looks = 0

    def find(self, *asked: Any) -> int:
        self.looks += 1
        return super().find(*asked)


def test_a_word_of_all_and_one_of_nobody_are_found_in_nobody_at_once() -> None:
    """The rarest word is looked for, not the longest: the first would stop at every line."""
    lines = b"".join(b"%032d first%d of the company\n" % (n, n) for n in range(1000))
    text = Watched(lines)
    names = Names(seq=1, _text=text)
    assert names.find("company zz", 9) == []
    assert text.looks == 1
    assert names.find("company first7 of", 9)[0] == f"{7:032}"
