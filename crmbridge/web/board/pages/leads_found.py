"""Leads that are found by a name, an address, an account or an id."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from crmbridge.errors import CrmBridgeError, LedgerError
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.operate.names import Names
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Tone
from crmbridge.web.board.kept import PATIENCE
from crmbridge.web.board.people import people
from crmbridge.web.board.prose import spoken
from crmbridge.web.board.visit import Visit

MOST = 50
"""Leads that are listed."""
LONGEST = 200
"""Characters of a search."""
UNREAD = (
    "The names of all leads are being read, which takes some seconds. The search goes on by "
    "itself; without scripts, press Search again."
)
SURE = 8
"""From so many characters on, what begins an id of ours is no word."""


def start(visit: Visit) -> None:
    """Have the names of all leads read while somebody types."""
    _names(visit, 0.0)


def found(visit: Visit) -> Response:
    """Show what a search found, or the lead that it means."""
    return _found(visit, visit.form["q"].strip()[:LONGEST])


def _found(visit: Visit, text: str) -> Response:
    if not text:
        return _page(visit, told=("wait", "Type a name, an address, an account or an id first."))
    with visit.company.ledger.read() as tx:
        ident, why = _exact(visit, tx, text)
        if ident and _is_exact(text):
            return RedirectResponse(visit.to("leads", ident), 303)
        names = _names(visit, PATIENCE)
        behind = names is None or not names.follow(tx)
        if names is not None and behind:
            _read(visit, names, 0.0)
        ids = names.find(text, MOST + 1) if names else []
        ids = list(dict.fromkeys([*([ident] if ident else []), *ids]))
        found = people(visit, tx, ids[:MOST])
    told = _told(behind, len(ids), why)
    return _page(visit, text, list(found.values()), told, again=behind and not ids)


def _told(unread: bool, many: int, why: str) -> tuple[Tone, str] | None:
    if unread and not many:
        return "wait", UNREAD
    if many > MOST:
        return "wait", f"These are {MOST} of more. Add a word: a first name, or the account."
    if not many:
        return "wait", why or "Nobody is found by this. Try less of the name, or the address."
    return None


def _exact(visit: Visit, tx: Tx, text: str) -> tuple[str, str]:
    """The lead that is meant by its id, address or record; else why there is none to be sure of."""
    try:
        return find_lead(visit.company, tx, text), ""
    except LedgerError:
        raise
    except CrmBridgeError as error:
        said = str(error)
        return "", "" if said.startswith("no lead is known") else spoken(said)


def _is_exact(text: str) -> bool:
    """Whether a text is no word that might be a name."""
    return len(text) >= SURE or any(one in "@:0123456789" for one in text)


def _names(visit: Visit, patience: float) -> Names | None:
    """What finds leads by name; `None` while it is read for the first time."""
    company = visit.company
    names = visit.board.names.setdefault(company.name, Names())
    return names if names.ready else _read(visit, names, patience)


def _read(visit: Visit, names: Names, patience: float) -> Names | None:
    """Have names read in the background: all of them the first time, then what is new."""
    company = visit.company

    def read() -> Names:
        with company.ledger.read() as tx:
            names.refresh(tx)
        return names

    key = (company.name, "names of all leads")
    return visit.board.figures.get(key, names.seq, read, patience=patience)


def _page(
    visit: Visit,
    text: str = "",
    found: object = (),
    told: tuple[Tone, str] | None = None,
    *,
    again: bool = False,
) -> Response:
    words = {"q": text, "found": found, "searched": bool(text), "again": again}
    return visit.render("leads_found.html.j2", words, told=told)
