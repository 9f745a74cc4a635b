"""Leads that come back between two servers: repaired, suppressed, asked about, all of a deal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.held.answers import resolve
from crmbridge.flows.operate.turn import arm
from crmbridge.model.lifecycle import Stage
from crmbridge.store import events, held, leads
from crmbridge.store.projection import Workspace
from crmbridge.testing.sandbox import sandbox
from tests.stages.places import AL, JO, START
from tests.stages.play import Play, opened
from tests.stages.rest import edit, holds, kinds, ready, rebuilds_equal, rest, retouch


def reject(play: Play, email: str, reason: str = "") -> None:
    """Sales gives a lead back, and the company comes to rest."""
    more = {"reason": reason, "reason_field": "Rejection_Reason__c"} if reason else {}
    play.box.sales.act("reject", id=play.lead(email)["Id"], **more)
    play.later(minutes=5)
    rest(play)


def open_again(play: Play, email: str) -> bool:
    return bool(play.lead(email)["Status"] == "Open - Not Contacted")


def told(play: Play, type_: str) -> list[dict[str, Any]]:
    with play.company.ledger.read() as tx:
        return [dict(one.data) for one in events.of_types(tx, [type_])]


def stages(play: Play) -> list[str]:
    with play.company.ledger.read() as tx:
        work = Workspace(tx)
        return sorted(work.lifecycle(one).stage.value for one in leads.ids(tx))


def test_wrong_data_waits_until_a_fact_is_corrected_and_then_goes_straight_on(play: Play) -> None:
    ready(play, "jo")
    reject(play, JO, "Wrong data")
    assert not open_again(play, JO)
    (one,) = holds(play)
    assert (one.kind, one.op) == ("fix_data", "inaccurate_data")
    play.later(hours=1)
    retouch(play, JO, phone="+49 30 1")
    rest(play)
    assert open_again(play, JO)
    assert [one["words"] for one in told(play, "data_fixed")] == [["phone"]]
    assert kinds(play) == {}
    assert rebuilds_equal(play)


@pytest.mark.parametrize("reason", ["Wrong data", "Duplicate"])
def test_what_a_person_calls_repaired_goes_straight_on(play: Play, reason: str) -> None:
    ready(play, "jo")
    reject(play, JO, reason)
    assert not open_again(play, JO)
    resolve(play.company, holds(play)[0].id)
    rest(play)
    assert open_again(play, JO)
    assert kinds(play) == {}
    assert rebuilds_equal(play)


def test_a_duplicate_goes_on_once_it_is_merged(play: Play) -> None:
    ready(play, "jo", "al")
    reject(play, JO, "Duplicate")
    play.later(minutes=5)
    winner, loser = play.person(JO)["id"], play.person(AL)["id"]
    play.box.marketing.act("merge", primary=winner, other=loser)
    play.later(minutes=5)
    rest(play)
    assert [one["words"] for one in told(play, "data_fixed")] == [["merged"]]
    assert rebuilds_equal(play)


def test_a_return_without_a_reason_is_asked_about_with_the_rep(play: Play) -> None:
    ready(play, "jo")
    owner = play.lead(JO)["OwnerId"]
    reject(play, JO)
    (one,) = holds(play)
    assert one.kind == "missing_reason"
    (user,) = [row for row in play.sf("User") if row["Id"] == owner]
    assert one.detail["rep"] == str(user["Email"]).split(".")[0]
    assert play.person(JO)["crmbridge_track"] == "general"


def test_a_lead_left_untouched_twice_is_shown_with_both_reps(play: Play) -> None:
    ready(play, "jo")
    play.later(days=6)
    rest(play)
    assert kinds(play) == {}
    play.later(days=6)
    rest(play)
    (one,) = holds(play)
    assert one.kind == "untouched_twice"
    assert len(set(one.detail["reps"])) == 2


def test_whom_nothing_may_be_sent_to_is_on_the_list_of_the_suppressed(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    tracks = acme.mapping.tracks | {"suppress": "Suppressed"}
    marketing = acme.mapping.marketing.lead
    fields = marketing.fields | {
        "contact": marketing.fields["track"].model_copy(update={"field": "crmbridge_contact"})
    }
    side = acme.mapping.marketing.model_copy(
        update={"lead": marketing.model_copy(update={"fields": fields})}
    )
    mapping = acme.mapping.model_copy(update={"tracks": tracks, "marketing": side})
    files = replace(acme, mapping=mapping)
    with (
        sandbox(mapping, files.teams, at=START) as box,
        opened(files, box, tmp_path / "ledger.db") as company,
    ):
        play = Play(company=company, box=box)
        play.turn()
        arm(company)
        ready(play, "jo", "al", "em")
        reject(play, JO, "Competitor")
        reject(play, AL, "No fit")
        reject(play, "em@buyer.example", "Bad timing")
        people = [play.person(one) for one in (JO, AL, "em@buyer.example")]
        contact = [one["crmbridge_contact"] for one in people]
        assert contact == ["none", "content_only", "nurture"]
        lists = {str(one["listId"]): one["name"] for one in box.marketing.state("lists")}
        named = [[lists[str(it)] for it in one["lists"]] for one in people]
        assert named == [["Suppressed"], [], ["Nurture: bad timing"]]
        play.box.marketing.act("opt_out", email="em@buyer.example")
        play.later(minutes=5)
        rest(play)
        person = play.person("em@buyer.example")
        assert (person["crmbridge_contact"], person["lists"]) == ("none", [])


def test_everybody_on_a_lost_deal_comes_back_each_with_their_own_permission(play: Play) -> None:
    ready(play, "jo", "al")
    first = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    second = play.box.sales.act(
        "convert", id=play.lead(AL)["Id"], account=first["accountId"], opportunity=False
    )
    deal = first["opportunityId"]
    play.box.sales.act("add_role", opportunity=deal, contact=second["contactId"])
    play.later(minutes=5)
    rest(play)
    assert stages(play) == ["opportunity", "opportunity"]
    play.box.marketing.act("opt_out", email=AL)
    play.later(days=1)
    fields = {"Loss_Reason__c": "Bad timing"}
    play.box.sales.act("close_deal", id=deal, won=False, fields=fields)
    play.later(minutes=5)
    rest(play)
    assert stages(play) == [Stage.NURTURE, Stage.NURTURE]
    assert play.person(JO)["crmbridge_track"] == "timing"
    assert not play.person(AL).get("crmbridge_track")
    assert play.person(AL)["lists"] == []


def test_a_person_on_another_open_deal_stays_with_sales_when_one_is_lost(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    other = play.box.sales.act(
        "create",
        object="Opportunity",
        fields={
            "Name": "Second",
            "StageName": "Prospecting",
            "CloseDate": "2026-06-30",
            "AccountId": made["accountId"],
        },
    )
    play.box.sales.act("add_role", opportunity=other["id"], contact=made["contactId"])
    play.later(minutes=5)
    rest(play)
    fields = {"Loss_Reason__c": "Bad timing"}
    play.box.sales.act("close_deal", id=made["opportunityId"], won=False, fields=fields)
    play.later(minutes=5)
    rest(play)
    assert stages(play) == ["opportunity"]
    assert not play.person(JO).get("crmbridge_track")


def test_a_track_that_the_vendor_does_not_know_is_held_with_advice(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    tracks = acme.mapping.tracks | {"timing": "No such list"}
    files = replace(acme, mapping=acme.mapping.model_copy(update={"tracks": tracks}))
    with (
        sandbox(acme.mapping, files.teams, at=START) as box,
        opened(files, box, tmp_path / "ledger.db") as company,
    ):
        play = Play(company=company, box=box)
        play.turn()
        arm(company)
        ready(play, "jo")
        reject(play, JO, "Bad timing")
        (one,) = holds(play)
        assert one.kind == "unknown_track"
        assert "timing = 'No such list'" in one.advice
        assert "[tracks] in mapping.toml" in one.advice


def test_a_lead_with_too_many_trips_is_left_to_a_person(play: Play) -> None:
    ready(play, "jo")
    for trip in range(3):
        play.later(days=1)
        edit(play, JO, Status="Working - Contacted")
        reject(play, JO, "No answer")
        if trip < 2:
            play.later(days=1)
            play.form(JO, f"https://acme.example/demo/{trip}")
            rest(play)
            assert open_again(play, JO)
    play.later(days=1)
    play.form(JO, "https://acme.example/demo/last")
    rest(play)
    assert not open_again(play, JO)
    with play.company.ledger.read() as tx:
        (one,) = held.find(tx, kind="manual_only")
    assert "come back 3 times; the agreement allows 2" in one.advice


def test_the_reason_other_wants_a_note(acme: CompanyFiles, tmp_path: Path) -> None:
    lead = acme.mapping.sales.lead
    assert lead.status is not None
    reason = lead.status.reason.model_copy(update={"note": "Rejection_Note__c"})
    status = lead.status.model_copy(update={"reason": reason})
    sales = acme.mapping.sales.model_copy(
        update={"lead": lead.model_copy(update={"status": status})}
    )
    files = replace(acme, mapping=acme.mapping.model_copy(update={"sales": sales}))
    with (
        sandbox(files.mapping, files.teams, at=START) as box,
        opened(files, box, tmp_path / "ledger.db") as company,
    ):
        play = Play(company=company, box=box)
        play.turn()
        arm(company)
        ready(play, "jo", "al")
        edit(play, JO, Rejection_Note__c="They moved to the moon")
        reject(play, JO, "Other")
        assert kinds(play) == {}
        reject(play, AL, "Other")
        (one,) = holds(play)
        assert one.kind == "missing_note"
        assert "no note" in one.advice
        assert not any("moon" in str(told(play, kind)) for kind in ("rejected", "sighting"))
