"""What the dashboard's pages cost on a large ledger: the server's time for each, and its weight.

    python -m benchmarks.pages [LEADS]      (20,000 if not given; ten touches a lead)

Of each page: milliseconds of the server while its figures are counted for the first time, seconds
of that counting in the background, milliseconds once they are there, and kilobytes of the page.
Of a search by name: milliseconds of the server, the slowest of three, and of the first ones while
all names are read in the background, with the seconds of that.
Times are by the clock on this machine, with a loop of additions timed beside them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import httpx

from benchmarks.bench import START, say
from benchmarks.books import HANDED, NOT_READ, PEOPLE, TOUCHES, add_up_anew, opened, play
from benchmarks.fitted import ADDITIONS, loop, spent
from benchmarks.many import COPIED, multiply
from benchmarks.roles import contact
from crmbridge.company import Company
from crmbridge.flows.read.observe import observe
from crmbridge.flows.reps.rotation import Turns
from crmbridge.flows.revenue.post import post_books
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Sighting
from crmbridge.settings import Settings
from crmbridge.web import serve
from crmbridge.web.board.companies import OpenedAlready
from crmbridge.web.board.pages import PAGES

COUNTING = 202
DAYS = ("this-quarter", "all")


def pages(company: Company) -> Iterator[tuple[str, ...]]:
    """Look at each page for a quarter and for all days, over a connection to a real server."""
    settings = Settings(listen="127.0.0.1:0")
    server = serve(settings, companies=OpenedAlready(company))
    try:
        with httpx.Client(base_url=server.url, follow_redirects=True, timeout=60) as site:
            for days in DAYS:
                for page in PAGES:
                    yield _looked_at(site, company, page.name, days)
    finally:
        server.stop()


def _looked_at(site: httpx.Client, company: Company, page: str, days: str) -> tuple[str, ...]:
    path = f"/c/{company.name}/{page}?days={days}"
    began = time.perf_counter()
    answer = site.get(path)
    first, most = _server(answer), _server(answer)
    while answer.status_code == COUNTING:
        time.sleep(0.02)
        answer = site.get(path)
        most = max(most, _server(answer))
    counted = time.perf_counter() - began
    again = min(_server(site.get(path)) for _ in range(3))
    size = len(answer.content) / 1000
    return (
        f"{page}, {days}",
        f"{first:.0f} ms",
        f"{most:.0f} ms",
        f"{counted:.2f} s",
        f"{again:.0f} ms",
        f"{size:.0f} kB",
    )


SEARCHES = {
    "a name of many": "Last7",
    "a name of nobody": "Zarathustra",
    "two names, each of many, of nobody together": "Company Last7 First8",
    "two letters": "zq",
}


def name_all(company: Company) -> None:
    """Give the played people names and accounts: these are what a search goes through."""
    said = [
        Sighting(
            ref=contact(n),
            values={
                "email": f"p{n}@buyer.example",
                "first_name": f"First{n}",
                "last_name": f"Last{n}",
                "account": f"Company {n} of the North Sea",
                "title": "Head of Operations",
            },
            raw={"Email": f"p{n}@buyer.example"},
            created_at=START,
            changed_at=START,
        )
        for n in range(PEOPLE)
    ]
    with company.ledger.write("bench") as tx:
        scene = Scene.open(company, tx)
        observe(scene, said)
        scene.work.flush()


def searches(company: Company) -> Iterator[tuple[str, str]]:
    """Look for leads by name: while all names are read for the first time, and then."""
    server = serve(Settings(listen="127.0.0.1:0"), companies=OpenedAlready(company))
    try:
        with httpx.Client(base_url=server.url, follow_redirects=True, timeout=60) as site:
            path = f"/c/{company.name}/leads"
            began = time.perf_counter()
            form = {"csrf": site.get(path).text.partition('name="csrf" value="')[2][:200]}
            form["csrf"] = form["csrf"].partition('"')[0]
            slowest = 0.0
            while True:
                answer = site.post(path, data=form | {"q": "Zarathustra"})
                slowest = max(slowest, _server(answer))
                if UNREAD not in answer.text:
                    break
                time.sleep(0.05)
            yield "while names are read, the slowest", f"{slowest:.0f} ms"
            yield "all names read in", f"{time.perf_counter() - began:.1f} s"
            for told, text in SEARCHES.items():
                times = [_server(site.post(path, data=form | {"q": text})) for _ in range(3)]
                yield told, f"{max(times):.0f} ms"
    finally:
        server.stop()


UNREAD = "names of all leads are being read"


def keep_turns(company: Company) -> None:
    """Keep whose turn it is, as the first pass of a living company does."""
    with company.ledger.write("bench") as tx:
        Turns.load(Scene.open(company, tx)).save()


def _server(answer: httpx.Response) -> float:
    """Milliseconds that the server took."""
    answer.raise_for_status()
    return float(answer.headers["server-timing"].rpartition("=")[2])


def main() -> None:
    """Print the table."""
    leads = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    say(f"a loop of {ADDITIONS:,} additions: {spent(loop):.3f} s")
    with opened() as company:
        play(company, HANDED)
        name_all(company)
        post_books(company)
        kept = [one for one in COPIED if one not in NOT_READ]
        multiply(company.ledger, max(1, leads // PEOPLE), kept)
        add_up_anew(company)
        keep_turns(company)
        say(f"{leads:,} leads with {TOUCHES} touches each")
        for told, took in searches(company):
            say(f"  search: {told:50}{took:>10}")
        head = ("page", "first look", "slowest look", "counted in", "then", "size")
        for row in (head, *pages(company)):
            say(f"  {row[0]:30}" + "".join(f"{one:>16}" for one in row[1:]))


if __name__ == "__main__":
    main()
