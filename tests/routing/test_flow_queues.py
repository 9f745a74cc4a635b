"""Leads in queues: one that is nobody, and one that a team hands leads to."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.errors import CrmBridgeError
from crmbridge.flows.explain.whole import explain
from crmbridge.flows.routing.assign import fetch
from crmbridge.flows.scene.scene import Scene
from crmbridge.report.explain.whole import text
from crmbridge.store import leads
from tests.stages.owners import ANN, BOB, company, org, queue, user
from tests.stages.places import JO
from tests.stages.play import Play, begun
from tests.stages.rest import kinds, later, ready, rebuilds_equal, rest, told

INBOUND = {"id": "inbound", "name": "Inbound", "queue": "Inbound", "open_limit": 1}


def _leads(play: Play) -> list[str]:
    with play.company.ledger.read() as tx:
        return list(leads.ids(tx))


def _web_to_lead(
    play: Play, name: str, status: str = "Open - Not Contacted", owner: str = ""
) -> None:
    fields = {"LastName": "Kern", "Company": "Buyer", "Email": f"{name}@buyer.example"}
    made = {"Status": status, "OwnerId": owner or queue(play, "Web")}
    play.box.sales.act("create", object="Lead", fields=fields | made)


def test_a_web_lead_in_a_queue_is_nobodys_and_goes_to_a_rep_from_the_line(tmp_path: Path) -> None:
    with org(tmp_path, ANN) as play:
        _web_to_lead(play, "jo")
        rest(play)
        assert told(play, "handed") == []
        play.contact(JO, firstname="Jo", lastname="Kern", company="Buyer")
        play.form(JO)
        later(play)
        (lead,) = play.sf()
        assert lead["OwnerId"] == user(play, str(ANN["email"]))
        assert [one["rep"] for one in told(play, "handed")] == ["ann"]
        assert rebuilds_equal(play)


def test_the_name_of_the_queue_is_shown_while_nobody_has_the_lead(tmp_path: Path) -> None:
    with org(tmp_path, ANN | {"on": False}) as play:
        _web_to_lead(play, "jo")
        rest(play)
        (lead,) = _leads(play)
        with play.company.ledger.read() as tx:
            said = "\n".join(text(explain(play.company, tx, lead)))
        assert "Their record in sales is in the queue Web, so nobody there has it." in said


def test_a_person_who_takes_a_lead_out_of_a_queue_has_it(tmp_path: Path) -> None:
    with org(tmp_path, ANN) as play:
        _web_to_lead(play, "jo")
        rest(play)
        play.box.sales.act("reassign", id=play.lead(JO)["Id"], owner=ANN["email"])
        rest(play)
        (handed,) = told(play, "handed")
        assert (handed["kind"], handed["rep"]) == ("override", "ann")


def test_a_queue_at_the_first_look_is_nobody_too(tmp_path: Path) -> None:
    with begun(company(ANN), tmp_path) as play:
        _web_to_lead(play, "jo", "Working - Contacted")
        _web_to_lead(play, "al", "Working - Contacted", owner=user(play, str(ANN["email"])))
        play.go_live()
        assert [one["stage"] for one in told(play, "taken_over")] == ["accepted"]


def test_a_rep_who_puts_a_lead_into_a_queue_has_handed_it_back(tmp_path: Path) -> None:
    with org(tmp_path, ANN, BOB) as play:
        ready(play, "jo")
        (first,) = [one["rep"] for one in told(play, "handed")]
        play.box.sales.act("reassign", id=play.lead(JO)["Id"], owner=queue(play, "Web"))
        later(play)
        assert [one["reason"] for one in told(play, "recalled")] == ["in_queue"]
        (again,) = [one["rep"] for one in told(play, "handed")][1:]
        assert again != first
        assert not kinds(play)
        assert rebuilds_equal(play)


def test_a_queue_counts_as_one_rep_with_a_limit_of_its_own(tmp_path: Path) -> None:
    with org(tmp_path, INBOUND) as play:
        ready(play, "jo", "al")
        rest(play)
        (lead,) = play.sf()
        assert lead["OwnerId"] == queue(play, "Inbound")
        assert [one["rep"] for one in told(play, "handed")] == ["inbound"]
        play.later(days=1)
        rest(play)
        assert told(play, "recalled") == []
        assert len(play.sf()) == 1  # what it holds is its open work: there is no room
        play.box.sales.act("reject", id=lead["Id"])
        rest(play)
        assert len(play.sf()) == 2
        assert rebuilds_equal(play)


def test_a_queue_that_holds_a_lead_is_found_by_its_id_too(tmp_path: Path) -> None:
    by_id = INBOUND | {"queue": "00G000000000001"}
    with org(tmp_path, by_id) as play:
        ready(play, "jo")
        rest(play)
        (lead,) = play.sf()
        assert str(lead["OwnerId"]).startswith("00G000000000001")
        assert [one["rep"] for one in told(play, "handed")] == ["inbound"]


def test_a_queue_never_gets_a_contact_which_it_could_not_own(tmp_path: Path) -> None:
    with org(tmp_path, INBOUND | {"open_limit": 9}) as play:
        play.box.sales.seed(Contact=[{"LastName": "Kern", "Email": JO}])
        rest(play)
        play.contact(JO, firstname="Jo", lastname="Kern", company="Buyer")
        play.form(JO)
        later(play)
        assert told(play, "handed") == []
        (contact,) = play.sf("Contact")
        assert not str(contact["OwnerId"]).startswith("00G")
        (lead,) = _leads(play)
        with play.company.ledger.read() as tx:
            said = "\n".join(text(explain(play.company, tx, lead)))
        assert "Inbound: holds 0 of 9; gives out leads alone, and this one is a contact" in said
        assert play.person(JO)["crmbridge_waiting"]


def test_a_queue_fetches_nothing(tmp_path: Path) -> None:
    said = "inbound is a queue, and only a person fetches"
    with (
        org(tmp_path, INBOUND) as play,
        play.company.ledger.write("test") as tx,
        pytest.raises(CrmBridgeError, match=said),
    ):
        fetch(Scene.open(play.company, tx), "inbound", 1)
