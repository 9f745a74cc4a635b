"""Teams in a row as an operator brings them in and changes them while leads are on their way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crmbridge.agreement import Teams
from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping
from tests.routing.row import (
    QUALIFIED,
    WORKING,
    a_row,
    given_back,
    look_at,
    mapped,
    owner,
    qualified,
    rep,
    row,
    status,
    user,
)
from tests.routing.row_with import FULL, PATIENT, as_data, staffed, without_hand_on
from tests.stages.owners import QUEUES, queue
from tests.stages.places import JO
from tests.stages.play import begun
from tests.stages.rest import ready, rest


@pytest.mark.parametrize("who", ["sam", "fay"])
def test_what_a_team_had_qualified_before_go_live_is_its_open_work(
    acme: CompanyFiles, tmp_path: Path, who: str
) -> None:
    """A record that is not converted and whose status says qualified is open work of its owner
    (R1.17: where a record stands is where its lead begins; decision 0026: what was there is taken
    over)."""
    with begun(replace(acme, mapping=mapped(acme), teams=a_row()), tmp_path) as play:
        fields = {"LastName": "Kern", "Company": "Buyer", "Email": JO, "Status": QUALIFIED}
        play.box.sales.act("create", object="Lead", fields=fields | {"OwnerId": user(play, who)})
        play.contact(JO, firstname="Jo", lastname="Kern", company="Buyer")
        play.later(minutes=5)
        play.go_live()
        rest(play)
        play.form(JO)
        rest(play)
        if who == "fay":
            assert (owner(play), play.lead(JO)["Status"]) == ("fay", QUALIFIED)
        else:
            assert owner(play) in ("fay", "fred"), "its team was done with it: it goes on"


def test_teams_that_are_put_in_a_row_later_hand_on_what_is_qualified_already(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """Issue 12.2: qualified by phone, then to another team. Which team gets a lead next follows
    from its state and the file, so that another file concerns leads to whom nothing happens
    (flows/due/everybody.py says so); they lie with the caller until they are stale."""
    with row(acme, tmp_path, without_hand_on(a_row(field=FULL)), stale=PATIENT) as play:
        qualified(play)
        assert owner(play) in ("sam", "sue")
        staffed(play, a_row())
        assert owner(play) in ("fay", "fred")


def test_a_lead_that_waits_goes_to_the_team_that_the_file_names_now(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """`hands_on.to` names another team, which has room: who waits is not for the former any more
    (guide set-capacity: `to` is the team that gets its leads next)."""
    data = as_data(a_row(field=FULL))
    data["teams"].append({"id": "inside", "takes": {"country": ["None"]}, "reps": [rep("ina")]})
    before = Teams.model_validate(data)
    del data["teams"][2]["takes"]
    data["teams"][0]["hands_on"]["to"] = "inside"
    with row(acme, tmp_path, before, stale=PATIENT) as play:
        qualified(play)
        assert look_at(play).passes_on
        staffed(play, Teams.model_validate(data))
        assert owner(play) == "ina"


def test_a_lead_that_is_given_back_where_no_team_before_is_left_ends_its_trip(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """The callers' team is dissolved; a field rep closes a lead for a reason whose row says back.
    Nobody can get it back, so the trip is over (0031: "else the trip is over")."""
    with row(acme, tmp_path, back=("no_decision_maker",), stale=PATIENT) as play:
        qualified(play)
        data = as_data(a_row())
        data["teams"] = [data["teams"][1]]
        play.company = replace(play.company, teams=Teams.model_validate(data))
        given_back(play, "Not the decision maker")
        look = look_at(play)
        assert [one.reason for one in look.returns] == ["no_decision_maker"]


def test_who_took_a_lead_out_of_the_first_teams_queue_hands_it_on(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """A team of callers that is a queue (issue 12.1: it counts as one rep): whoever takes a lead
    out of it works for that team, though teams.toml does not name them. Once they qualify it, it
    goes on; with assignment rules in the queue's place it does."""
    teams = a_row(sdr=[{"id": "callers", "queue": "Callers", "open_limit": 9}])
    mapping = mapped(acme).model_dump(by_alias=True, exclude_unset=True)
    mapping["sales"]["queue"] = dict(QUEUES)
    agreement = acme.agreement.model_copy(update={"sla": None, "stale": PATIENT})
    files = replace(acme, mapping=Mapping.model_validate(mapping), teams=teams, agreement=agreement)
    with begun(files, tmp_path) as play:
        queue(play, "Callers")
        play.box.sales.seed(User=[{"Name": "Cal", "Email": "cal@acme.example", "IsActive": True}])
        play.go_live()
        ready(play, "jo")
        rest(play)
        assert look_at(play).state.owner == "callers"
        status(play, WORKING, OwnerId=user(play, "cal"))
        status(play, QUALIFIED)
        assert owner(play) in ("fay", "fred")


@pytest.mark.parametrize(
    ("types", "when", "told"),
    [
        ({"Open": "open", "Converted": "won"}, "qualified", True),
        ({"Open": "open", "Converted": "won", "Qualified": "won"}, "qualified", False),
        ({"Open": "open", "Converted": "won"}, "accepted", False),
    ],
)
def test_a_team_that_no_status_can_make_hand_on_is_mentioned(
    acme: CompanyFiles, types: dict[str, str], when: str, *, told: bool
) -> None:
    data = acme.mapping.model_dump(by_alias=True, exclude_unset=True)
    data["sales"]["lead"]["status"]["types"] = types
    mapping = Mapping.model_validate(data)
    found = replace(acme, mapping=mapping, teams=a_row(when=when)).findings()
    said = [one.text for one in found if "hands on what is qualified" in one.text]
    assert bool(said) is told
