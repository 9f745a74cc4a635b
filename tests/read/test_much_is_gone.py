"""Much that a system lists no more is not believed to be gone, and a person hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crmbridge.flows.held import answers
from crmbridge.flows.read.pull import DELETED
from crmbridge.flows.read.reconcile import CHANGES, RECONCILE
from crmbridge.model.record import Page, Record
from crmbridge.report.operate.status import status
from crmbridge.store import cursors, known
from crmbridge.store.held import Held
from tests.stages.ahead import Ahead
from tests.stages.play import Play
from tests.stages.rest import holds, ready, rest

EIGHT = tuple(f"h{n}" for n in range(8))


def hide(play: Play, side: str, obj: str, hidden: Callable[[str], bool]) -> None:
    """Take the rights of our user away: what is hidden is not listed, nor read by its id."""
    system = play.company.systems[side]
    stamps, again = type(system).stamps, type(system).again

    def listed(of: str, since: str | None) -> Iterator[Page]:
        for one in stamps(system, of, since):
            if of != obj:
                yield one
                continue
            left = tuple(each for each in one.records if not hidden(each.id))
            yield replace(one, records=left)

    def asked(of: str, ids: Sequence[str]) -> list[Record]:
        return [one for one in again(system, of, ids) if of != obj or not hidden(one.id)]

    system.stamps = listed  # type: ignore[assignment,method-assign]
    system.again = asked  # type: ignore[assignment,method-assign]


def nobody(_: str) -> bool:
    return False


def everybody(_: str) -> bool:
    return True


def days(play: Play, number: int = 2) -> None:
    for _ in range(number):
        play.later(hours=25)
        rest(play)


def much(play: Play) -> list[Held]:
    return [one for one in holds(play) if one.kind == "much_is_gone"]


def live(play: Play, side: str, obj: str, kind: str = known.PEOPLE) -> int:
    with play.company.ledger.read() as tx:
        return len(known.between(tx, kind, side, obj, "", ""))


def seeded(play: Play, number: int) -> list[str]:
    people = [{"properties": {"email": f"m{n}@buyer.example"}} for n in range(number)]
    play.box.marketing.seed(contacts=people)
    days(play)
    assert live(play, "marketing", "contacts") == number
    rows = play.box.marketing.state("contacts")
    return [one["id"] for one in rows]


@pytest.mark.parametrize("people", [1, 3, 8])
def test_an_object_that_becomes_empty_is_not_believed_and_is_held(play: Play, people: int) -> None:
    ready(play, *EIGHT[:people])
    rest(play)
    days(play)
    assert live(play, "sales", "Lead") == people
    hide(play, "sales", "Lead", everybody)
    days(play, 3)
    assert live(play, "sales", "Lead") == people
    (one,) = much(play)
    assert (one.detail["system"], one.detail["object"]) == ("sales", "Lead")
    assert (one.detail["gone"], one.detail["known"]) == (people, people)
    assert "rights" in one.advice
    told = status(play.company)["gone"]
    assert [(row["system"], row["object"], row["gone"], row["known"]) for row in told] == [
        ("sales", "Lead", people, people)
    ]
    assert told[0]["since"] < status(play.company)["as_of"]
    hide(play, "sales", "Lead", nobody)
    days(play)
    assert much(play) == []
    assert status(play.company)["gone"] == []


def test_won_deals_that_nobody_lists_any_more_keep_their_revenue(play: Play) -> None:
    for who in ready(play, "jo", "al"):
        made = play.box.sales.act(
            "convert", id=play.lead(who)["Id"], opportunity={"name": f"Deal {who}"}
        )
        play.box.sales.act("close_deal", id=made["opportunityId"], won=True, amount=1000)
    rest(play)
    days(play)
    hide(play, "sales", "Opportunity", everybody)
    days(play, 3)
    assert live(play, "sales", "Opportunity", known.DEALS) == 2
    assert play.person("jo@buyer.example")["crmbridge_won_amount"] == "1000.00"
    assert [one.detail["object"] for one in much(play)] == ["Opportunity"]


@pytest.mark.parametrize(
    ("of", "hidden", "left"),
    [(40, 4, 36), (40, 5, 40), (10, 3, 7), (10, 4, 10), (200, 20, 180), (200, 21, 200)],
)
def test_a_tenth_of_the_whole_object_is_believed_and_more_is_not(
    play: Play, of: int, hidden: int, left: int
) -> None:
    gone = set(seeded(play, of)[:hidden])
    hide(play, "marketing", "contacts", gone.__contains__)
    days(play, 3)
    assert live(play, "marketing", "contacts") == left
    assert [one.detail["gone"] for one in much(play)] == ([hidden] if left == of else [])


def test_losses_that_are_spread_over_the_pages_are_added_up(play: Play) -> None:
    gone = set(seeded(play, 300)[::6])  # 50 of 300, fewer than 20 on each page of 100
    hide(play, "marketing", "contacts", gone.__contains__)
    days(play, 3)
    assert live(play, "marketing", "contacts") == 300
    assert [(one.detail["gone"], one.detail["known"]) for one in much(play)] == [(50, 300)]


def test_what_is_really_gone_is_held_until_a_person_says_so(play: Play) -> None:
    gone = set(seeded(play, 80)[:45])
    hide(play, "marketing", "contacts", gone.__contains__)
    days(play, 3)
    (one,) = much(play)
    assert (live(play, "marketing", "contacts"), one.detail["gone"]) == (80, 45)
    answers.resolve(play.company, one.id)
    play.later(minutes=20)
    rest(play)
    assert live(play, "marketing", "contacts") == 35
    assert much(play) == []
    days(play)
    assert much(play) == []


def test_an_answer_holds_for_as_many_as_it_was_given_for_and_once(play: Play) -> None:
    ids = seeded(play, 80)
    hide(play, "marketing", "contacts", set(ids[:20]).__contains__)
    days(play, 3)
    (one,) = much(play)
    hide(play, "marketing", "contacts", everybody)
    answers.resolve(play.company, one.id)
    days(play, 3)
    assert live(play, "marketing", "contacts") == 80
    assert [row.detail["gone"] for row in much(play)] == [80]


def test_a_retry_compares_at_once(play: Play) -> None:
    ids = seeded(play, 80)
    hide(play, "marketing", "contacts", set(ids[:45]).__contains__)
    days(play, 3)
    (one,) = much(play)
    hide(play, "marketing", "contacts", nobody)
    answers.retry(play.company, one.id)
    play.later(minutes=20)
    rest(play)
    assert (live(play, "marketing", "contacts"), much(play)) == (80, [])
    hide(play, "marketing", "contacts", set(ids[:45]).__contains__)
    days(play, 3)
    (one,) = much(play)
    answers.retry(play.company, one.id)
    play.later(minutes=20)
    rest(play)
    assert (live(play, "marketing", "contacts"), len(much(play))) == (80, 1)


@pytest.mark.parametrize("number", [30, 40])
def test_what_the_archive_tells_of_is_gone_however_much_it_is(play: Play, number: int) -> None:
    ids = seeded(play, 40)
    play.later(hours=25)
    for ident in ids[:number]:
        play.box.marketing.act("archive", object="contacts", id=ident)
    with play.company.ledger.write("test") as tx:  # the archive was looked at just now
        at = cursors.get_cursor(tx, "marketing", "contacts", DELETED)
        assert at
        cursors.put_cursor(tx, replace(at, updated_at=play.company.now()))
    play.turn()
    assert live(play, "marketing", "contacts") == 40 - number
    assert much(play) == []


def standing(play: Play, name: str) -> datetime:
    with play.company.ledger.read() as tx:
        at = cursors.get_cursor(tx, "marketing", "contacts", name)
    assert at
    return at.updated_at


@pytest.mark.parametrize("under_way", [False, True])
def test_a_comparison_of_a_clock_that_was_set_back_begins_anew(play: Play, under_way: bool) -> None:
    ids = seeded(play, 1_000 if under_way else 40)
    right = play.company.clock
    play.company.clock = Ahead(right, timedelta(days=400))
    play.turn()
    ahead = play.company.now()
    play.company.clock = right
    hide(play, "marketing", "contacts", set(ids[:3]).__contains__)
    for _ in range(8):
        play.later(hours=9)
        play.turn()
    assert standing(play, CHANGES) < ahead
    assert standing(play, RECONCILE) < ahead
    assert live(play, "marketing", "contacts") == len(ids) - 3
