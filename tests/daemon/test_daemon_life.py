"""The daemon as a process: it starts, works, stops, dies, and never writes beside another one."""

from __future__ import annotations

import signal
import time

from crmbridge.store import cursors, outbox, totals, writer
from tests.daemon.house import House, wait


def sales_people(home: House) -> list[str]:
    return [row["Email"] for row in home.box.sales.state("Lead")]


def test_a_keen_person_reaches_sales_and_the_daemon_ends_well(home: House) -> None:
    home.arm()
    home.keen("grete@vogel.example")
    daemon = home.daemon()
    daemon.ready()
    wait(lambda: sales_people(home) == ["grete@vogel.example"], daemon.log)
    daemon.until("delivered", side="marketing")
    assert daemon.get("/healthz").json() == {"ok": True, "reasons": []}
    metrics = daemon.get("/metrics").text
    assert 'crmbridge_leads{company="acme",stage="handed"} 1.0' in metrics
    assert daemon.stop() == 0
    told = metrics + daemon.log.read_text()
    for secret in ("grete", "vogel", "Grete", "Vogel", "loopback-secret", "loopback-token"):
        assert secret not in told


def test_before_a_plan_was_applied_it_only_reads_and_says_so_once(home: House) -> None:
    home.keen("grete@vogel.example")
    home.box.sales.empty_audit()
    home.box.marketing.empty_audit()
    daemon = home.daemon()
    daemon.ready()
    daemon.until("reads only")
    time.sleep(0.8)
    assert daemon.stop() == 0
    assert len(daemon.lines("reads only")) == 1
    assert not home.written()
    with home.company() as company, company.ledger.read() as tx:
        assert totals.by_stage(tx) == {"engaged": 1}


def test_it_begins_to_write_as_soon_as_a_plan_was_applied(home: House) -> None:
    home.keen("grete@vogel.example")
    daemon = home.daemon()
    daemon.until("reads only")
    home.arm()
    wait(lambda: sales_people(home) == ["grete@vogel.example"], daemon.log)
    assert daemon.stop() == 0


def test_a_second_daemon_leaves_with_3_and_names_the_first(home: House) -> None:
    first = home.daemon()
    first.until("started")
    second = home.daemon()
    assert second.end() == 3
    (line,) = second.lines("another process writes the ledger")
    assert f"process {first.child.pid}" in line["message"]
    assert first.child.poll() is None
    assert first.stop() == 0


def test_after_kill_9_the_next_one_is_ready_at_once(home: House) -> None:
    first = home.daemon()
    first.ready()
    first.signal(signal.SIGKILL)
    first.end()
    began = time.monotonic()
    second = home.daemon()
    second.ready()
    assert time.monotonic() - began < 10
    assert second.stop() == 0


def test_sigterm_in_a_pull_keeps_the_page_in_hand(home: House) -> None:
    home.contact("one@vogel.example", firstname="One")
    home.box.marketing.faults({"kind": "delay", "route": "contacts.*", "seconds": 1.5})
    daemon = home.daemon()
    wait(
        lambda: any(one["fired"] for one in home.box.marketing.faults()),
        daemon.log,
    )
    assert daemon.stop() == 0
    assert daemon.until("stopped")["in_time"]
    with home.company() as company, company.ledger.read() as tx:
        held = writer.current(tx)
        assert held is not None
        assert held.owner == ""
        assert sum(totals.by_stage(tx).values()) == 1
        assert cursors.get_cursor(tx, "marketing", "contacts", "changes") is not None


def test_sigterm_in_a_delivery_settles_it_and_nothing_is_sent_twice(home: House) -> None:
    home.arm()
    home.keen("grete@vogel.example")
    route = "PATCH /services/data/v*/composite/sobjects*"
    home.box.sales.faults({"kind": "delay", "route": route, "seconds": 1.5, "times": 1})
    first = home.daemon()
    wait(lambda: home.box.sales.faults()[0]["fired"] == 1, first.log)
    assert first.stop() == 0
    assert sales_people(home) == ["grete@vogel.example"]
    with home.company() as company, company.ledger.read() as tx:
        states = {state for system, state, _ in outbox.counts(tx) if system == "sales"}
        assert outbox.State.SENDING not in states
        assert totals.by_stage(tx) == {"handed": 1}
    home.box.sales.empty_audit()
    second = home.daemon()
    second.until("decided")
    time.sleep(0.7)
    assert second.stop() == 0
    assert not [one for one in home.box.sales.audit() if one["committed"]]
    assert sales_people(home) == ["grete@vogel.example"]


def test_a_second_signal_ends_it_at_once_and_the_next_start_reads_back(home: House) -> None:
    home.arm()
    home.keen("grete@vogel.example")
    shorter = "[sales.limits]\ntimeout = 3\n\n[sales.options]\n"
    home.edit("mapping.toml", "[sales.options]\n", shorter)
    route = "PATCH /services/data/v*/composite/sobjects*"
    rule = {"kind": "delay", "route": route, "seconds": 2.5, "times": 1, "when": "after"}
    home.box.sales.faults(rule)
    first = home.daemon()
    wait(lambda: home.box.sales.faults()[0]["fired"] == 1, first.log)
    first.signal(signal.SIGTERM)
    first.until("stopping")
    began = time.monotonic()
    first.signal(signal.SIGTERM)
    assert first.end() == 143
    assert time.monotonic() - began < 1
    second = home.daemon()
    second.until("delivered", side="sales")
    assert second.stop() == 0
    assert sales_people(home) == ["grete@vogel.example"]


def test_a_wrong_config_at_the_start_ends_with_1(home: House) -> None:
    home.edit("mapping.toml", "format   = 1", "formatt  = 1")
    daemon = home.daemon()
    assert daemon.end() == 1
    assert "formatt" in daemon.lines("cannot go on")[0]["message"]


def test_an_open_address_without_a_token_ends_with_1(home: House) -> None:
    daemon = home.daemon(CRMBRIDGE_LISTEN="0.0.0.0:0")
    assert daemon.end() == 1
    assert "CRMBRIDGE_TOKEN" in daemon.lines("cannot go on")[0]["message"]
