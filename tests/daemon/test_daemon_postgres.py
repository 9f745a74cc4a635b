"""The daemon over a ledger in PostgreSQL: it works, says when the server is away, and goes on."""

from __future__ import annotations

import pytest

from crmbridge.store import events
from tests.daemon.house import House, wait
from tests.stages.postgres import databases


@pytest.fixture
def base(home: House) -> str:
    """The name of the ledger's database."""
    place = databases().of(home.folder / "data" / "server.db")
    home.ledger = {"CRMBRIDGE_LEDGER": place}
    return place.partition("@/")[2].partition("?")[0]


def test_a_daemon_whose_server_is_away_says_so_and_goes_on_when_it_is_back(
    home: House, base: str
) -> None:
    home.contact("one@vogel.example")
    daemon = home.daemon()
    daemon.ready()
    databases().run(f'ALTER DATABASE "{base}" ALLOW_CONNECTIONS false')
    databases().run(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{base}'"
    )

    def away() -> bool:
        answer = daemon.get("/readyz")
        return answer.status_code == 503 and any(
            "the connection was lost" in one for one in answer.json()["reasons"]
        )

    wait(away, daemon.log)
    databases().run(f'ALTER DATABASE "{base}" ALLOW_CONNECTIONS true')
    wait(lambda: daemon.get("/readyz").status_code == 200, daemon.log, 60)
    with home.company() as company, company.ledger.read() as tx:
        before = events.last_seq(tx)
    home.contact("two@vogel.example")

    def seen() -> bool:
        with home.company() as company, company.ledger.read() as tx:
            return events.last_seq(tx) > before

    wait(seen, daemon.log, 60)
    assert daemon.stop() == 0


def test_a_second_daemon_on_the_same_company_leaves_with_3(home: House, base: str) -> None:
    first = home.daemon()
    first.ready()
    second = home.daemon()
    assert second.end() == 3
    (line,) = second.lines("another process writes the ledger")
    assert str(first.child.pid) in line["message"]
    assert first.stop() == 0
