"""The pages behind a rating's link: the form, the thanks, and why a link is refused.

A link may be opened as often as one likes, by people and by scanners of mail: only a post rates,
and each link rates once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache, partial
from importlib.resources import files
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError, LinkRefused
from crmbridge.flows.content.rate import LONGEST, Asked, asked, rate
from crmbridge.links import FOREIGN, company_of
from crmbridge.log import get_logger
from crmbridge.web.rate.form import NotTaken, Posted, posted
from crmbridge.web.tries import LINKS, Tries

AtWork = Callable[[str], AbstractContextManager[Company | None]]
"""Gives a company that is at work here, for as long as the block lasts; `None` for no such one."""
Look = Callable[[Company, str], Asked]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
STYLE_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=3600"}
STATUS = {"forged": 404, "foreign": 404, "expired": 410}

CHOOSE = "Choose one of the five."
TRY_LATER = "This cannot be answered now. Try again in a few minutes."
TOO_MANY = "Too many links that are none of ours came from here. Try again in a minute."
SCALES = {
    "prospect": ("Not useful", "A little useful", "Useful", "Very useful", "Just what I needed"),
    "sales": ("Does not help", "Helps a little", "Helps", "Helps a lot", "Wins the talk"),
}
QUESTIONS = {
    "prospect": "How useful was it to you?",
    "sales": "How much does it help you in a talk with a buyer?",
}

log = get_logger("crmbridge.web")


def routes(at_work: AtWork, own: str = "", tries: Tries | None = None) -> list[Route]:
    """The routes of the page, for an application to include.

    `own` is the host, with its port, of `CRMBRIDGE_URL`.
    """
    pages = _Pages(at_work, own, tries or Tries(LINKS))
    return [
        Route("/rate/page.css", _style),
        Route("/rate/{token}", pages.show),
        Route("/rate/{token}", pages.take, methods=["POST"]),
    ]


async def _style(request: Request) -> Response:
    return Response(_part("page.css"), media_type="text/css", headers=STYLE_HEADERS)


class _Pages:
    def __init__(self, at_work: AtWork, own: str, tries: Tries) -> None:
        self._at_work, self._own, self._tries = at_work, own, tries

    async def show(self, request: Request) -> Response:
        """Show what is asked; nothing is changed."""
        return await self._answer(request, asked, _form)

    async def take(self, request: Request) -> Response:
        """Take what was filled in."""
        try:
            told = await posted(request, self._own)
        except NotTaken as why:
            return _message("Not taken", str(why), why.status)
        if told.stars is None:
            return await self._answer(request, asked, partial(_form, told=told))
        given = partial(_rated, stars=told.stars, comment=told.comment)
        return await self._answer(request, given, _thanks)

    async def _answer(
        self, request: Request, look: Look, page: Callable[[Asked], Response]
    ) -> Response:
        who = request.client.host if request.client else ""
        if self._tries.wait(who):
            return _message("Wait a minute", TOO_MANY, 429, **{"Retry-After": "60"})
        try:
            token = request.path_params["token"]
            return page(await run_in_threadpool(self._ask, token, look))
        except LinkRefused as refused:
            if refused.why != "expired":
                self._tries.wrong(who)
            return _message("This link does not work", str(refused), STATUS[refused.why])
        except CrmBridgeError as error:
            log.warning("rating not taken", error=type(error).__name__, message=str(error))
            return _message("Not now", TRY_LATER, 503, **{"Retry-After": "120"})

    def _ask(self, token: str, look: Look) -> Asked:
        with self._at_work(company_of(token)) as company:
            if company is None:
                raise LinkRefused(FOREIGN, why="foreign")
            return look(company, token)


def _rated(company: Company, token: str, *, stars: int, comment: str) -> Asked:
    return rate(company, token, stars, comment)


def _form(found: Asked, told: Posted | None = None) -> Response:
    if found.answered:
        return _again(found, 200)
    shown = {
        "heading": QUESTIONS[found.side],
        "piece": found.title,
        "scale": list(enumerate(SCALES[found.side], 1)),
        "error": CHOOSE if told else "",
        "comment": told.comment[:LONGEST] if told else "",
        "longest": LONGEST,
    }
    return _page("form", 422 if told else 200, **shown)


def _thanks(found: Asked) -> Response:
    if found.answered:
        return _again(found, 409)
    return _page("message", 200, heading="Thank you", piece=found.title, said="It was kept.")


def _again(found: Asked, status: int) -> Response:
    said = "This was rated already. A link rates once."
    return _page("message", status, heading="Rated already", piece=found.title, said=said)


def _message(heading: str, said: str, status: int, **headers: str) -> Response:
    answer = _page("message", status, heading=heading, piece="", said=said)
    answer.headers.update(headers)
    return answer


def _page(kind: str, status: int, **shown: Any) -> Response:
    return HTMLResponse(_template().render(kind=kind, **shown), status, headers=HEADERS)


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    env = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return env.from_string(_part("page.html.j2"))


@cache
def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
