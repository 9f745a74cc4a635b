"""Leads that are found by a name, an address, an account or an id."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from crmbridge.errors import CrmBridgeError, LedgerError
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.operate.names import Names
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Tone
from crmbridge.web.board.people import people
from crmbridge.web.board.prose import spoken
from crmbridge.web.board.visit import Visit

MOST = 50
"""Leads that are listed."""
LONGEST = 200
"""Characters of a search."""
SURE = 8
"""From so many characters on, what begins an id of ours is no word."""
PATIENCE = 2.0
"""Seconds that a search waits for the names of all leads to be read, the first time."""


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
        if names is not None:
            names.refresh(tx)
        ids = names.find(text, MOST + 1) if names else []
        ids = list(dict.fromkeys([*([ident] if ident else []), *ids]))
        found = people(visit, tx, ids[:MOST])
    told = _told(names is None, len(ids), why)
    return _page(visit, text, list(found.values()), told)


def _told(unread: bool, many: int, why: str) -> tuple[Tone, str] | None:
    if unread and not many:
        return "wait", "The names of all leads are being read for the first time. Search again."
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
    if names.ready:
        return names

    def read() -> Names:
        with company.ledger.read() as tx:
            names.refresh(tx)
        return names

    key = (company.name, "names of all leads")
    return visit.board.figures.get(key, "once", read, patience=patience)


def _page(
    visit: Visit,
    text: str = "",
    found: object = (),
    told: tuple[Tone, str] | None = None,
) -> Response:
    words = {"q": text, "found": found, "searched": bool(text)}
    return visit.render("leads_found.html.j2", words, told=told)
