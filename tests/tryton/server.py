"""A real Tryton 8.2 of the tests' own, made once and kept; its tests are skipped without one.

`CRMBRIDGE_TEST_TRYTON` names the folder to keep it in, and `off` leaves these tests out.
"""

from __future__ import annotations

import base64
import fcntl
import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from crmbridge.testing.contract.account import SENTINELS
from tests.stages.places import ROOT

PASSWORD = f"{SENTINELS[2]}-1"
BRIDGE = "bridge"
"""The user that crmbridge logs in as, with the same password: in the group of the how-to's page."""
CONTEXT = {"company": 1, "companies": [1], "language": "en"}
KEPT = "(SELECT party FROM company_company UNION SELECT party FROM company_employee)"
CLEARED = (
    "DELETE FROM sale_line",
    "DELETE FROM sale_sale",
    "DELETE FROM sale_opportunity",
    "DELETE FROM sale_opportunity__history",
    f"DELETE FROM party_contact_mechanism WHERE party NOT IN {KEPT}",
    f"DELETE FROM party_address WHERE party NOT IN {KEPT}",
    f"DELETE FROM party_party WHERE id NOT IN {KEPT}",
)
PATIENCE = 600
"""Seconds for the installation and a new database: 45 on two idle cores, 230 on busy ones."""


def made(kept: Path) -> Path:
    """Return the folder with an installed Tryton and a new company; skips the test without one."""
    named = os.environ.get("CRMBRIDGE_TEST_TRYTON", "")
    if named == "off":
        pytest.skip("CRMBRIDGE_TEST_TRYTON is off")
    home = Path(named) if named else kept
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        script = [str(ROOT / "scripts" / "tryton"), str(home), "make"]
        environ = {**os.environ, "CRMBRIDGE_TRYTON_PASSWORD": PASSWORD}
        try:
            done = subprocess.run(
                script, env=environ, timeout=PATIENCE, capture_output=True, text=True, check=False
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"Tryton was not made within {PATIENCE} s")
        if done.returncode:
            pytest.skip(f"Tryton cannot be made here: {done.stderr[-300:]}")
    return home


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Tryton:
    """A running server with a database of its own, and what its people do there."""

    def __init__(self, url: str, database: Path) -> None:
        self.url, self.database = url, database
        self._client = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self._session = ""

    def rpc(self, method: str, *params: Any) -> Any:
        """Call a method as the administrator; an error of Tryton's fails the test."""
        asked = {"id": 1, "method": method, "params": [*params, CONTEXT]}
        headers = {"authorization": self._session}
        answer = self._client.post("/crm/rpc/", json=asked, headers=headers)
        answer.raise_for_status()
        told = answer.json()
        assert "error" not in told, told["error"]
        return told["result"]

    def log_in(self) -> None:
        """Open the session of the administrator."""
        params = ["admin", {"password": PASSWORD}]
        asked = {"id": 1, "method": "common.db.login", "params": params}
        user, token = self._client.post("/crm/rpc/", json=asked).json()["result"][:2]
        self._session = f"Session {base64.b64encode(f'admin:{user}:{token}'.encode()).decode()}"

    def clear(self) -> None:
        """Forget all opportunities and whom they are about."""
        with closing(sqlite3.connect(self.database, timeout=10)) as db:
            for statement in CLEARED:
                db.execute(statement)
            db.commit()

    def let_in(self) -> None:
        """Make the user that crmbridge is."""
        asked = [[["name", "=", "Sale Opportunity"]], 0, None, None, ["id"]]
        (group,) = self.rpc("model.res.group.search_read", *asked)
        user = {"name": BRIDGE, "login": BRIDGE, "password": PASSWORD, "company": 1}
        ties = {"companies": [["add", [1]]], "groups": [["add", [group["id"]]]]}
        self.rpc("model.res.user.create", [user | ties])

    def close(self) -> None:
        self._client.close()

    def opportunities(self, *fields: str) -> dict[str, dict[str, Any]]:
        """All opportunities by id."""
        asked = [[], 0, None, [["id", "ASC"]], list(fields)]
        rows = self.rpc("model.sale.opportunity.search_read", *asked)
        return {str(row["id"]): row for row in rows}

    def parties(self, names: dict[str, str]) -> list[int]:
        """Make parties, by their address."""
        rows = [
            {
                "name": name,
                "contact_mechanisms": [["create", [{"type": "email", "value": email}]]],
            }
            for email, name in names.items()
        ]
        made: list[int] = self.rpc("model.party.party.create", rows)
        return made

    def employees(self, names: dict[str, str]) -> None:
        """Make employees, by their address."""
        rows = [{"party": one, "company": 1} for one in self.parties(names)]
        self.rpc("model.company.employee.create", rows)

    def step(self, verb: str, *ids: str) -> None:
        """Press a button of opportunities."""
        self.rpc(f"model.sale.opportunity.{verb}", [int(one) for one in ids])

    def write(self, ident: str, **values: Any) -> None:
        """Edit an opportunity."""
        self.rpc("model.sale.opportunity.write", [int(ident)], values)


@contextmanager
def serving(home: Path) -> Iterator[Tryton]:
    """Start a server on a copy of the made database."""
    with TemporaryDirectory(prefix="tryton") as folder:
        own = Path(folder)
        shutil.copy(home / "crm.sqlite", own / "crm.sqlite")
        port = free_port()
        conf = own / "trytond.conf"
        conf.write_text(
            f"[database]\nuri = sqlite://\npath = {own}\n[web]\nlisten = 127.0.0.1:{port}\n"
        )
        command = [str(home / "venv" / "bin" / "trytond"), "-c", str(conf), "-d", "crm"]
        with (own / "log").open("w") as log:
            environ = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environ)
        server = Tryton(f"http://127.0.0.1:{port}", own / "crm.sqlite")
        try:
            _wait(server.url, process)
            server.log_in()
            server.let_in()
            yield server
        finally:
            server.close()
            process.terminate()
            process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    asked = {"id": 1, "method": "common.server.version", "params": []}
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.post(f"{url}/rpc/", json=asked, trust_env=False).is_success:
                return
        time.sleep(0.1)
    pytest.skip("Tryton does not start here")
