"""The page behind a link: an owner of an agreement reads a version, and signs it; no login."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from crmbridge.agreement import missing_sides
from crmbridge.company import Company
from crmbridge.errors import ConfigError, CrmBridgeError, LinkRefused
from crmbridge.files import CompanyFiles, load
from crmbridge.flows.agreed.links import Meant, meant
from crmbridge.flows.agreed.sign import NotWritable, can_write, command, sign
from crmbridge.flows.agreed.signature import standing
from crmbridge.links import Links, company_of
from crmbridge.log import get_logger
from crmbridge.report.agreement.diff import changes
from crmbridge.report.agreement.page import page
from crmbridge.report.text import read_in
from crmbridge.web.board.form import read_form
from crmbridge.web.board.pages.agreement import change_said, parts_of, spaced
from crmbridge.web.board.visit import Board
from crmbridge.web.origin import from_here
from crmbridge.web.rate.pages import TOO_MANY
from crmbridge.web.tries import LINKS, Tries

TICK = "Nothing was signed: tick the box that you have read it."
CROSS = "This did not come from this page. Open the link again from the message it came in."
READ_ONLY = "Nothing was signed: the files cannot be written from here. An operator types this:"
NOT_HERE = "It cannot be signed here: the files cannot be written. An operator types this for you:"

log = get_logger("crmbridge.web")
SIGNING = Lock()
"""Held while a signature is written, so that two at once do not lose one."""
COUNTED = frozenset({"forged", "foreign"})
"""Why a link is refused that nobody was given; too many such, and their address waits."""


def routes(board: Board) -> list[BaseRoute]:
    """Return the page's route."""
    tries = Tries(LINKS)

    async def signing(request: Request) -> Response:
        """Show the version that a link is for, or sign it."""
        who = request.client.host if request.client else ""
        if tries.wait(who):
            return _refused(board, TOO_MANY, 429, {"Retry-After": "60"})
        token = request.path_params["token"]
        if request.method == "POST" and not from_here(request, board.access.own):
            return _refused(board, CROSS)
        form = await read_form(request) if request.method == "POST" else None
        try:
            return await run_in_threadpool(_shown, board, token, form)
        except LinkRefused as error:
            log.info("link to sign refused", why=error.why)
            if error.why in COUNTED:
                tries.wrong(who)
            return _refused(board, str(error))

    return [Route("/sign/{token}", signing, methods=["GET", "POST"])]


def _shown(board: Board, token: str, form: dict[str, str] | None) -> Response:
    """What a link opens. Raises `LinkRefused` before any file is read for one that is none."""
    name = company_of(token)
    if name not in board.companies.names():
        raise LinkRefused("This link is of a company that is not here.", why="foreign")
    try:
        company = board.companies.get(name)
        if company.links is None:
            return _refused(board, "No links are made here any more.", 404)
        read_in(company.zone)
        with company.moment():
            company.links.read("sign", token, company.now())
            with SIGNING if form is not None else nullcontext():
                return _answered(board, company, company.links, token, form)
    except LinkRefused:
        raise
    except CrmBridgeError as error:
        log.warning("page to sign not shown", error=type(error).__name__)
        return _refused(board, "The files of this company cannot be read now. Try it later.", 503)


def _answered(
    board: Board, company: Company, links: Links, token: str, form: dict[str, str] | None
) -> Response:
    """Sign where that is asked, and show the version as it stands then."""
    now = company.now()
    files = _files(board, company)
    found = meant(links, files.versions, token, now)
    if form is None or found.owner.signed or found.owner.instead:
        return _page(board, company, files, found)
    if form.get("read") != "yes":
        return _page(board, company, files, found, wrong=TICK)
    path = files.paths[found.version.version]
    today = now.astimezone(found.version.tz).date()
    try:
        sign(files.folder, path, found.owner.side, found.owner.name, today)
    except NotWritable as error:
        return _page(board, company, files, found, wrong=READ_ONLY, typed=error.command)
    except ConfigError as error:
        return _page(board, company, files, found, wrong=spaced(str(error)))
    log.info("signed by a link", company=company.name, version=found.version.version)
    files = _files(board, company)
    return _page(board, company, files, meant(links, files.versions, token, now))


def _files(board: Board, company: Company) -> CompanyFiles:
    """The company's files as they are now, whatever the pages go by."""
    return load(board.companies.settings.config, company.name)


def _page(
    board: Board,
    company: Company,
    files: CompanyFiles,
    found: Meant,
    *,
    wrong: str = "",
    typed: str = "",
) -> Response:
    version, versions, now = found.version, files.versions, company.now()
    holds = versions.in_force(now)
    hashed = versions.hashes[version.version]
    head, *sections = parts_of(page(version, versions.status(version, now), hashed))
    missing = missing_sides(version, hashed)
    path, owner = files.paths[version.version], found.owner
    if not (typed or owner.signed or owner.instead or can_write(path)):
        typed = command(path, owner.side, owner.name)
    differs = [] if version is holds else changes(holds, version)
    words = {
        "title": f"Agreement of {company.name}, version {version.version}",
        "owner": owner,
        "version": version,
        "holds": holds,
        "head": head[1],
        "sections": sections,
        "differs": [change_said(one) for one in differs],
        "missing": missing,
        "state": "" if missing else standing(version, versions, now),
        "wrong": wrong or (NOT_HERE if typed else ""),
        "typed": typed,
    }
    return board.frame.page("sign.html.j2", words, 400 if wrong else 200)


def _refused(
    board: Board, text: str, status: int = 403, headers: Mapping[str, str] | None = None
) -> Response:
    return board.frame.message("This link cannot be used", text, status, headers=headers)
