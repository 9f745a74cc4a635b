"""Reps who left, who leave just now, and who are all full."""

from __future__ import annotations

from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import rest


def test_a_rep_who_left_gets_no_leads_and_the_lead_goes_to_another(play: Play) -> None:
    for name in ("ann", "bob", "cat"):
        users = [u for u in play.sf("User") if str(u["Email"]).startswith(name)]
        play.box.sales.act("deactivate_user", user=users[0]["Id"])
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    rest(play)
    owner = play.lead(JO)["OwnerId"]
    (dev,) = [u["Id"] for u in play.sf("User") if str(u["Email"]).startswith("dev")]
    assert owner == dev


def test_a_rep_who_leaves_between_the_look_and_the_write_loses_the_lead_to_another(
    play: Play,
) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    play.box.sales.config(
        row_faults=[
            {"object": "Lead", "times": 1, "code": "INACTIVE_OWNER_OR_USER", "message": "gone"}
        ]
    )
    rest(play)
    assert play.lead(JO)["Status"] == "Open - Not Contacted"
    assert play.person(JO)["lifecyclestage"] == "marketingqualifiedlead"


def test_all_reps_full_leaves_the_lead_in_the_line_with_a_reason(play: Play) -> None:
    for user in play.sf("User"):
        if str(user["Email"]).endswith("acme.example"):
            play.box.sales.act("deactivate_user", user=user["Id"])
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    rest(play)
    assert play.sf() == []
    assert play.person(JO)["crmbridge_waiting"]
