"""The vendor's records that a piece of held work is about, as a person finds them there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from string import Formatter

from crmbridge.company import Company
from crmbridge.connector import Info
from crmbridge.errors import ConfigError
from crmbridge.model.lead import Ref
from crmbridge.model.state import SeenState
from crmbridge.registry import stand
from crmbridge.store import leads
from crmbridge.store.held import Held
from crmbridge.store.rows import RefRow
from crmbridge.store.table import Tx

Secrets = Callable[[str], Mapping[str, str]]
"""Gives the credentials of a side."""


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
    person = company.mapping.side(row.system).person(row.obj)
    raw = SeenState.of(row.seen or {}, row.heard).raw
    lines = [person.fields.get(word) for word in ("first_name", "last_name")] if person else []
    told = (raw.get(line.field) for line in lines if line)
    return " ".join(str(one) for one in told if one)


@cache
def info_of(side: str, connector: str) -> Info:
    """What a system's connector says of itself; looked for once, for pages that name many records.

    Raises:
        ConfigError: there is none of that name.
    """
    return stand(side, connector).info


def link(company: Company, ref: Ref, secrets: Secrets) -> str:
    """Return where a person looks at a record; empty where that cannot be told."""
    spec = company.mapping.side(ref.system)
    try:
        form = info_of(ref.system, spec.connector).record_url
    except ConfigError:
        return ""
    names = {"id": ref.id, "obj": ref.obj, "account": spec.account}
    public = {name: one for name, one in secrets(ref.system).items() if name == "MY_DOMAIN"}
    told = {**public, **names}
    wanted = [name for _, name, _, _ in Formatter().parse(form) if name]
    return form.format(**told) if all(told.get(name) for name in wanted) else ""
