"""Who is no customer any more, as marketing says, is none here, whatever became of the record."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmbridge.flows.operate.parting import join_leads
from crmbridge.flows.scene.scene import Scene
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import rebuilds_equal, rest, retouch
from tests.stages.vendors import KEEN
from tests.take_over.test_flow import life


def _passes(play: Play, times: int = 2, **later: float) -> None:
    for _ in range(times):
        play.later(**(later or {"hours": 1}))
        rest(play)


def _says(play: Play, email: str, stage: str) -> None:
    """A marketer gives somebody another stage; HubSpot wants it emptied before it goes back."""
    retouch(play, email, lifecyclestage="")
    retouch(play, email, lifecyclestage=stage)


def _archive(play: Play, email: str) -> None:
    play.box.marketing.act("archive", object="contacts", id=play.person(email)["id"])
    _passes(play, hours=25)


def _merge(play: Play, stays: str, goes: str) -> str:
    one, two = (play.person(email)["id"] for email in (stays, goes))
    play.box.marketing.act("merge", primary=one, other=two)
    _passes(play)
    return stays


def _untouched(play: Play) -> str:
    return JO


def _into_another(play: Play) -> str:
    play.contact(AL, **KEEN)
    _passes(play)
    return _merge(play, AL, JO)


def _with_another(play: Play) -> str:
    play.contact(AL, **KEEN)
    _passes(play)
    return _merge(play, JO, AL)


def _came_again(play: Play) -> str:
    _archive(play, JO)
    play.contact(JO, **KEEN)
    _passes(play)
    return JO


def _came_again_twice(play: Play) -> str:
    _came_again(play)
    return _came_again(play)


def _came_again_and_was_merged(play: Play) -> str:
    _came_again(play)
    return _into_another(play)


def _two_customers_in_one(play: Play) -> str:
    play.contact(AL, lifecyclestage="customer", **KEEN)
    _passes(play)
    return _merge(play, AL, JO)


BECAME = [
    _untouched,
    _into_another,
    _with_another,
    _came_again,
    _came_again_twice,
    _came_again_and_was_merged,
    _two_customers_in_one,
]


@pytest.mark.parametrize("became", BECAME)
@pytest.mark.parametrize("stage", ["lead", "subscriber"])
def test_marketings_own_word_stands_and_the_person_may_go_to_sales(
    play: Play, became: Callable[[Play], str], stage: str
) -> None:
    play.contact(JO, lifecyclestage="customer", **KEEN)
    _passes(play)
    email = became(play)
    assert life(play, email).stage == "customer"
    assert play.person(email)["lifecyclestage"] == "customer"
    _says(play, email, stage)
    _passes(play)
    assert play.person(email)["lifecyclestage"] == stage
    play.form(email)
    _passes(play)
    assert life(play, email).stage == "handed"
    assert [row["Email"] for row in play.sf()] == [email]
    assert rebuilds_equal(play)


@pytest.mark.parametrize("became", BECAME[1:])
def test_a_record_that_takes_anothers_place_says_nothing_of_it_by_coming(
    play: Play, became: Callable[[Play], str]
) -> None:
    play.contact(JO, lifecyclestage="customer", **KEEN)
    _passes(play)
    email = became(play)
    retouch(play, email, phone="+49 30 1")
    _passes(play)
    assert life(play, email).stage == "customer"
    assert play.person(email)["lifecyclestage"] == "customer"


def test_a_customer_by_a_record_that_is_there_is_one_whatever_another_says(play: Play) -> None:
    """A join by hand leaves two records of marketing; each speaks for itself."""
    play.contact(JO, lifecyclestage="customer", **KEEN)
    play.contact(AL, lifecyclestage="lead", **KEEN)
    _passes(play)
    done = join_leads(play.company, JO, AL, by="ann", why="she told me")
    _passes(play)
    _says(play, AL, "subscriber")
    _passes(play)
    with play.company.ledger.read() as tx:
        stage = Scene.open(play.company, tx).work.lifecycle(done.lead).stage
    assert stage == "customer"
