"""What the dashboard's pages cost on a large ledger: the server's time for each, and its weight.

    python -m benchmarks.pages [LEADS]      (20,000 if not given; ten touches a lead)

Of each page: milliseconds of the server while its figures are counted for the first time, seconds
of that counting in the background, milliseconds once they are there, and kilobytes of the page.
Times are by the clock on this machine, with a loop of additions timed beside them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from starlette.testclient import TestClient

from benchmarks.bench import say
from benchmarks.books import HANDED, NOT_READ, PEOPLE, TOUCHES, add_up_anew, opened, play
from benchmarks.fitted import ADDITIONS, loop, spent
from benchmarks.many import COPIED, multiply
from crmbridge.company import Company
from crmbridge.flows.reps.rotation import Turns
from crmbridge.flows.revenue.post import post_books
from crmbridge.flows.scene.scene import Scene
from crmbridge.web.app import web_app
from crmbridge.web.board.access import Access
from crmbridge.web.board.companies import OpenedAlready
from crmbridge.web.board.pages import PAGES
from crmbridge.web.board.visit import Board
from crmbridge.web.guard import Guard

COUNTING = 202
DAYS = ("this-quarter", "all")


def pages(company: Company) -> Iterator[tuple[str, ...]]:
    """Look at each page for a quarter and for all days."""
    guard = Guard(host="127.0.0.1", port=8080)
    board = Board(companies=OpenedAlready(company), access=Access(guard))
    site = TestClient(web_app(None, guard, board), base_url="http://127.0.0.1:8080")
    for days in DAYS:
        for page in PAGES:
            path = f"/c/{company.name}/{page.name}?days={days}"
            began = time.perf_counter()
            answer = site.get(path)
            first, most = _server(answer.headers), _server(answer.headers)
            while answer.status_code == COUNTING:
                time.sleep(0.02)
                answer = site.get(path)
                most = max(most, _server(answer.headers))
            counted = time.perf_counter() - began
            again = min(_server(site.get(path).headers) for _ in range(3))
            size = len(answer.content) / 1000
            yield (
                f"{page.name}, {days}",
                f"{first:.0f} ms",
                f"{most:.0f} ms",
                f"{counted:.2f} s",
                f"{again:.0f} ms",
                f"{size:.0f} kB",
            )
    board.figures.close()


def keep_turns(company: Company) -> None:
    """Keep whose turn it is, as the first pass of a living company does."""
    with company.ledger.write("bench") as tx:
        Turns.load(Scene.open(company, tx)).save()


def _server(headers: object) -> float:
    said = str(headers["server-timing"])  # type: ignore[index]
    return float(said.rpartition("=")[2])


def main() -> None:
    """Print the table."""
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    say(f"a loop of {ADDITIONS:,} additions: {spent(loop):.3f} s")
    with opened() as company:
        play(company, HANDED)
        post_books(company)
        kept = [one for one in COPIED if one not in NOT_READ]
        multiply(company.ledger, max(1, leads // PEOPLE), kept)
        add_up_anew(company)
        keep_turns(company)
        say(f"{leads:,} leads with {TOUCHES} touches each")
        head = ("page", "first look", "slowest look", "counted in", "then", "size")
        for row in (head, *pages(company)):
            say(f"  {row[0]:30}" + "".join(f"{one:>16}" for one in row[1:]))


if __name__ == "__main__":
    main()
