"""The routes of a rep's own page: who a link is of, what they see, and what they may switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from crmbridge.agreement import Rep
from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError, LinkRefused
from crmbridge.flows.operate.own_desk import OwnDesk, more_of_own, own_desk, pause_own, resume_own
from crmbridge.flows.reps.own_link import whose
from crmbridge.links import company_of, ident
from crmbridge.log import get_logger
from crmbridge.report.text import many
from crmbridge.web.board.form import read_form
from crmbridge.web.board.frame import Tone, clock
from crmbridge.web.board.visit import Board
from crmbridge.web.origin import from_here
from crmbridge.web.tries import Tries

DONE: Mapping[str, tuple[Tone, str]] = {
    "paused": ("good", "You take no new leads for now. Your manager sees the reason."),
    "resumed": ("good", "You take leads again."),
    "more": ("good", "You have new leads. They reach the CRM with the next pass."),
    "none": ("wait", "No lead in your team's line passes for you now."),
}
"""What an act came to, by the word in the address that a browser is sent to after it."""


CLOSED = "Something of it is being changed. Try again in a few minutes."

log = get_logger("crmbridge.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Whose page a link opens."""

    company: Company
    rep: Rep
    token: str

    @property
    def csrf(self) -> str:
        """The secret that the page's forms carry."""
        return ident(self.token)


def routes(board: Board) -> list[BaseRoute]:
    """Return the page's route."""
    site = _Site(board)
    return [Route("/rep/{token}", site.answer, methods=["GET", "POST"])]


class _Site:
    def __init__(self, board: Board) -> None:
        self.board = board
        self.tries = Tries()

    async def answer(self, request: Request) -> Response:
        """Show the page, or do what was asked on it."""
        address = request.client.host if request.client else ""
        form = await read_form(request) if request.method == "POST" else {}
        try:
            own = await run_in_threadpool(self._own, request.path_params["token"])
        except LinkRefused as refused:
            if wait := self.tries.wait(address):
                said = f"Too many links that are none came from here. Wait {wait} seconds."
                return self.board.frame.message(
                    "Wait a little", said, 429, headers={"Retry-After": str(wait)}
                )
            self.tries.wrong(address)
            return self.board.frame.message("This link does not open a page", str(refused), 403)
        except CrmBridgeError as error:
            log.warning("a rep's page is closed", error=type(error).__name__)
            return self.board.frame.message(
                "This page is closed for now", CLOSED, 503, headers={"Retry-After": "120"}
            )
        if request.method != "POST":
            return await run_in_threadpool(
                self._page, own, DONE.get(request.query_params.get("done", ""))
            )
        if not from_here(request, self.board.access.own) or form.get("csrf") != own.csrf:
            said = "It seems to come from another page. Open the link in your brief anew."
            return self.board.frame.message("Nothing was done", said, 403)
        return await run_in_threadpool(self._act, own, form)

    def _own(self, token: str) -> Own:
        """Whose link it is. Raises `LinkRefused` for one that opens nothing."""
        name = company_of(token)
        if name not in self.board.companies.names():
            raise LinkRefused("This link is of a company that is not here.", why="foreign")
        company = self.board.companies.get(name)
        if company.links is None:
            raise LinkRefused("No links are in use here any more.", why="foreign")
        rep = whose(company.teams.reps, company.links.read("rep", token, company.now()))
        if rep is None:
            raise LinkRefused("Whom this link is of works no leads here any more.", why="foreign")
        return Own(company=company, rep=rep, token=token)

    def _page(self, own: Own, told: tuple[Tone, str] | None = None, status: int = 200) -> Response:
        with own.company.moment(), own.company.ledger.read() as tx:
            desk = own_desk(own.company, tx, own.rep)
            now = own.company.now()
        words = words_of(desk, now, own.company.zone) | {
            "csrf": own.csrf,
            "zone": own.company.mapping.zone,
            "told": {"tone": told[0], "text": told[1]} if told else None,
        }
        return self.board.frame.page("own.html.j2", words, status)

    def _act(self, own: Own, form: Mapping[str, str]) -> Response:
        try:
            done = _do(own, form)
        except CrmBridgeError as error:
            return self._page(own, ("bad", str(error)), 409)
        return RedirectResponse(f"/rep/{own.token}?done={done}", 303)


def words_of(desk: OwnDesk, now: datetime, zone: tzinfo) -> dict[str, Any]:
    """What the page says of a rep's desk at an instant; leads that wait for others stand apart."""
    return {
        "title": f"Your leads, {desk.rep.name or desk.rep.id}",
        "desk": desk,
        "at": lambda when: clock(when.astimezone(zone)) if when else "",
        "as_of": clock(now.astimezone(zone)),
        "days": lambda since: many((now - since).days, "day"),
        "mine": [one for one in desk.leads if not one.waits_for],
        "passed_on": [one for one in desk.leads if one.waits_for],
        "late": [one for one in desk.leads if one.late],
    }


def _do(own: Own, form: Mapping[str, str]) -> str:
    """Do what a rep asks for; return the word for what came of it."""
    with own.company.moment():
        match form.get("act"):
            case "pause":
                days = form.get("days", "")
                why = form.get("why", "")
                pause_own(own.company, own.rep, _number(days), why)
                return "paused"
            case "resume":
                resume_own(own.company, own.rep)
                return "resumed"
            case "more":
                many = form.get("leads", "")
                wanted = max(1, _number(many))
                return "more" if more_of_own(own.company, own.rep, wanted) else "none"
    raise CrmBridgeError("This page knows no such act. Open the link in your brief anew.")


def _number(text: str) -> int:
    """A number of a form; 0 for what is none, or larger than anybody means."""
    return int(text) if text.isdecimal() and len(text) < 4 else 0
