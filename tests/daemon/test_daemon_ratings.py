"""The daemon as a process serves the page of a rating, and what is said there is in the ledger."""

from __future__ import annotations

from datetime import timedelta

import httpx

from crmbridge.links import opaque
from crmbridge.store import ratings
from tests.content.stage import PIECE
from tests.daemon.house import House, Process, wait
from tests.stages.kept import is_rebuilt

URL = "https://crm.example"


def post(daemon: Process, token: str, stars: int, comment: str) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=20) as browser:
        told = {"stars": str(stars), "comment": comment}
        return browser.post(f"{daemon.url}/rate/{token}", data=told, headers={"Origin": URL})


def test_a_rating_beside_the_work_is_kept_once_and_told_in_no_log(home: House) -> None:
    home.keen("grete@vogel.example")
    daemon = home.daemon(CRMBRIDGE_URL=URL)
    daemon.ready()
    key = home.folder / "data" / "acme" / "links.key"
    assert key.stat().st_mode & 0o777 == 0o600
    with home.company(CRMBRIDGE_URL=URL) as company:
        assert company.links is not None
        with company.ledger.read() as tx:
            ask = "SELECT lower(hex(id)) FROM lead"
            wait(lambda: bool(tx.conn.exec_driver_sql(ask).all()), daemon.log)
            lead = str(tx.conn.exec_driver_sql(ask).scalar_one())
        fields = {"l": lead, "p": opaque(PIECE), "s": "prospect"}
        later = company.now() + timedelta(days=1)
        token = company.links.token("rate", fields, later)
        assert PIECE in daemon.get(f"/rate/{token}").text
        assert post(daemon, token, 4, "Ask Grete").status_code == 200
        assert post(daemon, token, 1, "").status_code == 409
        strange = company.links.token("rep", fields, later)
        assert daemon.get(f"/rate/{strange}").status_code == 404
        assert daemon.stop() == 0
        with company.ledger.read() as tx:
            (row,) = ratings.given(tx, None, None)
        assert (row.content, row.stars, row.comment, row.rater) == (PIECE, 4, "Ask Grete", lead)
        assert is_rebuilt(company)
    log = daemon.log.read_text()
    for secret in ("Ask Grete", token, key.read_bytes().hex()):
        assert secret not in log


def test_without_an_address_there_is_no_key_and_no_link_works(home: House) -> None:
    daemon = home.daemon()
    daemon.ready()
    assert daemon.get("/rate/nonsense").status_code == 404
    assert daemon.stop() == 0
    assert not (home.folder / "data" / "acme" / "links.key").exists()


def test_a_key_that_was_lost_is_one_and_the_same_for_all_who_use_it(home: House) -> None:
    home.keen("grete@vogel.example")
    daemon = home.daemon(CRMBRIDGE_URL=URL)
    daemon.ready()
    key = home.folder / "data" / "acme" / "links.key"
    before = key.read_bytes()
    key.unlink()
    wait(key.exists, daemon.log)  # nobody asks for a page: who writes messages makes it anew
    assert key.read_bytes() != before
    key.write_bytes(before)
    with home.company(CRMBRIDGE_URL=URL) as company:
        assert company.links is not None
        assert company.links.key == before
    assert daemon.stop() == 0
    assert key.read_bytes() == before
