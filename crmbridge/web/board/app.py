"""The dashboard's routes: log in, find the page, look or act, and be told what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from crmbridge.errors import ConfigError, CrmBridgeError
from crmbridge.log import get_logger
from crmbridge.report.text import name_by, read_in
from crmbridge.web.board import assets, sign
from crmbridge.web.board.access import Session
from crmbridge.web.board.form import read_form
from crmbridge.web.board.pages import FIRST, PAGES
from crmbridge.web.board.query import read as read_query
from crmbridge.web.board.visit import Board, Page, Visit
from crmbridge.web.origin import from_here

log = get_logger("crmbridge.web")
_PAGES = {page.name: page for page in PAGES}


def routes(board: Board) -> list[BaseRoute]:
    """Return the dashboard's routes, to stand beside the other endpoints."""
    site = _Site(board)
    return [
        Route("/", site.home),
        Route("/login", site.login, methods=["GET", "POST"]),
        Route("/logout", site.logout, methods=["POST"]),
        Route("/static/{mark}/{name}", assets.serve),
        *sign.routes(board),
        Route("/c/{company}", site.first),
        Route("/c/{company}/{page}", site.page, methods=["GET", "POST"]),
        Route("/c/{company}/{page}/{rest:path}", site.page, methods=["GET", "POST"]),
    ]


class _Site:
    def __init__(self, board: Board) -> None:
        self.board = board

    async def home(self, request: Request) -> Response:
        """Lead to the only company, or show them all."""
        if (session := self._session(request)) is None:
            return self._to_login(request)
        names = await run_in_threadpool(self.board.companies.names)
        if len(names) == 1:
            return self._with(session, request, _to(f"/c/{names[0]}/{FIRST}"))
        page = self.board.frame.page("companies.html.j2", {"title": "Companies", "names": names})
        return self._with(session, request, page)

    async def first(self, request: Request) -> Response:
        """Lead to a company's first page."""
        return _to(f"/c/{request.path_params['company']}/{FIRST}")

    async def login(self, request: Request) -> Response:
        """Ask for the token, and take it."""
        access = self.board.access
        after = _inside(request.query_params.get("next", "/"))
        if not access.needs_token:
            return _to(after)
        if request.method != "POST":
            return self._login_page(after)
        address = request.client.host if request.client else ""
        if wait := access.tries.wait(address):
            said = f"Too many wrong tokens. Wait {wait} seconds, then try again."
            return self._login_page(after, said, 429, {"Retry-After": str(wait)})
        if not from_here(request, self.board.access.own):
            return self._message("This did not come from this page", _CROSS, 403)
        form = await read_form(request)
        role = access.role_of(form.get("token", ""))
        if role is None:
            access.tries.wrong(address)
            log.warning("wrong token at the dashboard")
            return self._login_page(after, "This is not one of the tokens. Try again.", 401)
        response = _to(_inside(form.get("next", "/")))
        access.begin(response, role)
        return response

    async def logout(self, request: Request) -> Response:
        """End the session."""
        session = self._session(request)
        form = await read_form(request)
        if (
            session
            and from_here(request, self.board.access.own)
            and form.get("csrf") == session.csrf
        ):
            response = _to("/login")
            self.board.access.end(request, response)
            return response
        return self._message("This did not come from this page", _CROSS, 403)

    async def page(self, request: Request) -> Response:
        """Show a page of a company, or do what was asked on it."""
        session = self._session(request)
        if session is None:
            return self._to_login(request)
        page = _PAGES.get(request.path_params["page"])
        if page is None:
            return self._message("There is no such page", "The list of pages has all.", 404)
        form: Mapping[str, str] = {}
        if request.method == "POST":
            form = await read_form(request)
            own = self.board.access.own
            if why := _refused(session, request, form, own, looks=page.looks):
                return self._message("Nothing was done", why, 403)
        answer = await run_in_threadpool(self._shown, request, session, page, form)
        return self._with(session, request, answer)

    def _shown(
        self, request: Request, session: Session, page: Page, form: Mapping[str, str]
    ) -> Response:
        name = request.path_params["company"]
        if name not in self.board.companies.names():
            return self._message("There is no such company", "The first page has all.", 404)
        try:
            company = self.board.companies.get(name)
            query = read_query(company, request.query_params, page.words)
            read_in(company.zone)
            name_by(company.teams.called)
            with company.moment():
                return page.show(
                    Visit(
                        board=self.board,
                        pages=PAGES,
                        page=page,
                        company=company,
                        session=session,
                        query=query,
                        request=request,
                        form=form,
                    )
                )
        except CrmBridgeError as error:
            status = 400 if isinstance(error, ConfigError) else 503
            back = f"/c/{name}/{page.name}"
            return self._message("This cannot be shown", str(error), status, back)

    def _session(self, request: Request) -> Session | None:
        access = self.board.access
        found = access.session(request)
        if found is None and not access.needs_token:
            # everybody on this machine operates; the cookie carries what guards their forms
            fresh = Response()
            found = access.begin(fresh, "operate")
            request.state.cookie = fresh.headers["set-cookie"]
        return found

    def _with(self, session: Session, request: Request, answer: Response) -> Response:
        cookie = getattr(request.state, "cookie", "")
        if cookie:
            answer.headers.append("set-cookie", cookie)
        return answer

    def _to_login(self, request: Request) -> Response:
        if request.method == "POST":
            return self._message("You are not logged in", "Log in, and do it again.", 401, "/login")
        where = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return _to(f"/login?next={quote(where, safe='/')}")

    def _login_page(
        self,
        after: str,
        wrong: str = "",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        words = {"title": "Log in", "wrong": wrong, "next": after}
        return self.board.frame.page("login.html.j2", words, status, headers)

    def _message(self, title: str, text: str, status: int, back: str = "/") -> Response:
        return self.board.frame.message(title, text, status, back=back)


_CROSS = (
    "A page of another site seems to have sent it, or it lay open since another login. "
    "Open the page anew and do it again."
)


def _refused(
    session: Session, request: Request, form: Mapping[str, str], own: str, *, looks: bool = False
) -> str:
    """Why an act is not done; empty for one that is, and for a form that only `looks`."""
    if not from_here(request, own) or form.get("csrf", "") != session.csrf:
        return _CROSS
    if not session.operates and not looks:
        return "Your token lets you look only. Log in with the one that operates."
    return ""


def _to(where: str) -> Response:
    return RedirectResponse(where, 303)


def _inside(where: str) -> str:
    """An address of this host, for after the login; `/` for any other."""
    inside = where.startswith("/") and not where.startswith(("//", "/\\"))
    return where if inside and where.isprintable() else "/"
