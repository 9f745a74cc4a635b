"""The daemon sends the week on Monday by itself, and once, though it is killed and started anew."""

from __future__ import annotations

import signal
from datetime import UTC, datetime

from tests.daemon.house import House, wait


def weeks(home: House) -> list[str]:
    path = home.folder / "data" / "acme" / "messages.txt"
    text = path.read_text("utf-8") if path.exists() else ""
    return [line for line in text.splitlines() if line.startswith("Week 2026-")]


def test_the_week_is_sent_on_monday_and_not_again_after_a_kill(home: House) -> None:
    home.arm()
    daemon = home.daemon(pace={"digest": 0.3})
    daemon.ready()
    home.box.set_time(datetime(2026, 3, 9, 6, 1, tzinfo=UTC))
    wait(lambda: len(weeks(home)) == 2, daemon.log)
    daemon.signal(signal.SIGKILL)
    daemon.end()
    again = home.daemon(pace={"digest": 0.3})
    again.ready()
    home.box.set_time(datetime(2026, 3, 9, 18, tzinfo=UTC))
    home.form("grete@vogel.example")
    again.until("looked", side="marketing")
    assert again.stop() == 0
    assert weeks(home) == ["Week 2026-W10: no open items"] * 2
    assert "digests" in {line["event"] for line in daemon.lines()}
    assert "digests" not in {line["event"] for line in again.lines()}
    for private in ("mia.roth", "dana.ortiz", "Mia"):
        assert private not in daemon.log.read_text() + again.log.read_text()
