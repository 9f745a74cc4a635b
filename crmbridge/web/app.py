"""The endpoints: is it alive, is it ready, its metrics, hints that something is new, and pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from crmbridge.log import get_logger
from crmbridge.web.board.app import routes as board_routes
from crmbridge.web.board.headers import ALWAYS, Headers
from crmbridge.web.board.visit import Board
from crmbridge.web.guard import Guard, KnownHost
from crmbridge.web.metrics import CONTENT_TYPE, render
from crmbridge.web.own.app import routes as own_routes
from crmbridge.web.ports import Probe
from crmbridge.web.rate import routes as rate_routes

log = get_logger("crmbridge.web")
MOST_BODY = 256 * 1024
"""Bytes of a hint's body, which nobody reads; vendors' webhooks are smaller."""
ANYBODY = Guard(host="127.0.0.1", port=0)


def web_app(probe: Probe | None, guard: Guard = ANYBODY, board: Board | None = None) -> Starlette:
    """Build the application: a daemon's endpoints, a dashboard's pages, or both."""
    return Starlette(
        routes=[
            *(health_routes(probe, guard) if probe else ()),
            *(_pages(board, guard) if board else ()),
        ],
        middleware=[Middleware(Headers), Middleware(KnownHost, guard=guard)],
        exception_handlers={Exception: _broken},
    )


def _pages(board: Board, guard: Guard) -> list[BaseRoute]:
    rate = rate_routes(board.companies.at_work, urlsplit(guard.url).netloc)
    return [*rate, *own_routes(board), *board_routes(board)]


async def _broken(request: Request, error: Exception) -> Response:
    """Say that something is wrong here; what it was is in the log, without what was asked."""
    log.error("a page failed", error=type(error).__name__)
    return PlainTextResponse(
        "Something went wrong here, and it is in the log of crmbridge. Try again in a minute; if "
        "it stays, tell whoever runs crmbridge.\n",
        500,
        headers={**ALWAYS, "Cache-Control": "no-store"},  # it answers outside of all else
    )


def health_routes(probe: Probe, guard: Guard) -> list[BaseRoute]:
    """Return the endpoints.

    `GET /healthz` and `/readyz` answer 200, or 503 with the reasons; they carry no data and need
    no token. `GET /metrics` and `POST /hint/{company}/{side}` need the guard's token, where it has
    one. A hint's body is ignored: a look at the vendor finds out what is new.
    """

    async def healthz(request: Request) -> Response:
        return _verdict(await run_in_threadpool(probe.alive))

    async def readyz(request: Request) -> Response:
        return _verdict(await run_in_threadpool(probe.ready))

    async def metrics(request: Request) -> Response:
        if not guard.lets(request):
            return _no_token()
        figures = await run_in_threadpool(probe.figures)
        return Response(render(figures), media_type=CONTENT_TYPE)

    async def hint(request: Request) -> Response:
        if not guard.lets(request):
            return _no_token()
        if await _too_large(request):
            return JSONResponse({"error": f"a hint's body has at most {MOST_BODY} bytes"}, 413)
        company, side = request.path_params["company"], request.path_params["side"]
        if not probe.hint(company, side):
            return JSONResponse({"error": "no such company or side is at work here"}, 404)
        return JSONResponse({"due": True}, 202)

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
        Route("/hint/{company}/{side}", hint, methods=["POST"]),
    ]


def _verdict(reasons: list[str]) -> Response:
    return JSONResponse({"ok": not reasons, "reasons": reasons}, 503 if reasons else 200)


def _no_token() -> Response:
    return JSONResponse(
        {"error": "a token is needed: Authorization: Bearer <CRMBRIDGE_TOKEN>"},
        401,
        headers={"WWW-Authenticate": "Bearer"},
    )


async def _too_large(request: Request) -> bool:
    """Read a body away, and stop as soon as it is too large."""
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > MOST_BODY:
            return True
    return False
