"""The daemon tells reps: each way to them has its own job, and one that is shut stops no other."""

from __future__ import annotations

import signal
from datetime import timedelta
from typing import Any

from tests.daemon.house import House, wait
from tests.stages.server import Seen, Server, http, texts


def signals(home: House) -> list[str]:
    path = home.folder / "data" / "acme" / "messages.txt"
    text = path.read_text("utf-8") if path.exists() else ""
    return [line for line in text.splitlines() if line.startswith("Signal: ")]


def test_a_signal_reaches_the_rep_while_another_way_is_shut_and_that_one_when_it_opens(
    home: House,
) -> None:
    dead = [True]

    def room(_seen: Seen, _number: int) -> Any:
        return [http(404, "no_service", "text/plain") if dead[0] else http(200, "ok", "text/html")]

    home.edit("mapping.toml", 'reps     = ["file"]', 'reps     = ["webhook", "file"]')
    home.arm()
    home.keen("grete@vogel.example")
    with Server(room) as server:
        url = f"{server.url}/services/T/B/s3cr3t"
        daemon = home.daemon(CRMBRIDGE_ACME__MESSAGES__WEBHOOK_URL=url)
        wait(lambda: bool(home.box.sales.state("Lead")), daemon.log)
        daemon.until("delivered", side="sales")  # before the clock moves: a later hand-off is none
        home.box.advance(timedelta(hours=1))
        home.form("grete@vogel.example", "https://acme.example/pricing")
        wait(lambda: len(signals(home)) == 1, daemon.log)
        wait(lambda: len(home.box.sales.state("Task")) == 1, daemon.log)
        daemon.until("system paused", side="messages.webhook")
        dead[0] = False
        shut = len(server.seen)
        with home.company() as company, company.ledger.write("test") as tx:
            tx.conn.exec_driver_sql("UPDATE op SET not_before = 0 WHERE system LIKE 'messages%'")
        daemon.signal(signal.SIGHUP)
        wait(lambda: len(server.seen) > shut, daemon.log)
        daemon.until("system back", side="messages.webhook")
        wait(lambda: any("Signal: " in text for text in texts(server)[shut:]), daemon.log)
        assert daemon.stop() == 0
    assert texts(server)[0] in texts(server)[shut:]
    assert len(signals(home)) == 1
    log = daemon.log.read_text()
    for private in ("s3cr3t", "Vogel", "grete@"):
        assert private not in log
