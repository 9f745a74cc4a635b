"""Serves the endpoints from a thread of their own, next to the work."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Sequence

import uvicorn

from crmbridge.clock import Clock
from crmbridge.errors import ConfigError
from crmbridge.log import get_logger
from crmbridge.settings import Settings
from crmbridge.web.app import web_app
from crmbridge.web.board.access import Access
from crmbridge.web.board.companies import Companies
from crmbridge.web.board.visit import Board
from crmbridge.web.guard import Guard, guard
from crmbridge.web.ports import Probe

QUICK = 2
"""Seconds that open requests have at a stop."""

log = get_logger("crmbridge.web")


class Served:
    """A running server; `url` is its address without a slash at the end, `board` its pages."""

    def __init__(
        self, server: uvicorn.Server, thread: threading.Thread, url: str, board: Board
    ) -> None:
        self.url = url
        self._server = server
        self._thread = thread
        self.board = board

    def stop(self) -> None:
        """Stop serving; returns when it has, or after a few seconds."""
        self._server.should_exit = True
        self._thread.join(QUICK + 1)
        self.board.close()

    def wait(self, seconds: float) -> bool:
        """Wait for so long; return whether it serves still."""
        self._thread.join(seconds)
        return self._thread.is_alive()


def serve(
    settings: Settings,
    probe: Probe | None = None,
    companies: Sequence[str] | Companies = (),
    clock: Clock | None = None,
) -> Served:
    """Serve on `CRMBRIDGE_LISTEN` (port 0 takes any free one) until the result is stopped.

    Without a `probe` there are only the pages. `companies` are those shown, all by default. `clock`
    is business time; by default the one that the settings name.

    Raises:
        ConfigError: no such address, the port is taken, or others can reach it and
            `CRMBRIDGE_TOKEN` is not set.
    """
    ours = guard(settings)
    shown = (
        companies
        if isinstance(companies, Companies)
        else Companies(settings, companies, clock=clock)
    )
    board = Board(companies=shown, access=Access(ours, secure=settings.url.startswith("https:")))
    sock = _listen(ours)
    host, port = sock.getsockname()[:2]
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # it calls all its lines errors
    config = uvicorn.Config(
        web_app(probe, ours, board),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=QUICK,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [sock]}, name="web", daemon=True
    )
    thread.start()
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    log.info("listening", address=url)
    return Served(server, thread, url, board)


def _listen(ours: Guard) -> socket.socket:
    host = ours.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, ours.port))
        sock.listen(64)
    except OSError as error:
        sock.close()
        raise ConfigError(
            f"CRMBRIDGE_LISTEN: cannot listen on {ours.host}:{ours.port} ({error.strerror}): stop "
            "what has the port, or take another"
        ) from error
    return sock
