"""Once out, a person stays out: the fact as well as the flag, whoever says otherwise and when."""

from __future__ import annotations

import pytest

from crmbridge.flows.read.pull import pull
from tests.stages.late import no_wait, played, state
from tests.stages.places import JO
from tests.stages.rest import edit, ready, rebuilds_equal, rest


@pytest.mark.parametrize("reached", [True, False], ids=["our write was there", "not yet"])
@pytest.mark.parametrize("said_by", ["marketing", "sales"])
def test_a_system_that_takes_an_opt_out_back_is_told_and_not_heard(
    said_by: str, *, reached: bool
) -> None:
    with played() as (play, _):
        ready(play, "jo")
        play.later(minutes=5)
        if said_by == "marketing":
            play.box.marketing.act("opt_out", email=JO)
        else:
            edit(play, JO, HasOptedOutOfEmail=True)
        if reached:
            rest(play)
        else:
            pull(play.company, said_by, sleep=no_wait)
        assert state(play).value("opted_out") is True
        # the same record changes as well, so that a look certainly takes it in
        edit(play, JO, HasOptedOutOfEmail=False, Title="Head of Sales")
        play.later(minutes=5)
        pull(play.company, "sales", sleep=no_wait)
        assert state(play).opted_out
        assert state(play).value("opted_out") is True
        assert state(play).value("title") == "Head of Sales"
        rest(play)
        assert rebuilds_equal(play)
        assert play.lead(JO)["HasOptedOutOfEmail"] is True
        assert play.person(JO)["hs_email_optout"] == "true"
        assert state(play).value("opted_out") is True
