"""The vendor's records that a piece of held work is about, as a person finds them there."""

from __future__ import annotations

from crmbridge.company import Company
from crmbridge.flows.scene.record_link import Secrets, link
from crmbridge.model.lead import Ref
from crmbridge.model.state import SeenState
from crmbridge.store import leads
from crmbridge.store.held import Held
from crmbridge.store.rows import RefRow
from crmbridge.store.table import Tx


def records_of(company: Company, tx: Tx, row: Held, secrets: Secrets) -> list[dict[str, str]]:
    """Return the records that a question of who is who names: each with name and link.

    They are looked up when somebody asks: held work keeps no names. A link is empty where the
    mapping names no `account`, or nothing tells the org's host.
    """
    found = {str(_ref(one)): one for one in _named(tx, row)}
    return [
        {"record": text, "name": _name(company, one), "link": link(company, _ref(one), secrets)}
        for text, one in sorted(found.items())
    ]


def _named(tx: Tx, row: Held) -> list[RefRow]:
    out: list[RefRow] = []
    for text in (row.detail.get("record"), row.detail.get("other")):
        if not isinstance(text, str) or not text:
            continue
        if text.count(":") < 2:  # another lead: all records of it
            out += [one for one in leads.refs_of(tx, [text]).get(text, []) if one.live]
            continue
        ref = Ref.parse(text)
        out += leads.by_ref(tx, ref.system, ref.obj, [ref.id]).values()
    return out


def _ref(row: RefRow) -> Ref:
    return Ref(system=row.system, obj=row.obj, id=row.id)


def _name(company: Company, row: RefRow) -> str:
    person = company.mapping.person(row.system, row.obj)
    raw = SeenState.of(row.seen or {}, row.heard).raw
    lines = [person.fields.get(word) for word in ("first_name", "last_name")] if person else []
    told = (raw.get(line.field) for line in lines if line)
    return " ".join(str(one) for one in told if one)
