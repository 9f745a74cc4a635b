"""One piece of held work, whole: what happened, whose records it is about, and what to answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starlette.responses import Response

from crmbridge.errors import CrmBridgeError
from crmbridge.flows.held.answers import WHO, find_held, shown
from crmbridge.flows.held.meaning import confirmed, second_look
from crmbridge.flows.held.records import records_of
from crmbridge.report.held import title
from crmbridge.report.text import shown as value
from crmbridge.report.text import visible, when
from crmbridge.settings import credentials
from crmbridge.store.held import Held, HeldState
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import clock
from crmbridge.web.board.pages.held_acts import told
from crmbridge.web.board.people import Record, people, record
from crmbridge.web.board.prose import keys_of, prose, spoken
from crmbridge.web.board.visit import Visit

LEADS = "leads"
WHOSE = ("rep", "reps", "owner", "team", "teams")
"""Details that are ids of people and teams of sales."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_KEY = re.compile(r"[a-z]+(_[a-z]+)+")


def detail_page(visit: Visit) -> Response:
    """Show the piece that the address names, or say that there is none."""
    with visit.company.ledger.read() as tx:
        try:
            row = find_held(tx, visit.rest)
        except CrmBridgeError:
            gone = {"title": "There is no such item", "back": visit.to("attention")}
            return visit.render("message_here.html.j2", gone, status=404)
        detail = shown(row)["detail"]
        some = [str(one) for one in detail.pop(LEADS, ()) or ()]
        found = people(visit, tx, [row.lead, *some])
        records = list(_records(visit, tx, row))
    zone = visit.company.zone
    words = {
        "title": title(row.kind),
        "row": row,
        "open": row.state is HeldState.OPEN,
        "advice": prose(
            row.advice, keys_of(visit.company), operates=visit.session.operates, here=True
        ),
        "facts": list(_facts(visit, row, detail)),
        "since": clock(row.first_at.astimezone(zone)),
        "last": clock(row.last_at.astimezone(zone)),
        "who": found.get(row.lead),
        "some": [found[one] for one in some if one in found],
        "records": records,
        "back": visit.to("attention"),
        "second_look": second_look(row.kind),
        "confirmed": confirmed(row.kind, row),
    }
    return visit.render("attention_one.html.j2", words, told=told(visit))


def _records(visit: Visit, tx: Tx, row: Held) -> Iterator[Record]:
    """The records that it names: where it asks who is who, with the names there."""
    if row.kind in WHO:
        folder, name = visit.board.companies.settings.secrets_dir, visit.company.name
        some = records_of(visit.company, tx, row, lambda side: credentials(name, side, folder))
        yield from (record(visit, one["record"], visible(one["name"])) for one in some)
        return
    for text in (row.detail.get("record"), row.detail.get("other")):
        if isinstance(text, str) and text.count(":") >= 2:
            yield record(visit, text)


def _facts(visit: Visit, row: Held, detail: dict[str, object]) -> Iterator[tuple[str, str]]:
    keys = keys_of(visit.company)
    for name, one in detail.items():
        if name not in ("record", "other") or ":" not in str(one):
            text = _called(visit, one) if name in WHOSE else spoken(_read(one), keys)
            yield name.replace("_", " "), text
    if row.count > 1:
        yield "came up", f"{row.count:,} times"


def _called(visit: Visit, one: object) -> str:
    """Reps and teams as people call them."""
    ids = one if isinstance(one, list) else [one]
    return ", ".join(visible(visit.company.teams.called(str(ident))) for ident in ids)


def _read(one: object) -> str:
    """A value of the details: an instant in the company's zone, a key of ours as words."""
    if isinstance(one, str) and _INSTANT.fullmatch(one):
        return when(one)  # `spoken` leaves the zone out
    text = value(one)
    return text.replace("_", " ") if _KEY.fullmatch(text) else text
