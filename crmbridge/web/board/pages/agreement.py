"""Agreement: what is in force, what is to be signed and would change, with links to sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from starlette.responses import Response

from crmbridge.agreement import Agreement, missing_sides
from crmbridge.agreement.signing import SIDES
from crmbridge.agreement.versions.signed import standing
from crmbridge.errors import ConfigError
from crmbridge.files import load
from crmbridge.flows.agreed.links import VALID, link, owners, to_sign
from crmbridge.flows.agreed.sign import can_write, command
from crmbridge.flows.backtest import backtest
from crmbridge.log import get_logger
from crmbridge.report.agreement.diff import Changed, changes
from crmbridge.report.agreement.page import STATUS, page
from crmbridge.report.backtest import told as backtest_told
from crmbridge.report.text import capital
from crmbridge.web.board.frame import Answer
from crmbridge.web.board.visit import Page, Visit

SPAN = timedelta(days=180)
"""How far a backtest looks back."""
LONGEST = 10
"""Digits of a version's number; a longer one is none."""
FEW = 40
"""Changes that are told; the rest are counted."""
_KEY = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")

log = get_logger("crmbridge.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A version in the list."""

    number: int
    href: str
    state: str
    since: str
    signed: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToSend:
    """What makes an owner sign: the link, or the command where the files cannot be written."""

    name: str
    side: str
    url: str
    typed: str
    signed: bool
    instead: str


def show(visit: Visit) -> Response:
    """Show the page; with a form the links by which a version is signed, too."""
    found = _chosen(visit)
    versions, now = visit.company.versions, visit.company.now()
    holds = versions.in_force(now)
    waits = found in to_sign(versions, now)
    differs = [] if found is holds else changes(holds, found)
    head, *sections = list(sections_of(visit, found))
    words = {
        "answers": list(_answers(visit)),
        "versions": [_row(visit, one, found) for one in reversed(versions.all)],
        "chosen": found,
        "holds": holds,
        "head": head[1],
        "sections": sections,
        "differs": [change_said(one) for one in differs[:FEW]],
        "left_out": max(0, len(differs) - FEW),
        "waits": waits,
        "send": _links(visit, found) if waits and visit.form.get("act") == "links" else None,
        "no_links": visit.company.no_links,
        "days": VALID.days,
        **_backtest(visit, found, holds),
    }
    if words["counting"]:
        return visit.render_soon("agreement.html.j2", words)
    return visit.render("agreement.html.j2", words)


def _chosen(visit: Visit) -> Agreement:
    """The version that is asked for, else the one in force."""
    versions = visit.company.versions
    word = visit.form.get("version", "") or visit.query.word("version")
    if not word:
        return versions.in_force(visit.company.now())
    plain = word.isascii() and word.isdecimal() and len(word) < LONGEST
    found = versions.numbered(int(word)) if plain else None
    if found is None:
        known = ", ".join(str(one.version) for one in versions.all)
        raise ConfigError(f"There is no version of that number; there are: {known}.")
    return found


def _answers(visit: Visit) -> Iterator[Answer]:
    versions, now = visit.company.versions, visit.company.now()
    holds = versions.in_force(now)
    if why := versions.why_not(now):
        yield Answer(
            text="Nothing is written to the systems, because nothing is agreed.",
            tone="bad",
            more=f"{capital(why)}.",
        )
    else:
        signed = standing(holds, versions.hashes[holds.version])
        yield Answer(
            text=f"Version {holds.version} is in force since {holds.effective_from}.",
            tone="good",
            more=f"Signed by {' and '.join(f'{one.name} for {one.side}' for one in signed)}.",
        )
    for one in to_sign(versions, now):
        sides = " and ".join(missing_sides(one, versions.hashes[one.version]))
        yield Answer(
            text=f"Version {one.version} is to be signed by {sides}.",
            tone="wait",
            more=f"It shall hold from {one.effective_from}.",
            href=f"{visit.to('agreement', version=str(one.version))}#sign",
            link="Read it, and have it signed",
        )
    if (start := versions.next_start(now)) is not None:
        day = start.astimezone(visit.company.zone).date()
        yield Answer(text=f"Another version is signed, and takes effect on {day}.")


def _row(visit: Visit, one: Agreement, chosen: Agreement) -> Row:
    versions = visit.company.versions
    missing = missing_sides(one, versions.hashes[one.version])
    return Row(
        number=one.version,
        href=visit.to("agreement", version=str(one.version)),
        state=STATUS[versions.status(one, visit.company.now())],
        since=one.effective_from.isoformat(),
        signed=", ".join(side for side in SIDES if side not in missing) or "nobody",
        here=one is chosen,
    )


def sections_of(visit: Visit, found: Agreement) -> Iterator[tuple[str, list[str]]]:
    """The parts of the agreement's page: a title and its lines each; the head has no title."""
    versions = visit.company.versions
    lines = page(found, versions.status(found, visit.company.now()), versions.hashes[found.version])
    yield from parts_of(lines)


def parts_of(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Lines of the agreement's page as parts, with keys as words and without the hash."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if not line:
            parts.append([])
        elif not line.startswith("hash "):
            parts[-1].append(spaced(line))
    yield "", parts[0]
    for title, *rest in parts[1:]:
        yield title.strip(), [line.removeprefix("  ") for line in rest]


def spaced(text: str) -> str:
    """A text with keys as words; columns stay as wide as they were."""
    return _KEY.sub(lambda found: found[0].replace("_", " "), text)


def change_said(one: Changed) -> tuple[str, str, str]:
    """A change in words: what, before and after."""
    return spaced(one.what.replace(".", ", ")), spaced(one.before), spaced(one.after)


def _links(visit: Visit, found: Agreement) -> list[ToSend]:
    """For each owner the link, or the command where the files cannot be written from here."""
    company = visit.company
    settings = visit.board.companies.settings
    path = load(settings.config, company.name).paths.get(found.version, Path("agreement.toml"))
    writes, made = can_write(path), []
    for one in owners(found, company.versions):
        asked = not (one.signed or one.instead)
        linked = company.links is not None and writes and asked
        url = (
            link(company.links, found, company.versions, one, company.now())
            if linked and company.links
            else ""
        )
        made.append(
            ToSend(
                name=one.name,
                side=one.side,
                url=url,
                typed=command(path, one.side, one.name) if asked and not writes else "",
                signed=one.signed,
                instead=one.instead,
            )
        )
    log.info("links to sign shown", company=company.name, version=found.version)
    return made


def _backtest(visit: Visit, found: Agreement, holds: Agreement) -> dict[str, object]:
    """A backtest of a version against the one in force, where it was asked for."""
    asked = visit.query.word("backtest") == "yes" and found is not holds
    if not asked:
        return {"backtest": (), "counting": False, "asked": False}
    company = visit.company
    today = company.now().astimezone(company.zone).date()
    hashes = company.versions.hashes
    key = (company.name, "backtest", hashes[holds.version], hashes[found.version])

    def count() -> list[str]:
        return backtest_told(backtest(company, found, today - SPAN, today), company.zone)

    # who only looks sees what somebody had counted, and has nothing counted
    starts = visit.session.operates
    lines = visit.board.trials.get(key, today, count) if starts else visit.board.trials.kept(key)
    return {"backtest": lines or (), "counting": lines is None and starts, "asked": True}


AGREEMENT = Page(name="agreement", title="Agreement", show=show, words=("version", "backtest"))
