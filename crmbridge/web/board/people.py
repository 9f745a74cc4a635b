"""Who a lead is on a page: a name to read, its page here, and its records in the systems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmbridge.company import channel_of
from crmbridge.errors import ConfigError
from crmbridge.flows.scene.record_link import info_of, link
from crmbridge.model.lead import Ref
from crmbridge.model.state import LeadState
from crmbridge.report.text import visible
from crmbridge.settings import credentials
from crmbridge.store import leads
from crmbridge.store.rows import LeadRow
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import plain
from crmbridge.web.board.visit import Visit

NOBODY = "Somebody without a name"
LONGEST = 80
"""Characters of a name in a list; its lead's page shows all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A lead in a list: its name and account, and the address of its page."""

    name: str
    account: str
    href: str
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A vendor's record: what it is called, and where a person looks at it; empty for nowhere."""

    text: str
    href: str
    more: str = ""


def people(visit: Visit, tx: Tx, ids: Iterable[str]) -> dict[str, Person]:
    """The leads of a list by id, read in one go; one that is not known has no name."""
    wanted = list(dict.fromkeys(one for one in ids if one))
    found = leads.get_many(tx, wanted)
    return {one: _person(visit, one, found.get(one)) for one in wanted}


def _person(visit: Visit, ident: str, row: LeadRow | None) -> Person:
    state = LeadState.of(ident, row.state) if row and row.state else None
    account = str(state.value("account") or "") if state else ""
    return Person(
        name=short(name_in(state) if state else NOBODY),
        account=short(account),
        href=visit.to("leads", ident),
        stage=row.stage if row else "",
    )


def name_in(state: LeadState) -> str:
    """A lead's name, else its address, else words for nobody."""
    told = (str(state.value(word) or "").strip() for word in ("first_name", "last_name"))
    name = " ".join(one for one in told if one)
    return visible(name or str(state.value("email") or "") or NOBODY)


def short(text: str) -> str:
    """A text for a list, cut where it is very long."""
    shown = plain(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


def record(visit: Visit, text: str, more: str = "") -> Record:
    """A record by its name in the ledger, such as `sales:Lead:00Q1`, as a link for people."""
    system, _, rest = text.partition(":")
    obj, _, ident = rest.partition(":")
    if system not in visit.company.names or not ident:
        return Record(text=visible(text), href="", more=more)
    ref, place = (
        Ref(system=system, obj=obj, id=ident),
        f"{system_name(visit, system)} {visible(obj)}",
    )
    if ident.startswith("new:"):
        return Record(text=f"{place}, not made yet", href="", more=more)
    return Record(text=f"{place} {visible(ident)}", href=where(visit, ref), more=more)


def where(visit: Visit, ref: Ref) -> str:
    """Where a person looks at a person's record; empty where that cannot be told."""
    if visit.company.mapping.person(ref.system, ref.obj) is None:
        return ""
    folder, name = visit.board.companies.settings.secrets_dir, visit.company.name
    return link(visit.company, ref, lambda side: credentials(name, side, folder))


def system_name(visit: Visit, system: str) -> str:
    """What people call what is read and written: the vendor's name, or the way to people."""
    if channel := channel_of(system):
        way, _, kind = channel.partition(".")
        return f"Messages by {way}, sent together each hour" if kind else f"Messages by {way}"
    if system not in visit.company.names:
        return system.replace("_", " ").capitalize()
    mapping = visit.company.mapping
    connector = mapping.system(system).connector
    try:
        title = info_of(connector).title
    except ConfigError:
        return system.capitalize()
    alike = [name for name, spec in mapping.systems() if spec.connector == connector]
    return f"{title} ({system})" if len(alike) > 1 else title
