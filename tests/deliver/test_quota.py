"""What passes on a day whose quota is nearly used up."""

from __future__ import annotations

from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import (
    holds,
    ready,
    turns,
    waiting,
)


def ask(play: Play, name: str) -> None:
    """Somebody asks for a demo; we look, whatever the quota allows."""
    play.contact(f"{name}@buyer.example", lastname=name, company="B")
    play.form(f"{name}@buyer.example")
    play.later(minutes=5)
    turns(play)


def test_a_daily_quota_nearly_used_up_by_others_lets_pass_what_is_urgent_enough(
    play: Play,
) -> None:
    ready(play, "jo")
    play.box.sales.config(daily_limit=100_000)
    play.box.sales.act("consume_quota", calls=90_000)
    ask(play, "al")
    assert len(play.sf()) == 2
    play.box.sales.act("consume_quota", calls=7_000)
    ask(play, "bo")
    play.box.marketing.act("opt_out", email=JO)
    play.later(minutes=5)
    turns(play)
    ask(play, "cy")
    assert play.lead(JO)["HasOptedOutOfEmail"] is True
    assert len(play.sf()) == 2
    assert waiting(play) == 2
    assert not holds(play)


def test_a_rejection_is_still_heard_when_nine_tenths_of_the_day_are_used(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.config(daily_limit=100_000)
    play.box.sales.act("consume_quota", calls=90_000)
    ask(play, "al")
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    play.later(minutes=5)
    turns(play)
    assert play.person(JO)["crmbridge_reason"] == "missing_reason"
