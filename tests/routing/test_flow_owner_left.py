"""A rep who becomes inactive gives open work back at once, and the manager hears."""

from __future__ import annotations

from pathlib import Path

from tests.stages.owners import ANN, BOB, org, queue, user
from tests.stages.places import JO
from tests.stages.rest import edit, later, messages, ready, rebuilds_equal, rest, told

CLOSED = "Closed - Not Converted"


def test_open_work_of_who_leaves_goes_to_others_at_once_and_the_manager_hears_once(
    tmp_path: Path,
) -> None:
    with org(tmp_path, ANN, BOB | {"open_limit": 0}) as play:
        ready(play, "jo", "al", "bo")
        edit(play, "al@buyer.example", Status="Working - Contacted")
        rest(play)
        assert len(told(play, "handed")) == 3
        play.box.sales.act("deactivate_user", user=user(play, str(ANN["email"])))
        later(play)
        assert [one["reason"] for one in told(play, "recalled")] == ["owner_left"] * 3
        play.later(hours=1)  # to people it is told with all else of its hour
        later(play)
        said = messages(play)
        assert said.count("Ann Becker is no active user of the sales system any more") == 2
        assert "3 leads" in said
        assert "mia@acme.example" in said or "the manager" in said
        assert play.person(JO)["crmbridge_waiting"]
        assert rebuilds_equal(play)


def test_what_was_given_back_goes_to_another_rep_in_the_same_turn(tmp_path: Path) -> None:
    with org(tmp_path, ANN, BOB | {"weight": 1}) as play:
        ready(play, "jo")
        (first,) = [one["rep"] for one in told(play, "handed")]
        other = BOB if first == "ann" else ANN
        mine = ANN if first == "ann" else BOB
        play.box.sales.act("deactivate_user", user=user(play, str(mine["email"])))
        later(play)
        assert play.lead(JO)["OwnerId"] == user(play, str(other["email"]))
        assert play.lead(JO)["Status"] == "Open - Not Contacted"


def test_a_colleague_whom_no_team_knows_gives_back_too(tmp_path: Path) -> None:
    with org(tmp_path, ANN) as play:
        play.box.sales.seed(User=[{"Name": "Sam", "Email": "sam@else.example", "IsActive": True}])
        ready(play, "jo")
        play.box.sales.act("reassign", id=play.lead(JO)["Id"], owner="sam@else.example")
        later(play)
        assert told(play, "recalled") == []
        play.box.sales.act("deactivate_user", user=user(play, "sam@else.example"))
        later(play)
        assert [one["reason"] for one in told(play, "recalled")] == ["owner_left"]
        assert play.lead(JO)["OwnerId"] == user(play, str(ANN["email"]))


def test_a_customer_and_an_open_deal_stay_with_their_owner(tmp_path: Path) -> None:
    with org(tmp_path, ANN, BOB) as play:
        ready(play, "jo")
        lead = play.lead(JO)
        play.box.sales.act("convert", id=lead["Id"], opportunity={"Amount": 10})
        later(play)
        for one in (ANN, BOB):
            play.box.sales.act("deactivate_user", user=user(play, str(one["email"])))
        later(play)
        assert told(play, "recalled") == []


def test_a_rep_is_found_by_another_field_of_the_user(tmp_path: Path) -> None:
    named = {"id": "ann", "name": "Ann Becker", "user": "abec", "open_limit": 9}
    with org(tmp_path, named, sales={"rep": {"handle": "Alias"}}) as play:
        play.box.sales.seed(
            User=[{"Name": "A. Becker", "Email": "a@else.example", "Alias": "ABec"}],
        )
        ready(play, "jo")
        rest(play)
        assert play.lead(JO)["OwnerId"] == user(play, "a@else.example")
        play.box.sales.act("reassign", id=play.lead(JO)["Id"], owner=queue(play, "Web"))
        later(play)
        assert [one["reason"] for one in told(play, "recalled")] == ["in_queue"]
        assert rebuilds_equal(play)


def test_a_rep_is_found_by_the_id_of_the_user_where_addresses_are_not_enough(
    tmp_path: Path,
) -> None:
    by_id = ANN | {"user": "005000000000077AAA"}
    with org(tmp_path, by_id) as play:
        # an integration user with the rep's address, older than the rep's own
        play.box.sales.seed(
            User=[{"Id": "005000000000011AAA", "Name": "Sync", "Email": ANN["email"]}]
        )
        ready(play, "jo")
        rest(play)
        assert str(play.lead(JO)["OwnerId"]).startswith("005000000000077")
        play.box.sales.act("deactivate_user", user="005000000000011AAA")
        later(play)
        assert told(play, "recalled") == []
