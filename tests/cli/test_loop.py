"""Plan, apply and sync: nothing is written before a person agreed, and then what they agreed."""

import json
import time
from pathlib import Path

from crmbridge.store import lanes
from tests.stages.line import Desk

COMPOSITE = "POST /services/data/v*/composite*"


def ready(desk: Desk) -> None:
    desk.contact("jo@buyer.example", firstname="Jo", lastname="Kern", company="Buyer GmbH")
    desk.form("jo@buyer.example")


def test_the_first_run_reads_shows_the_plan_and_writes_nothing(desk: Desk) -> None:
    ready(desk)
    said = desk.ok("sync")
    assert "Nothing was written" in said.out
    assert "plan: 2 writes" in said.out
    assert desk.box.sales.state("Lead") == []
    data = desk.json("sync")
    assert data["armed"] is False
    assert data["plan"]["writes"] == 2
    assert data["delivered"] == {}


def test_a_plan_shows_each_field_with_its_rule_and_applying_it_writes_just_that(
    desk: Desk,
) -> None:
    ready(desk)
    desk.ok("sync")
    shown = desk.ok("plan").out
    assert "LastName: nothing -> Kern    (mapping.toml sales.lead.fields.last_name" in shown
    path = desk.home / "plan.json"
    assert desk.run("plan", "--out", str(path), "--detailed-exitcode").code == 2
    assert path.stat().st_mode & 0o077 == 0
    done = desk.json("apply", str(path))
    assert done["delivered"]["sales"]["done"] == 1
    assert done["follows"] == 1
    assert desk.lead("jo@buyer.example")["LastName"] == "Kern"
    assert desk.json("plan")["writes"] == []
    assert desk.run("plan", "--detailed-exitcode").code == 0


def test_what_follows_from_a_plan_is_no_part_of_its_apply_and_comes_with_the_next_pass(
    desk: Desk,
) -> None:
    desk.edit("mapping.toml", 'handed = "marketingqualifiedlead"', 'handed = "salesqualifiedlead"')
    ready(desk)
    desk.ok("sync")
    path = str(desk.home / "plan.json")
    desk.ok("plan", "--out", path)
    said = desk.ok("apply", path).out
    assert "What follows from that for 1 leads comes with the next `crmbridge sync`" in said
    assert desk.person("jo@buyer.example")["lifecyclestage"] == "marketingqualifiedlead"
    (write,) = desk.json("plan")["writes"]
    assert [one["after"] for one in write["changes"]] == ["salesqualifiedlead"]
    desk.ok("sync")
    assert desk.person("jo@buyer.example")["lifecyclestage"] == "salesqualifiedlead"


def test_a_plan_lists_what_is_owed_from_before_and_its_apply_sends_that_too(desk: Desk) -> None:
    desk.armed()
    ready(desk)
    desk.box.sales.faults({"kind": "status", "route": COMPOSITE, "status": 503})
    desk.run("sync")
    desk.box.sales.clear_faults()
    path = str(desk.home / "plan.json")
    shown = desk.ok("plan").out
    assert "handoff sales Lead a new record" in shown
    assert "(put off before)" in shown
    desk.ok("plan", "--out", path)
    with desk.ledger() as ledger, ledger.write("test") as tx:
        tx.conn.exec_driver_sql("UPDATE op SET not_before = 0")
    desk.ok("apply", path)
    assert desk.lead("jo@buyer.example")["LastName"] == "Kern"


def test_an_apply_sends_though_a_worker_died_with_all_lanes_in_hand(desk: Desk) -> None:
    ready(desk)
    desk.ok("sync")
    path = str(desk.home / "plan.json")
    desk.ok("plan", "--out", path)
    with desk.ledger() as ledger, ledger.write("test") as tx:
        for system in ("marketing", "sales"):
            lanes.claim_lanes(tx, system, "dead:1", time.time(), 3600)
    done = desk.json("apply", path)
    assert done["delivered"]["sales"]["done"] == 1
    assert desk.lead("jo@buyer.example")["LastName"] == "Kern"


def test_what_nobody_knows_the_end_of_is_a_line_that_says_so_and_is_not_sent_twice(
    desk: Desk,
) -> None:
    desk.armed()
    ready(desk)
    desk.ok("sync")
    # as after an answer that was lost: sales has the lead, and we do not know
    with desk.ledger() as ledger, ledger.write("test") as tx:
        tx.conn.exec_driver_sql(
            "UPDATE op SET state = 'unknown', not_before = 0, sent_at = 0 WHERE system = 'sales'"
        )
    path = str(desk.home / "plan.json")
    assert "nobody knows whether it arrived" in desk.ok("plan").out
    desk.ok("plan", "--out", path)
    desk.ok("apply", path)
    assert [one["Email"] for one in desk.box.sales.state("Lead")] == ["jo@buyer.example"]


def test_an_edited_plan_is_refused_whatever_was_edited(desk: Desk) -> None:
    ready(desk)
    desk.ok("sync")
    path = desk.home / "plan.json"
    desk.ok("plan", "--out", str(path))
    saved = json.loads(path.read_text())
    for edited in (
        {**saved, "writes": saved["writes"][1:]},
        {**saved, "writes": [{**one, "changes": one["changes"][:1]} for one in saved["writes"]]},
        {**saved, "writes": []},
    ):
        path.write_text(json.dumps(edited))
        said = desk.run("apply", str(path))
        assert said.code == 3
        assert "not as it was saved" in said.err
    for broken in ({**saved, "writes": "none"}, {**saved, "writes": 3}, {**saved, "as_of": "x"}):
        path.write_text(json.dumps(broken))
        said = desk.run("apply", str(path))
        assert said.code == 1
        assert "no plan of crmbridge" in said.err
    assert desk.box.sales.state("Lead") == []


def test_after_that_sync_writes(desk: Desk) -> None:
    desk.armed()
    ready(desk)
    said = desk.ok("sync")
    assert "written to sales: 1 done" in said.out
    assert desk.lead("jo@buyer.example")["Company"] == "Buyer GmbH"


def test_sync_of_one_lead_leaves_the_others_alone(desk: Desk) -> None:
    desk.armed()
    for name in ("jo", "al"):
        desk.contact(f"{name}@buyer.example", lastname=name, company="Buyer GmbH")
        desk.form(f"{name}@buyer.example")
    data = desk.json("sync", "--lead", "jo@buyer.example")
    assert data["decided"]["writes"] > 0
    assert [one["Email"] for one in desk.box.sales.state("Lead")] == ["jo@buyer.example"]


def test_a_stale_plan_is_refused_with_3_and_nothing_is_written(desk: Desk) -> None:
    ready(desk)
    desk.ok("sync")
    path = str(desk.home / "plan.json")
    desk.ok("plan", "--out", path)
    desk.contact("al@buyer.example", lastname="Lund", company="Buyer GmbH")
    desk.form("al@buyer.example")
    desk.ok("sync")
    said = desk.run("apply", path)
    assert said.code == 3
    assert "stale" in said.err
    assert desk.box.sales.state("Lead") == []


def test_a_plan_stays_true_while_only_time_goes_by(desk: Desk) -> None:
    ready(desk)
    desk.ok("sync")
    path = str(desk.home / "plan.json")
    desk.ok("plan", "--out", path)
    desk.later(minutes=20)
    desk.ok("apply", path)
    assert desk.lead("jo@buyer.example")["LastName"] == "Kern"


def test_a_plan_of_another_company_is_refused(desk: Desk) -> None:
    desk.ok("sync")
    path = desk.home / "plan.json"
    desk.ok("plan", "--out", str(path))
    path.write_text(json.dumps(json.loads(path.read_text()) | {"company": "globex"}))
    said = desk.run("apply", str(path))
    assert said.code == 3
    assert "globex" in said.err


def test_what_is_no_plan_is_refused(desk: Desk, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[]")
    for path in (wrong, tmp_path / "none.json"):
        said = desk.run("apply", str(path))
        assert said.code == 1
        assert "plan" in said.err


def test_one_side_away_does_not_stop_the_other_and_is_told(desk: Desk) -> None:
    desk.armed()
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.box.sales.config(refuse_login="invalid client")
    desk.box.sales.config(revoke_tokens=True)
    said = desk.run("sync", "--json")
    assert said.code == 1
    assert list(said.data["pulled"]) == ["marketing"]
    assert said.data["errors"].keys() == {"sales"}
    assert said.err.startswith("sales: ")


def test_credentials_of_another_account_are_refused(desk: Desk) -> None:
    path = desk.file("mapping.toml")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"salesforce"', '"salesforce"\naccount = "00Dxx0000000001AAA"'))
    said = desk.run("sync")
    assert said.code == 1
    assert "sales.account" in said.err


def test_a_plan_before_anything_was_read_says_so(desk: Desk) -> None:
    assert "crmbridge sync" in desk.ok("plan").out


def test_a_backfill_reads_history_and_tells_nobody(desk: Desk) -> None:
    ready(desk)
    data = desk.json("backfill", "--since", "2026-01-01")
    assert data["complete"] is True
    assert (data["new"], data["ready"]) == (1, 1)
    assert desk.json("status")["companies"][0]["due"] == 0
    assert "meet the definition" in desk.ok("backfill", "--since", "2026-01-01").out


def test_a_backfill_wants_a_beginning(desk: Desk) -> None:
    assert "--since" in desk.run("backfill").err
    said = desk.run("backfill", "--since", "soon")
    assert (said.code, "2026-03-02" in said.err) == (1, True)
