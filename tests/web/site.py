"""A dashboard that is served for a test, and somebody who asks it without a browser."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from crmbridge.clock import FixedClock
from crmbridge.files import load
from crmbridge.settings import Settings
from crmbridge.web import serve
from tests.revenue.small_world import NOW, Small
from tests.stages.line import Line
from tests.stages.still import company_over

TOKEN = "0123456789abcdef0123456789abcdef"
VIEW = "fedcba9876543210fedcba9876543210"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
ANSWERED = 202


@dataclass
class Caller:
    """Somebody with cookies, who is at the dashboard."""

    url: str
    http: httpx.Client = field(repr=False)

    def get(self, path: str, **more: object) -> httpx.Response:
        """Ask for a page, and wait while its figures are counted."""
        for _ in range(200):
            answer = self.http.get(self.url + path, **more)  # type: ignore[arg-type]
            if answer.status_code != ANSWERED:
                return answer
        raise AssertionError(f"{path} is counted for ever")

    def text(self, path: str) -> str:
        """The page as a person reads it: without tags, entities undone."""
        return words(self.get(path).text)

    def post(self, path: str, csrf: str = "", **form: str) -> httpx.Response:
        """Send a form of a page; its secret is read from the page where none is given."""
        csrf = csrf or self.csrf(path)
        return self.http.post(self.url + path, data={"csrf": csrf, **form})

    def csrf(self, path: str) -> str:
        found = _CSRF.search(self.get(path).text)
        return found[1] if found else ""

    def login(self, token: str = TOKEN) -> httpx.Response:
        return self.http.post(self.url + "/login", data={"token": token, "next": "/"})


def words(page: str) -> str:
    """A page's text without tags, in one line."""
    bare = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(bare).split())


@contextmanager
def happening(line: Line) -> Iterator[Small]:
    """The line's company, in which a test says what happened."""
    files = load(Path(line.env["CRMBRIDGE_CONFIG"]), "acme")
    with line.ledger() as ledger:
        clock = FixedClock(NOW)
        yield Small(company_over(ledger, clock, files), clock)


def settings_of(line: Line, secrets: Path | None = None) -> Settings:
    """The settings of a line's company, on a free port."""
    return Settings(
        config=Path(line.env["CRMBRIDGE_CONFIG"]),
        data_dir=Path(line.env["CRMBRIDGE_DATA_DIR"]),
        listen="127.0.0.1:0",
        secrets_dir=secrets,
    )


@contextmanager
def served(line: Line, secrets: Path | None = None) -> Iterator[str]:
    """Serve the dashboard of a line's company, with the clock of `happening`; yield its address."""
    site = serve(settings_of(line, secrets), clock=FixedClock(NOW))
    try:
        yield site.url
    finally:
        site.stop()


@contextmanager
def caller(url: str) -> Iterator[Caller]:
    """Somebody at the dashboard of an address."""
    with httpx.Client(trust_env=False, timeout=30, follow_redirects=True) as http:
        yield Caller(url, http)
