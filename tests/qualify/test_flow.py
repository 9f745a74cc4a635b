"""The agreement at work between two servers: scores told, versions changed, leads judged again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crmbridge.agreement import Agreement, fingerprint
from crmbridge.errors import StopError
from crmbridge.files import CompanyFiles
from crmbridge.flows.explain import explain
from crmbridge.flows.operate.find import find_lead
from tests.stages.agreement import signed
from tests.stages.places import JO, START
from tests.stages.play import Play, at_work, opened


def told(play: Play, email: str = JO, as_of: datetime | None = None) -> dict[str, Any]:
    with play.company.ledger.read() as tx:
        return explain(play.company, tx, find_lead(play.company, tx, email), as_of)


def changed(agreement: Agreement, version: int, day: date, bar: int) -> Agreement:
    """The next version of an agreement, with another bar, signed by both sides."""
    data = agreement.model_dump(by_alias=True, exclude_unset=True)
    data |= {"version": version, "effective_from": day}
    for part in data["definition"]["of"]:
        for one in part.get("of", []):
            if one["id"] == "engaged":
                one["value"] = bar
    return signed(data, day)


def test_both_systems_are_told_the_scores_of_a_lead(play: Play) -> None:
    play.contact(
        JO,
        lastname="Kern",
        jobtitle="Head of Quality",
        country="Germany",
        industry="DAIRY",
        numberofemployees="400",
    )
    play.form(JO)
    play.turn()
    person, lead = play.person(JO), play.lead(JO)
    assert (person["crmbridge_grade"], person["crmbridge_rating"]) == ("A2", "hot")
    assert (float(person["crmbridge_fit"]), float(person["crmbridge_engagement"])) == (100, 40)
    assert (lead["CrmBridge_Grade__c"], lead["CrmBridge_Rating__c"]) == ("A2", "hot")


def test_a_score_that_fades_is_written_when_the_grade_changes_and_not_before(play: Play) -> None:
    play.contact(JO, lastname="Kern")
    play.form(JO, "https://acme.example/webinar/live")
    play.turn(2)
    assert play.person(JO)["crmbridge_grade"] == "D?3"
    writes = []
    for _ in range(30):
        play.later(days=1)
        writes.append(play.turn().writes)
    assert sum(writes) == 1
    assert play.person(JO)["crmbridge_grade"] == "D?4"
    # 20 points halved every 30 days are below 15 after 12.45 days
    assert writes.index(1) == 12


def test_a_ready_lead_leaves_the_line_in_the_second_it_stops_being_ready(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    idle = acme.teams.model_dump(by_alias=True, exclude_unset=True)
    for team in idle["teams"]:
        for rep in team["reps"]:
            rep["on"] = False
    files = replace(acme, teams=type(acme.teams).model_validate(idle))
    with at_work(files, tmp_path) as play:
        play.contact(JO, lastname="Kern")
        play.form(JO)
        play.turn()
        first = told(play)
        assert first["stage"] == "ready"
        end = datetime.fromisoformat(first["ready"]["until"])
        assert end - START == timedelta(days=7, seconds=1)
        play.box.set_time(end - timedelta(seconds=1))
        play.turn()
        assert told(play)["stage"] == "ready"
        play.box.set_time(end)
        play.turn()
        assert told(play)["stage"] == "engaged"


def test_another_version_judges_marketings_leads_again_and_recalls_nobody(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    later = changed(acme.agreement, 2, date(2026, 3, 4), bar=18)
    with at_work(replace(acme, others=(later,)), tmp_path) as play:
        play.contact(JO, lastname="Kern")
        play.contact("al@buyer.example", lastname="Lund")
        play.form(JO, "https://acme.example/webinar/live")
        play.form("al@buyer.example")
        play.turn(2)
        assert [one["Email"] for one in play.sf()] == ["al@buyer.example"]
        play.box.set_time(datetime.fromisoformat("2026-03-03T22:59:59+00:00"))
        play.turn()
        assert len(play.sf()) == 1
        play.box.set_time(datetime.fromisoformat("2026-03-03T23:00:00+00:00"))
        play.turn()
        versions = {one["Email"]: one["CrmBridge_Definition__c"] for one in play.sf()}
        assert versions["al@buyer.example"].startswith("v1:")
        assert versions[JO] == f"v2:{fingerprint(later)[:12]}"
        assert told(play, "al@buyer.example")["stage"] == "handed"
        assert told(play, JO, START + timedelta(minutes=1))["agreement"]["now"].startswith("v1:")


def test_a_stricter_version_takes_who_waits_out_of_the_line_and_leaves_sales_alone(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    later = changed(acme.agreement, 2, date(2026, 3, 4), bar=90)
    spec = "https://acme.example/spec/sheet"
    with at_work(replace(acme, others=(later,)), tmp_path) as play:
        for name in (JO, "al@buyer.example"):
            play.contact(name, lastname="Kern", company="Buyer")
            play.form(name, "https://acme.example/webinar/live")
        play.form("al@buyer.example", spec)
        play.turn(2)
        asleep(play)
        play.form(JO, spec)
        play.later(minutes=5)
        play.turn()
        assert told(play)["stage"] == "ready"
        play.box.set_time(datetime.fromisoformat("2026-03-03T22:59:59+00:00"))
        play.turn()
        assert told(play)["stage"] == "ready"
        play.box.set_time(datetime.fromisoformat("2026-03-03T23:00:00+00:00"))
        play.turn()
        assert told(play)["stage"] == "engaged"
        assert told(play, "al@buyer.example")["stage"] == "handed"


def test_a_lead_that_waiting_alone_makes_ready_is_handed_over_in_that_second(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """Nobody who asked for something within three days, so as not to press them."""
    data = acme.agreement.model_dump(by_alias=True, exclude_unset=True)
    pressed = {"id": "pressed", "field": "touches", "op": "count_ge"}
    pressed["value"] = {"count": 1, "days": 3, "kind": "form"}
    data["definition"]["of"] += ({"op": "none", "of": [pressed]},)
    day = acme.agreement.effective_from
    files = replace(acme, agreement=signed(data, day))
    with at_work(files, tmp_path) as play:
        play.contact(JO, lastname="Kern", company="Buyer")
        play.form(JO)
        play.turn()
        assert told(play)["stage"] == "engaged"
        play.box.set_time(START + timedelta(days=3))
        play.turn(2)
        assert (told(play)["stage"], play.sf()) == ("engaged", [])
        play.box.set_time(START + timedelta(days=3, seconds=1))
        play.turn(2)
        assert told(play)["stage"] == "handed"
        assert play.lead(JO)


def asleep(play: Play) -> None:
    """From now on no rep takes a lead, so that who is ready waits."""
    idle = play.company.teams.model_dump(by_alias=True, exclude_unset=True)
    for team in idle["teams"]:
        for rep in team["reps"]:
            rep["on"] = False
    play.company.teams = type(play.company.teams).model_validate(idle)


def test_a_version_that_was_used_cannot_be_another_text(acme: CompanyFiles, tmp_path: Path) -> None:
    other = changed(acme.agreement, 1, acme.agreement.effective_from, bar=18)
    with at_work(acme, tmp_path) as play:
        play.contact(JO, lastname="Kern")
        play.turn()
        with (
            opened(replace(acme, agreement=other), play.box, tmp_path / "ledger.db") as company,
            pytest.raises(StopError, match=r"version 1 .* is not what it was"),
        ):
            Play(company=company, box=play.box).turn()


def test_what_was_learned_later_is_told_apart(play: Play) -> None:
    play.contact(JO, lastname="Kern")
    play.turn()
    play.later(days=2)
    then = play.company.now()
    play.later(days=1)
    play.box.marketing.seed(
        form_submissions=[
            {
                "formId": "6a1f0c52-0d5e-4c6e-9a53-0b8f6f0a2d11",
                "submittedAt": (then - timedelta(days=1)).isoformat(),
                "values": [{"name": "email", "value": JO}],
                "pageUrl": "https://acme.example/webinar/live",
            }
        ]
    )
    play.turn()
    with play.company.ledger.read() as tx:
        lead = find_lead(play.company, tx, JO)
        found = explain(play.company, tx, lead, then, play.company.now())["score"]
    assert float(found["engagement"]) == 0
    assert found["later"]["touches"] == 1
    assert 19 < float(found["later"]["engagement"]) < 20
