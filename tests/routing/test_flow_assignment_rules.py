"""A team whose leads the CRM's own assignment rules give to somebody."""

from __future__ import annotations

from pathlib import Path

from tests.stages.owners import ANN, org, queue, user
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import later, ready, rebuilds_equal, rest, told

RULES = {"id": "rules", "name": "Assignment rules", "assignment_rules": True, "open_limit": 1}


def _someone(play: Play) -> str:
    play.box.sales.seed(User=[{"Name": "Sam Else", "Email": "sam@else.example", "IsActive": True}])
    return user(play, "sam@else.example")


def test_the_orgs_rules_choose_the_owner_and_what_they_gave_out_is_one_reps_work(
    tmp_path: Path,
) -> None:
    with org(tmp_path, RULES) as play:
        sam = _someone(play)
        play.box.sales.config(assignment_rules=[{"object": "Lead", "owners": [sam]}])
        ready(play, "jo", "al")
        rest(play)
        (lead,) = play.sf()
        assert lead["OwnerId"] == sam
        play.later(minutes=5)
        rest(play)
        assert len(play.sf()) == 1
        assert [one["rep"] for one in told(play, "handed")] == ["rules"]
        sent = [line for line in play.box.sales.audit() if "composite/sobjects" in line["route"]]
        assert sent[0]["headers"]["sforce-auto-assign"] == "TRUE"
        play.box.sales.act("reject", id=lead["Id"])
        rest(play)
        assert len(play.sf()) == 2
        assert rebuilds_equal(play)


def test_no_other_write_lets_the_rules_run(tmp_path: Path) -> None:
    with org(tmp_path, RULES) as play:
        sam = _someone(play)
        play.box.sales.config(assignment_rules=[{"object": "Lead", "owners": [sam]}])
        ready(play, "jo")
        rest(play)
        play.box.sales.config(assignment_rules=[{"object": "Lead", "owners": [_other(play)]}])
        ident = play.person(JO)["id"]
        play.box.marketing.act(
            "edit", object="contacts", id=ident, properties={"phone": "+49 30 1"}
        )
        later(play)
        assert play.lead(JO)["Phone"] == "+49 30 1"
        assert play.lead(JO)["OwnerId"] == sam


def _other(play: Play) -> str:
    play.box.sales.seed(User=[{"Name": "Ann", "Email": "ann@else.example", "IsActive": True}])
    return user(play, "ann@else.example")


def test_rules_that_choose_a_rep_of_ours_fill_the_desk_of_that_rep(tmp_path: Path) -> None:
    with org(tmp_path, RULES, ANN | {"open_limit": 0}) as play:
        ann = user(play, str(ANN["email"]))
        play.box.sales.config(assignment_rules=[{"object": "Lead", "owners": [ann]}])
        ready(play, "jo", "al")
        play.later(minutes=5)
        rest(play)
        play.later(minutes=5)
        rest(play)
        assert [one["OwnerId"] for one in play.sf()] == [ann, ann]


def test_rules_that_choose_a_queue_leave_the_lead_with_them(tmp_path: Path) -> None:
    with org(tmp_path, RULES) as play:
        web = queue(play, "Web")
        play.box.sales.config(assignment_rules=[{"object": "Lead", "owners": [web]}])
        ready(play, "jo")
        later(play)
        assert told(play, "recalled") == []
        assert [one["rep"] for one in told(play, "handed")] == ["rules"]
