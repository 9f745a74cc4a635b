"""What the tests of ratings share: links, and a company over a ledger that has one lead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.scene.scene import Scene
from crmbridge.links import Links, opaque
from crmbridge.model.payload import Known
from crmbridge.settings import Settings
from crmbridge.store import ratings
from crmbridge.store.rows import RatingRow
from crmbridge.web import serve
from crmbridge.web.board.companies import OpenedAlready
from crmbridge.web.serve import Served
from tests.stages.ledgers import ledger_at
from tests.stages.places import START

KEY = bytes(range(32))
LINKS = Links("https://crm.example", "acme", KEY)
LEAD = UUID(int=7).hex
REP = "ann"
PIECE = "Case study"
LATER = datetime.combine(START.date() + timedelta(days=90), time(), UTC)


def company_in(files: CompanyFiles, folder: Path, links: Links | None = LINKS) -> Company:
    """The company over a ledger in which one person is known."""
    made = Company(
        name="acme",
        mapping=files.mapping,
        versions=files.versions,
        teams=files.teams,
        ledger=ledger_at(folder / "ledger.db"),
        clock=FixedClock(START),
        links=links,
    )
    known(made, LEAD)
    return made


def known(company: Company, *leads: str) -> None:
    with company.ledger.write("test") as tx:
        scene = Scene.open(company, tx)
        for one in leads:
            scene.observed(Known(), one, f"known:{one}", START)
        scene.work.flush()


def token(lead: str = LEAD, piece: str = PIECE, rep: str = "", days: int = 0) -> str:
    """A link of a prospect, or of a rep about their lead."""
    fields = {"l": lead, "p": opaque(piece), "s": "sales" if rep else "prospect"}
    return LINKS.token(
        "rate", fields | ({"r": opaque(rep)} if rep else {}), LATER + timedelta(days=days)
    )


def given(company: Company) -> list[RatingRow]:
    with company.ledger.read() as tx:
        return ratings.given(tx, None, None)


@dataclass
class Site:
    """The page over a real socket, and a browser without cookies."""

    served: Served
    company: Company
    browser: httpx.Client

    def get(self, text: str, **headers: str) -> httpx.Response:
        return self.browser.get(f"{self.served.url}/rate/{text}", headers=headers)

    def post(
        self, text: str, data: dict[str, Any] | None = None, /, **headers: str
    ) -> httpx.Response:
        url, data = f"{self.served.url}/rate/{text}", {"stars": "4"} if data is None else data
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.browser.post(url, data=data, headers=named)


@contextmanager
def site_of(company: Company) -> Iterator[Site]:
    settings = Settings(listen="127.0.0.1:0", url=LINKS.base)
    served = serve(settings, companies=OpenedAlready(company))
    try:
        with httpx.Client(trust_env=False, timeout=20) as browser:
            yield Site(served, company, browser)
    finally:
        served.stop()
        company.close()
