"""What a person answers to held work on the page: one piece, or all of a cause after a question."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from crmbridge.errors import CrmBridgeError, LedgerError
from crmbridge.flows.held.all_of import Answered, resolve_all, retry_all
from crmbridge.flows.held.answers import Retried, find_held, resolve, retry
from crmbridge.flows.held.meaning import (
    GOES_ON,
    LOOKED_AT,
    OPENS_AGAIN,
    STAYS,
    WENT_ON,
    confirmed,
    second_look,
)
from crmbridge.log import get_logger
from crmbridge.report.held import title
from crmbridge.report.text import many
from crmbridge.store import held
from crmbridge.web.board.frame import Tone
from crmbridge.web.board.prose import spoken
from crmbridge.web.board.visit import Visit

BY = "dashboard"
"""Where a person says so, as the ledger's entries keep it."""
VERBS = {"retry_all": "Try all again", "resolve_all": "I dealt with all"}
ALL = "-all"
"""How the word of an act on all of a cause ends."""
DONE: Mapping[str, tuple[Tone, str]] = {
    "sent": (
        "good",
        "With the next look at the systems goes out again: {n}. What is not taken comes back here.",
    ),
    "tried": (
        "good",
        "It is tried with the next look at the systems, and comes back here if its "
        "cause is still there.",
    ),
    "stays": ("wait", LOOKED_AT),
    "replaced": ("good", "A newer write of the same kind replaced it; nothing is sent again."),
    "resolved": ("good", OPENS_AGAIN),
    "goes-on": ("good", WENT_ON),
    "tried-all": (
        "good",
        "Tried with the next look at the systems: {n}. What has its cause still comes back here.",
    ),
    "stays-all": (
        "wait",
        "Looked at once more with the next look at the systems: {n}. Each leaves "
        "this list by itself once its cause is gone.",
    ),
    "resolved-all": ("good", "Resolved: {n}."),
    "goes-on-all": ("good", "Resolved: {n}. They go on with the next look at the systems."),
    "tick": ("wait", "Nothing was done: tick the box first, it says what you confirm."),
    "over": ("wait", "Somebody dealt with it already, or it ended by itself: nothing was changed."),
    "unknown": ("wait", "Nothing was done: this form is not known. Open the page anew."),
}
"""What an act came to, by the word in the address that a browser is sent to after it."""

log = get_logger("crmbridge.web")


def sure_page(visit: Visit) -> Response:
    """Ask whether all of a cause is meant."""
    kind, what = visit.form.get("kind", ""), visit.form.get("what", "")
    with visit.company.ledger.read() as tx:
        count = held.counts(tx).get(kind, 0)
    if what not in VERBS or not count:
        return visit.render("message_here.html.j2", {"title": "Nothing of this waits any more"})
    words = {
        "kind": kind,
        "what": what,
        "cause": title(kind),
        "count": many(count, "item"),
        "means": second_look(kind) if what == "retry_all" else f"{confirmed(kind)}.",
        "verb": VERBS[what],
        "back": visit.to("attention"),
    }
    return visit.render("attention_sure.html.j2", words)


def told(visit: Visit) -> tuple[Tone, str] | None:
    """What the act came to after which a browser was sent here; `None` where there was none."""
    asked = visit.request.query_params
    found = DONE.get(asked.get("done", ""))
    if found is None:
        return None
    number, left = (_number(asked.get(name, "")) for name in ("n", "left"))
    noun = "item" if asked["done"].endswith(ALL) else "write"
    more = f" {left:,} are left: do the same again." if left else ""
    return found[0], found[1].format(n=many(number, noun)) + more


def done(visit: Visit) -> Response | tuple[Tone, str]:
    """Do what a form asks: send the browser to the list, or say why nothing was done."""
    act, ident, kind = (visit.form.get(name, "") for name in ("act", "id", "kind"))
    if act != "retry" and visit.form.get("sure") != "yes":
        return _to(visit, visit.rest, done="tick")
    try:
        words = _done(visit, act, ident, kind)
    except LedgerError:
        raise
    except CrmBridgeError as error:
        if _is_over(str(error)):
            return _to(visit, done="over")
        return "wait", spoken(str(error))
    log.info("held work answered", company=visit.company.name, act=act, held=ident or kind, by=BY)
    return _to(visit, **words)


def _to(visit: Visit, rest: str = "", **words: str) -> Response:
    # a page that is loaded again after an act only looks again
    return RedirectResponse(visit.to("attention", rest, **words), 303)


def _done(visit: Visit, act: str, ident: str, kind: str) -> dict[str, str]:
    """Do it; return the words of the address that say what it came to."""
    company = visit.company
    match act:
        case "retry":
            return _retried(retry(company, ident, by=BY))
        case "resolve":
            with company.ledger.read() as tx:
                kind = find_held(tx, ident).kind
            resolve(company, ident, by=BY)
            return {"done": "goes-on" if kind in GOES_ON else "resolved"}
        case "retry_all":
            word = "stays" if kind in STAYS else "tried"
            return _all(retry_all(company, kind, by=BY), word)
        case "resolve_all":
            word = "goes-on" if kind in GOES_ON else "resolved"
            return _all(resolve_all(company, kind, by=BY), word)
    return {"done": "unknown"}


def _retried(found: Retried) -> dict[str, str]:
    if found.again:
        return {"done": "sent", "n": str(found.again)}
    if found.replaced:
        return {"done": "replaced"}
    return {"done": "stays" if found.stays else "tried"}


def _all(found: Answered, word: str) -> dict[str, str]:
    left = str(found.left) if found.left else ""
    return {"done": word + ALL, "n": str(found.done), "left": left}


def _is_over(text: str) -> bool:
    return "resolved already" in text or "no held work" in text


def _number(text: str) -> int:
    """A number of an address; 0 for what is none."""
    return int(text) if text.isdecimal() and len(text) < 7 else 0
