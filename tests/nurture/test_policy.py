"""The first rule that holds has a lead, and waiting alone may turn which one that is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.agreement import Agreement
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.exchange import NO_RATES
from crmbridge.policy.nurture import Resting, choose, next_turn
from crmbridge.policy.qualify.judge import Case, facts_at
from tests.nurture.stage import BUYERS, EVERYBODY, READERS, agreement_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SILENT = {
    "name": "silent",
    "track": "silent",
    "stages": ["engaged"],
    "when": {"op": "none", "of": [{**READERS["when"], "value": {"count": 1, "days": 10}}]},
}


def touch(days_ago: float, asset: str, n: int = 1) -> Touch:
    at = NOW - timedelta(days=days_ago)
    ref = Ref(system="marketing", obj="form", id=str(n))
    return Touch(ref=ref, at=at, kind="form", asset=asset, channel="", value=0)


def lead(agreement: Agreement, *touches: Touch, stage: str = "engaged", **facts: Any) -> Resting:
    case = Case(
        facts=facts,
        touches=touches,
        opened=NOW - timedelta(days=400),
        zone=ZoneInfo("Europe/Berlin"),
        exchange=NO_RATES,
    )
    scores, all_facts = facts_at(agreement, case, NOW)
    return Resting(stage=stage, case=case, scores=scores, facts=all_facts)


def name_of(agreement: Agreement, one: Resting) -> str:
    found = choose(agreement, one, NOW).rule
    return found.name if found else ""


def test_the_first_rule_in_the_order_of_the_file_has_the_lead() -> None:
    webinar = touch(1, "/webinar/live")
    for order, first in (((BUYERS, READERS), "buyers"), ((READERS, BUYERS), "paper readers")):
        agreement = agreement_of(*order)
        assert name_of(agreement, lead(agreement, webinar)) == first


def test_a_rule_of_another_stage_is_passed_over() -> None:
    agreement = agreement_of(BUYERS, EVERYBODY)
    webinar = touch(1, "/webinar/live")
    assert name_of(agreement, lead(agreement, webinar, stage="known")) == "everybody"
    assert name_of(agreement, lead(agreement, webinar, stage="customer")) == ""


def test_what_nobody_knows_does_not_hold() -> None:
    when = {"id": "big", "field": "employees", "op": "ge", "value": 500}
    agreement = agreement_of({**READERS, "when": when})
    assert name_of(agreement, lead(agreement)) == ""
    assert name_of(agreement, lead(agreement, employees=499)) == ""
    assert name_of(agreement, lead(agreement, employees=500)) == "paper readers"


def test_the_second_at_which_a_rule_ceases_to_hold_is_known() -> None:
    agreement = agreement_of(BUYERS, READERS)
    one = lead(agreement, touch(1, "/webinar/live"))
    chosen = choose(agreement, one, NOW)
    assert next_turn(agreement, one, chosen, NOW) == NOW + timedelta(days=59, seconds=1)


def test_the_second_at_which_an_earlier_rule_begins_to_hold_is_known() -> None:
    agreement = agreement_of(SILENT, EVERYBODY)
    one = lead(agreement, touch(4, "/paper/a"))
    chosen = choose(agreement, one, NOW)
    assert chosen.rule is not None
    assert chosen.rule.name == "everybody"
    assert next_turn(agreement, one, chosen, NOW) == NOW + timedelta(days=6, seconds=1)


def test_a_rule_behind_the_one_that_holds_is_not_waited_for() -> None:
    agreement = agreement_of(EVERYBODY, BUYERS)
    one = lead(agreement, touch(1, "/webinar/live"))
    assert next_turn(agreement, one, choose(agreement, one, NOW), NOW) is None
