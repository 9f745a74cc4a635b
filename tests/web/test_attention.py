"""Needs attention: what waits by cause, and what a person answers to it on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.flows.held.answers import KINDS
from crmbridge.flows.held.meaning import (
    GOES_ON,
    SENDS_NOTHING,
    STAYS,
    confirmed,
    resolved,
    second_look,
)
from crmbridge.flows.recycle.repair import ADVICE
from crmbridge.model.payload import HeldResolved, HeldRetried
from crmbridge.store import events, held, leads
from tests.revenue.small_world import NOW
from tests.stages.line import Line
from tests.web.site import TOKEN, VIEW, Caller, caller, served, words
from tests.web.year import SCRIPT

PAGE = "/c/acme/attention"


def hold(
    line: Line, kind: str, many: int = 1, advice: str = "Mend `crmbridge quota` it."
) -> list[str]:
    """Hold so many pieces of a kind, each of another lead; return their ids."""
    with line.ledger() as ledger, ledger.write("test") as tx:
        some = [one for one, _ in zip(leads.ids(tx), range(many), strict=False)]
        detail = {"record": "sales:Contact:good1", "label": SCRIPT, "clock": "first_touch"}
        return [
            held.put(tx, kind, lead=one, op=f"o{n}", advice=advice, detail=detail, at=NOW)
            for n, one in enumerate(some)
        ]


def counts(line: Line) -> dict[str, int]:
    with line.ledger() as ledger, ledger.read() as tx:
        return held.counts(tx)


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "CRMBRIDGE_TOKEN").write_text(TOKEN)
    (folder / "CRMBRIDGE_VIEW_TOKEN").write_text(VIEW)
    return folder


@pytest.fixture
def guarded(year: Line, tokens: Path) -> Iterator[Caller]:
    with served(year, tokens) as url, caller(url) as found:
        yield found


def test_the_first_lines_say_how_much_waits_and_what_is_urgent(
    year: Line, director: Caller
) -> None:
    hold(year, "conflict", 3)
    hold(year, "opt_out_refused")
    said = director.text(PAGE)
    assert "4 items need a person, for 2 different causes." in said
    assert "A system does not take an opt-out: 1." in said
    assert said.index("A system does not take an opt-out") < said.index("Both systems changed")
    assert "opt_out_refused" not in said


def test_nothing_held_says_so(director: Caller) -> None:
    assert "Nothing waits for a person." in director.text(PAGE)


def test_a_piece_says_what_to_do_and_shows_details_without_keys(
    year: Line, director: Caller
) -> None:
    (ident,) = hold(year, "two_records")
    page = director.get(f"{PAGE}/{ident}").text
    said = director.text(f"{PAGE}/{ident}")
    assert SCRIPT not in page
    assert "Two records are one person" in said
    assert "Salesforce Contact good1" in said
    assert "first touch" in said
    assert "<code>crmbridge quota</code>" in page


def test_a_piece_is_tried_again_and_the_entry_says_where_that_was_said(
    year: Line, director: Caller
) -> None:
    (ident,) = hold(year, "slow")
    answer = director.post(f"{PAGE}/{ident}", act="retry", id=ident)
    assert answer.status_code == 200
    assert "comes back here if its cause is still there." in answer.text
    assert counts(year) == {}
    with year.ledger() as ledger, ledger.read() as tx:
        told = [one for one in events.walk(tx) if isinstance(one.payload, HeldRetried)]
    assert [one.source for one in told] == ["dashboard"]


def test_a_piece_is_resolved_only_with_the_box_ticked(year: Line, director: Caller) -> None:
    (ident,) = hold(year, "conflict")
    assert "tick the box" in director.post(f"{PAGE}/{ident}", act="resolve", id=ident).text
    assert counts(year) == {"conflict": 1}
    assert "Resolved." in director.post(f"{PAGE}/{ident}", act="resolve", id=ident, sure="yes").text
    assert counts(year) == {}


def test_what_ended_meanwhile_is_said_and_nothing_breaks(year: Line, director: Caller) -> None:
    (ident,) = hold(year, "slow")
    csrf = director.csrf(f"{PAGE}/{ident}")
    director.post(PAGE, csrf, act="retry", id=ident)
    assert "dealt with it already" in director.post(PAGE, csrf, act="retry", id=ident).text
    assert "Nobody waits for this any more." in director.text(f"{PAGE}/{ident}")
    assert director.get(f"{PAGE}/feedfeed").status_code == 404
    assert "dealt with it already" in director.post(PAGE, csrf, act="retry", id="no such").text


def test_all_of_a_cause_are_asked_about_first(year: Line, director: Caller) -> None:
    hold(year, "conflict", 4)
    hold(year, "slow", 2)
    asked = director.post(PAGE, act="ask", kind="conflict", what="resolve_all").text
    assert "Yes, for 4 items with this cause" in asked
    assert counts(year) == {"conflict": 4, "slow": 2}
    assert "tick the box" in director.post(PAGE, act="resolve_all", kind="conflict").text
    done = director.post(PAGE, act="resolve_all", kind="conflict", sure="yes").text
    assert "Resolved: 4 items." in done
    assert counts(year) == {"slow": 2}
    with year.ledger() as ledger, ledger.read() as tx:
        told = [one for one in events.walk(tx) if isinstance(one.payload, HeldResolved)]
    assert {one.source for one in told} == {"dashboard"}
    assert "2 items" in director.post(PAGE, act="retry_all", kind="slow", sure="yes").text
    assert counts(year) == {}


def test_a_question_about_nothing_is_answered(year: Line, director: Caller) -> None:
    hold(year, "slow")
    csrf = director.csrf(PAGE)
    for form in ({"kind": "conflict", "what": "retry_all"}, {"kind": "slow", "what": "erase"}):
        said = director.post(PAGE, csrf, act="ask", **form).text
        assert "Nothing of this waits any more" in said
    assert "not known" in director.post(PAGE, csrf, act="erase", sure="yes").text
    assert counts(year) == {"slow": 1}


def test_who_only_looks_sees_no_buttons_and_no_commands(year: Line, guarded: Caller) -> None:
    (ident,) = hold(year, "conflict")
    guarded.login(VIEW)
    for path in (PAGE, f"{PAGE}/{ident}"):
        page = guarded.get(path).text
        assert 'name="act"' not in page
        assert "crmbridge quota" not in page
        assert "the page Sync" in page
    answer = guarded.post(PAGE, guarded.csrf(PAGE), act="retry", id=ident)
    assert answer.status_code == 403
    assert counts(year) == {"conflict": 1}


def test_a_cause_with_many_pieces_shows_some_and_leads_to_more(
    year: Line, director: Caller
) -> None:
    hold(year, "conflict", 12)
    assert "Show 7 more" in director.text(PAGE)
    assert director.get(f"{PAGE}?kind=conflict").text.count("Look at it") == 12


@pytest.mark.parametrize(
    ("act", "word"),
    [
        ({"act": "retry"}, "tried"),
        ({"act": "resolve", "sure": "yes"}, "resolved"),
        ({"act": "retry_all", "kind": "slow", "sure": "yes"}, "tried-all"),
        ({"act": "resolve_all", "kind": "slow", "sure": "yes"}, "resolved-all"),
    ],
)
def test_after_an_act_the_list_stands_at_its_own_address_and_a_reload_does_nothing(
    year: Line, director: Caller, act: dict[str, str], word: str
) -> None:
    (ident,) = hold(year, "slow")
    answer = director.post(f"{PAGE}/{ident}", id=ident, **act)
    assert [one.status_code for one in answer.history] == [303]
    assert (answer.url.path, answer.url.params["done"]) == (PAGE, word)
    again = director.http.get(str(answer.url))
    assert "dealt with it already" not in again.text
    with year.ledger() as ledger, ledger.read() as tx:
        kinds = (HeldRetried, HeldResolved)
        assert sum(isinstance(one.payload, kinds) for one in events.walk(tx)) == 1


def test_a_word_of_an_address_that_is_none_says_nothing(director: Caller) -> None:
    for odd in ("done=erased", "done=resolved-all&n=<b>", "done=__class__", "n=9&left=9"):
        assert director.get(f"{PAGE}?{odd}").status_code == 200
        assert "<b>" not in director.get(f"{PAGE}?{odd}").text


def test_what_ends_by_itself_stays_until_its_cause_is_gone(year: Line, director: Caller) -> None:
    """Nobody is told of it again: a second look does not take it from the list."""
    (ident,) = hold(year, "missing_reason")
    assert "once its cause is gone" in director.text(f"{PAGE}/{ident}")
    said = words(director.post(f"{PAGE}/{ident}", act="retry", id=ident).text)
    assert "It leaves this list by itself once its cause is gone." in said
    assert counts(year) == {"missing_reason": 1}
    all_ = words(director.post(PAGE, act="retry_all", kind="missing_reason", sure="yes").text)
    assert "1 item" in all_
    assert "do the same again" not in all_
    assert counts(year) == {"missing_reason": 1}


@pytest.mark.parametrize("track", sorted(ADVICE))
def test_the_box_says_what_the_advice_says_that_the_button_does(
    year: Line, director: Caller, track: str
) -> None:
    (ident,) = hold(year, "fix_data", advice=ADVICE[track])
    said = director.text(f"{PAGE}/{ident}")
    assert "nothing is to be sent" not in said
    assert "the lead goes on Resolve" in said
    asked = words(director.post(PAGE, act="ask", kind="fix_data", what="resolve_all").text)
    assert "Nothing is sent" not in asked
    done = words(director.post(f"{PAGE}/{ident}", act="resolve", id=ident, sure="yes").text)
    assert "Resolved. It goes on with the next look at the systems." in done


def test_every_kind_says_what_both_of_its_answers_do() -> None:
    assert {one for one in KINDS if confirmed(one) == SENDS_NOTHING} <= {
        "ambiguous",
        "deal_refused",
        "mixed_currency",
    }
    assert STAYS | GOES_ON <= KINDS
    for kind in KINDS:
        assert not confirmed(kind).endswith(".")
        assert ("goes on" in resolved(kind)) == (kind in GOES_ON)
        assert ("comes back" in second_look(kind)) == (kind not in STAYS)
