"""A company whose marketing side is two tables hands a lead over, and hears back of it."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from crmbridge.flows.operate.survey import survey
from crmbridge.flows.operate.turn import arm
from crmbridge.model.money import Money
from crmbridge.store import costs
from tests.stages.places import AL, JO, REASON
from tests.stages.rest import holds
from tests.tables.company import (
    WAREHOUSE_TABLES,
    CallList,
    Site,
    blocks,
    files_with,
    gone,
    into_a_file,
    into_a_warehouse,
    lead_of,
    on_the_page,
    with_tables,
)

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
        play.later(minutes=10)
        play.turn(2)
        assert site.person(17) == row  # what we wrote ourselves is no news
        play.later(hours=3)
        play.box.sales.act("reject", id=lead["Id"], reason="Bad timing", reason_field=REASON)
        play.later(minutes=30)
        play.turn(2)
        row = site.person(17)
        assert (row["stage"], row["reason"], row["track"]) == ("nurture", "bad_timing", "timing")
        assert row["email"] == JO
        assert site.person(18)["stage"] == "known"
        assert len(site.do("SELECT id FROM people")) == 2


def test_a_row_that_cannot_be_read_is_held_until_it_can_and_its_opt_out_is_heard(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path / "site.db")
    site.registers(17, JO, "2026-03-01 10:00:00", **KEEN)
    files = files_with(tmp_path, on_the_page)
    with with_tables(files, tmp_path, "marketing", DATABASE_URL=site.url) as play:
        play.turn()
        arm(play.company)
        play.turn()
        site.do(
            "UPDATE people SET employees = 'some', title = 'CEO', opted_out = 1, updated_at = ?",
            "2026-03-02 09:01:00",
        )
        play.later(minutes=5)
        play.turn()
        (one,) = holds(play)
        assert one.kind == "record_unreadable"
        assert "record 17 of people in marketing" in one.advice
        assert "(column employees: no number)" in one.advice
        lead = lead_of(play, site, 17)
        assert lead.facts["title"].value == "Head of Marketing"
        assert lead.opted_out
        site.do("UPDATE people SET employees = 300, updated_at = ?", "2026-03-02 09:02:00")
        play.later(minutes=5)
        play.turn()
        assert holds(play) == []
        lead = lead_of(play, site, 17)
        assert (lead.facts["title"].value, lead.facts["employees"].value) == ("CEO", 300)


def test_a_person_whose_row_is_gone_is_known_to_be_gone_but_not_many_at_once(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path / "site.db")
    for ident in range(1, 41):
        site.registers(ident, f"p{ident}@buyer.example", "2026-03-01 10:00:00")
    files = files_with(tmp_path, on_the_page)
    with with_tables(files, tmp_path, "marketing", DATABASE_URL=site.url) as play:
        play.turn()
        arm(play.company)
        site.do("DELETE FROM people WHERE id = 3")
        play.later(minutes=20)
        play.turn()
        assert gone(play) == {"3"}
        site.do("DELETE FROM people WHERE id > 5")
        play.later(minutes=20)
        play.turn()
        assert gone(play) == {"3"}


def test_the_mapping_of_the_page_fits_its_tables_and_a_slip_is_told(tmp_path: Path) -> None:
    site = Site(tmp_path / "site.db")
    files = files_with(tmp_path, on_the_page)
    with with_tables(files, tmp_path, "marketing", DATABASE_URL=site.url) as play:
        assert [str(one) for one in survey(play.company, "marketing")] == []
        site.do("ALTER TABLE people RENAME COLUMN email TO Email")
        site.do("ALTER TABLE touches RENAME COLUMN happened_at TO happened")
        told = "\n".join(str(one) for one in survey(play.company, "marketing"))
        assert "write it as the vendor does: 'Email'" in told
        assert "tables.touches.stamp names; did you mean 'happened'?" in told


def test_leads_are_handed_to_a_list_in_a_file_and_come_back_from_it(tmp_path: Path) -> None:
    files = files_with(tmp_path, into_a_file)
    calls = CallList(
        tmp_path / "calls", {rep.id: rep.email for rep in files.teams.reps if rep.email}
    )
    with with_tables(files, tmp_path, "sales", FOLDER=str(calls.folder)) as play:
        assert [str(one) for one in survey(play.company, "sales") if one.fatal] == []
        play.turn()
        arm(play.company)
        play.keen(JO)
        play.turn(2)
        (row,) = calls.rows()
        assert (row["email"], row["last_name"], row["company"]) == (JO, "Vogel", "Vogel Pumpen")
        assert row["status"] == "to call"
        assert row["caller"] in {rep.id for rep in files.teams.reps}
        assert play.person(JO)["crmbridge_id"] == row["crmbridge_id"] == row["id"]
        before = calls.path.read_bytes()
        play.later(minutes=5)
        play.turn(2)
        assert calls.path.read_bytes() == before
        calls.says(JO, status="no", why_not="later")
        play.later(minutes=5)
        play.turn(2)
        person = play.person(JO)
        assert (person["lifecyclestage"], person["crmbridge_reason"]) == ("lead", "bad_timing")
        assert person["lists"]


def test_deals_and_costs_come_from_a_warehouse_that_is_only_read(tmp_path: Path) -> None:
    files = files_with(tmp_path, into_a_warehouse)
    site = Site(tmp_path / "warehouse.db", WAREHOUSE_TABLES)
    site.do(
        "INSERT INTO leads VALUES (1, ?, 'Kern', 'Buyer GmbH', 0, '2026-02-01 10:00:00',"
        " '2026-03-01 03:00:00')",
        JO,
    )
    site.do(
        "INSERT INTO campaigns VALUES"
        " (5, 'Spring fair', 'Event', 12000.50, 'EUR', '2026-02-01', '2026-02-28')"
    )
    with with_tables(files, tmp_path, "sales", DATABASE_URL=site.url) as play:
        assert [str(one) for one in survey(play.company, "sales") if one.fatal] == []
        play.contact(JO, lastname="Kern", company="Buyer GmbH")
        play.turn()
        arm(play.company)
        play.turn()
        site.do(
            "INSERT INTO deals VALUES (9, 1, 4999.90, 'EUR', '2026-02-10 10:00:00', '2026-03-01',"
            " 1, 1, '2026-03-02 03:00:00')"
        )
        play.later(minutes=10)
        play.turn(2)
        person = play.person(JO)
        assert person["crmbridge_won_amount"] == "4999.90"
        assert person["lifecyclestage"] == "customer"
        with play.company.ledger.read() as tx:
            (one,) = costs.campaigns(tx)
        assert (one.name, one.cost) == ("Spring fair", Money.of(Decimal("12000.50"), "EUR"))
        site.do("UPDATE deals SET amount = 5100, loaded_at = '2026-03-02 10:00:00'")
        play.later(minutes=10)
        play.turn(2)
        assert play.person(JO)["crmbridge_won_amount"] == "5100.00"


def test_a_stamp_that_the_options_name_later_reads_everything_once_more_and_loses_nobody(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path / "site.db")
    site.registers(17, JO, "2026-03-01 10:00:00", **KEEN)
    stamp = '[marketing.options.tables.people]\nstamp = "updated_at"'
    bare = files_with(
        tmp_path / "bare", lambda text: on_the_page(text).replace(stamp, stamp.split("\n")[0])
    )
    with with_tables(bare, tmp_path, "marketing", DATABASE_URL=site.url) as play:
        play.turn()
        arm(play.company)
    files = files_with(tmp_path, on_the_page)
    with with_tables(files, tmp_path, "marketing", DATABASE_URL=site.url) as play:
        site.registers(18, AL, "2026-03-01 11:00:00", last_name="Lund")
        play.turn()
        assert site.person(18)["stage"] == "known"
        assert site.person(17)["stage"] == "known"


def test_the_files_of_the_page_do_the_same(tmp_path: Path) -> None:
    site = Site(tmp_path / "site.db")
    site.registers(17, JO, "2026-03-01T10:00:00Z", **KEEN)
    site.visits(17, "https://acme.example/demo", "2026-03-01T10:05:00Z")
    folder = tmp_path / "exports"
    folder.mkdir()
    for name in ("people", "touches"):
        rows = site.do(f"SELECT * FROM {name}")
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    table = '[marketing.options.tables.people]\nstamp = "updated_at"\n'
    files = files_with(tmp_path, lambda text: on_the_page(text).replace(table, blocks("toml")[2]))
    with with_tables(files, tmp_path, "marketing", FOLDER=str(folder)) as play:
        assert [str(one) for one in survey(play.company, "marketing") if one.fatal] == []
        play.turn()
        arm(play.company)
        play.turn(2)
        lead = play.lead(JO)
        assert (lead["LastName"], lead["Company"]) == ("Vogel", "Vogel Pumpen")
        with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        assert (row["stage"], row["crmbridge_id"]) == ("handed", lead["CrmBridge_Id__c"])
        assert (row["email"], row["employees"]) == (JO, "250")
