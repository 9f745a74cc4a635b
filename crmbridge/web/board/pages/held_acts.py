"""What a person answers to held work on the page: one piece, or all of a cause after a question."""

from __future__ import annotations

from starlette.responses import Response

from crmbridge.errors import CrmBridgeError, LedgerError
from crmbridge.flows.held.all_of import Answered, resolve_all, retry_all
from crmbridge.flows.held.answers import Retried, resolve, retry
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
TICK: tuple[Tone, str] = ("wait", "Nothing was done: tick the box first, it says what you confirm.")

log = get_logger("crmbridge.web")


def sure_page(visit: Visit) -> Response:
    """Ask whether all of a cause is meant."""
    kind, what = visit.form.get("kind", ""), visit.form.get("what", "")
    with visit.company.ledger.read() as tx:
        count = held.counts(tx).get(kind, 0)
    if what not in VERBS or not count:
        return visit.render("message_here.html.j2", {"title": "Nothing of this waits any more"})
    pieces = many(count, "piece")
    words = {
        "kind": kind,
        "what": what,
        "cause": title(kind),
        "count": pieces,
        "verb": VERBS[what],
        "back": visit.to("attention"),
    }
    return visit.render("attention_sure.html.j2", words)


def done(visit: Visit) -> tuple[Tone, str]:
    """Do what a form asks, and say what it came to."""
    act, ident, kind = (visit.form.get(name, "") for name in ("act", "id", "kind"))
    if act != "retry" and visit.form.get("sure") != "yes":
        return TICK
    try:
        said = _done(visit, act, ident, kind)
    except LedgerError:
        raise
    except CrmBridgeError as error:
        return "wait", _plain(str(error))
    log.info("held work answered", company=visit.company.name, act=act, held=ident or kind, by=BY)
    return said


def _done(visit: Visit, act: str, ident: str, kind: str) -> tuple[Tone, str]:
    company = visit.company
    match act:
        case "retry":
            return "good", _retried(retry(company, ident, by=BY))
        case "resolve":
            resolve(company, ident, by=BY)
            return "good", "Resolved. It opens again when the same thing happens again."
        case "retry_all":
            return _all(
                retry_all(company, kind, by=BY), "sent again, or its lead is looked at anew"
            )
        case "resolve_all":
            return _all(resolve_all(company, kind, by=BY), "resolved")
    return "wait", "Nothing was done: this form is not known. Open the page anew."


def _retried(found: Retried) -> str:
    if found.again:
        return f"{many(found.again, 'write')} will go out with the next look at the systems."
    if found.replaced:
        return "A newer write of the same kind replaced it; nothing is sent again."
    return "Resolved; what it is about is looked at anew with the next look at the systems."


def _all(found: Answered, what: str) -> tuple[Tone, str]:
    left = f" {found.left:,} are left: do the same again." if found.left else ""
    return "good", f"{many(found.done, 'piece')} {what}.{left}"


def _plain(text: str) -> str:
    if "resolved already" in text or "no held work" in text:
        return "Somebody dealt with it already, or it ended by itself: nothing was changed."
    return spoken(text)
