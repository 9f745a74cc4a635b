"""The daemon takes a further system from its files, looks at it, and says how it is."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.daemon.house import house, wait
from tests.systems.stage import WEBINARS, tool_server


def test_a_system_that_the_files_name_by_now_is_looked_at(tmp_path: Path) -> None:
    with house(tmp_path) as home, tool_server() as (tool, told):
        tool.seed(contacts=[{"properties": {"email": "jo@buyer.example", "firstname": "Jo"}}])
        daemon = home.daemon(**told)
        daemon.ready()
        mapping = home.config / "acme" / "mapping.toml"
        text = mapping.read_text(encoding="utf-8")
        (fresh := mapping.with_suffix(".new")).write_text(text + WEBINARS, encoding="utf-8")
        fresh.replace(mapping)
        daemon.until("looked", side="webinars")
        up = 'crmbridge_system_up{company="acme",side="webinars"} 1.0'
        wait(lambda: up in daemon.get("/metrics").text, daemon.log)
        daemon.ready()
        for side, answer in (("webinars", 202), ("nobody", 404)):
            told_by = httpx.post(f"{daemon.url}/hint/acme/{side}", trust_env=False, timeout=10)
            assert told_by.status_code == answer
        assert daemon.stop() == 0
