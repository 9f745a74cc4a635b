"""A company whose marketing side is two tables hands a lead over, and hears back of it."""

from __future__ import annotations

from pathlib import Path

from crmbridge.flows.operate.turn import arm
from tests.stages.places import AL, JO, REASON
from tests.tables.company import Site, files_with, on_the_page, with_tables

KEEN = {
    "first_name": "Grete",
    "last_name": "Vogel",
    "company": "Vogel Pumpen",
    "country": "Germany",
    "title": "Head of Marketing",
    "employees": 250,
    "industry": "MACHINERY",
}


def test_the_example_of_the_page_hands_a_lead_over_and_writes_back_what_became_of_it(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path / "site.db")
    site.registers(17, JO, "2026-03-01 10:00:00", **KEEN)
    site.registers(18, AL, "2026-03-01 11:00:00", last_name="Lund")
    files = files_with(tmp_path, on_the_page)
    with with_tables(files, tmp_path, "marketing", DATABASE_URL=site.url) as play:
        play.turn()
        arm(play.company)
        assert play.sf() == []
        site.visits(17, "https://acme.example/demo", "2026-03-02 09:00:30")
        play.later(minutes=5)
        play.turn(2)
        lead = play.lead(JO)
        assert (lead["LastName"], lead["Company"]) == ("Vogel", "Vogel Pumpen")
        row = site.person(17)
        assert row["crmbridge_id"] == lead["CrmBridge_Id__c"]
        assert row["stage"] == "handed"
        assert row["updated_at"] > "2026-03-02 09"
        play.later(hours=3)
        play.box.sales.act("reject", id=lead["Id"], reason="Bad timing", reason_field=REASON)
        play.later(minutes=30)
        play.turn(2)
        row = site.person(17)
        assert (row["stage"], row["reason"], row["track"]) == ("nurture", "bad_timing", "timing")
        assert row["email"] == JO
        assert site.person(18)["stage"] == "known"
        assert len(site.do("SELECT id FROM people")) == 2
