"""Consent that is given again: asked about once, recorded with evidence, and ended by a new no."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmbridge.errors import CrmBridgeError
from crmbridge.flows.held.answers import resolve
from crmbridge.flows.operate.consent import give_consent
from crmbridge.flows.operate.parting import join_leads
from crmbridge.model.codec import in_words
from crmbridge.report.explain.consent import text
from crmbridge.report.explain.history import history
from tests.consent.stage import (
    BY,
    asked,
    back_at_marketing,
    back_at_sales,
    boxes,
    given,
    is_out,
    lead_of,
    on,
    out,
    shown,
)
from tests.stages.late import state
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import edit, ready, rebuilds_equal, rest, retouch

TAKEN_BACK = {"marketing": back_at_marketing, "sales": back_at_sales}


def test_case_12_a_consent_given_again_is_asked_about_once_and_a_command_records_it(
    play: Play,
) -> None:
    out(play)
    play.later(days=30)
    back_at_marketing(play)
    back_at_sales(play)
    play.form(JO)
    on(play)
    assert (boxes(play), is_out(play)) == ((True, True), True)
    (row,) = asked(play, "consent_again")
    assert row.detail["no_by"] == "marketing"
    assert row.detail["no_at"] < row.detail["yes_at"]
    assert f"consent {lead_of(play)[:8]} --given" in row.advice
    given(play)
    on(play)
    # HubSpot lets nobody but the person subscribe again
    assert (boxes(play), is_out(play)) == ((True, False), False)
    assert asked(play, "consent_again") == []
    (row,) = asked(play, "consent_by_hand")
    assert "(hs_email_optout)" in row.advice
    on(play, days=2)
    assert boxes(play) == (True, False)
    assert asked(play, "consent_by_hand")[0].count == 1
    back_at_marketing(play)
    on(play)
    assert (boxes(play), is_out(play)) == ((False, False), False)
    assert asked(play, "consent_by_hand") == []
    assert asked(play, "consent_again") == []
    assert rebuilds_equal(play)


@pytest.mark.parametrize("side", TAKEN_BACK)
def test_it_is_asked_once_a_person_and_resolving_lifts_nothing(play: Play, side: str) -> None:
    out(play)
    for _ in range(3):
        TAKEN_BACK[side](play)
        on(play)
    (row,) = asked(play, "consent_again")
    assert row.count == 3
    resolve(play.company, row.id)
    on(play)
    assert (boxes(play), is_out(play)) == ((True, True), True)
    assert asked(play, "consent_again") == []


def _again_at_marketing(play: Play) -> None:
    play.box.marketing.act("opt_out", email=JO)


def _again_at_sales(play: Play) -> None:
    edit(play, JO, HasOptedOutOfEmail=True)


def _by_another_record(play: Play) -> None:
    fields = {"LastName": "Kern", "Company": "B", "Email": JO, "HasOptedOutOfEmail": True}
    play.box.sales.act("create", object="Lead", fields=fields)


def _in_a_record_that_is_thrown_away(play: Play) -> None:
    _again_at_sales(play)
    play.box.sales.act("delete", object="Lead", id=play.lead(JO)["Id"])


AGAIN: dict[str, Callable[[Play], None]] = {
    "marketing": _again_at_marketing,
    "sales": _again_at_sales,
    "another record": _by_another_record,
    "thrown away": _in_a_record_that_is_thrown_away,
}


@pytest.mark.parametrize("where", AGAIN)
def test_a_no_after_the_consent_counts_at_once(play: Play, where: str) -> None:
    out(play)
    given(play)
    on(play)
    back_at_marketing(play)
    on(play)
    assert (boxes(play), is_out(play)) == ((False, False), False)
    play.later(hours=1)
    AGAIN[where](play)
    on(play)
    assert is_out(play)
    on(play)
    assert play.person(JO)["hs_email_optout"] == "true"
    rows = [one["HasOptedOutOfEmail"] for one in play.sf() if not one["IsDeleted"]]
    assert all(rows)
    given(play)  # and a consent after that ends it again, and a no after that counts
    on(play)
    assert not is_out(play)
    assert rebuilds_equal(play)


def test_a_record_that_still_shows_the_old_no_says_nothing_new(play: Play) -> None:
    out(play)
    given(play)
    on(play)
    retouch(play, JO, jobtitle="Head of Sales")  # with the no that HubSpot does not take back
    on(play)
    retouch(play, JO, email=AL)
    on(play)
    play.box.sales.act("convert", id=play.lead(AL)["Id"])
    on(play)
    assert not state(play, AL).opted_out
    assert rebuilds_equal(play)


def test_nothing_else_lifts_it_neither_a_join_nor_a_consent_of_the_other_half(play: Play) -> None:
    out(play)
    ready(play, "al")
    rest(play)
    play.box.marketing.act("opt_out", email=AL)
    on(play)
    give_consent(play.company, lead_of(play, AL), **BY)
    on(play)
    join_leads(play.company, lead_of(play), lead_of(play, AL), by="ann", why="one person")
    rest(play)
    on(play)
    assert is_out(play)
    assert [one["HasOptedOutOfEmail"] for one in play.sf()] == [True, True]
    assert rebuilds_equal(play)


def test_it_shows_who_said_what_and_history_has_the_evidence(play: Play) -> None:
    out(play)
    back_at_sales(play)
    on(play)
    given(play)
    told = shown(play)
    assert [(one["record"].split(":")[0], one["says"]) for one in told["said"]] == [
        ("marketing", "no"),
        ("sales", "no more"),
    ]
    assert [(one["by"], one["evidence"]) for one in told["given"]] == [
        ("ann", "signed form of 3 March")
    ]
    lines = list(text(told))
    assert lines[0].endswith("has not opted out")
    assert lines[-1].endswith("consented to mail again, says ann: signed form of 3 March")
    with play.company.ledger.read() as tx:
        page = " ".join(one["line"] for one in history(tx, lead_of(play)))
    assert "consented to mail again, says ann: signed form of 3 March" in page


def test_bad_input_changes_nothing_and_says_what_to_do(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    with pytest.raises(CrmBridgeError, match="has not opted out: there is nothing to take back"):
        given(play)
    before = play.company.now()
    play.later(hours=1)
    play.box.marketing.act("opt_out", email=JO)
    on(play)
    with pytest.raises(CrmBridgeError, match='say how the consent can be shown: --evidence "…"'):
        given(play, evidence="  ")
    with pytest.raises(
        CrmBridgeError, match=f"--at {in_words(before, play.company.zone)} is before they said no"
    ):
        given(play, at=before)
    soon = play.company.now().replace(year=2100)
    with pytest.raises(
        CrmBridgeError, match=f"--at {in_words(soon, play.company.zone)} is to come, and it is"
    ):
        given(play, at=soon)
    assert is_out(play)
    given(play, at=play.company.now())
    assert not is_out(play)
