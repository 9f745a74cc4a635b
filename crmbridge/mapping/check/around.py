"""Fields that lead to accounts, campaigns, parents, deals and users, and where they should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmbridge.mapping.check.tables import people_tables, things
from crmbridge.mapping.schema import SystemMap

Lead = tuple[str, str, str, str, str, bool]
"""Table, line, object, field, the object that it should lead to, whether money is lost if not."""


def around(side: str, spec: SystemMap) -> Iterator[Lead]:
    """Yield the fields that lead to what stands around deals and people."""
    users = spec.rep.object if spec.rep else ""
    tables: dict[str, Any] = {f"{side}.{name}": one for name, one in things(spec).items()}
    tables |= {f"{side}.touch.{name}": touch for name, touch in spec.touch.items()}
    tables |= {f"{side}.deal": spec.deal} if spec.deal else {}
    for table, one in tables.items():
        for line in ("account", "campaign"):
            if name := getattr(one, line, ""):
                target = getattr(one, f"{line}_object")
                yield table, f"{line}_object", one.object, name, target, False
        if name := getattr(one, "parent", ""):
            yield table, "parent", one.object, name, one.object, False
        if users and (name := getattr(one, "owner", "")):
            yield table, "owner", one.object, name, users, False
        yield from _changed_by(table, one, users)
    for table, person in people_tables(side, spec):
        if person.account_ref:
            target = person.account_object
            yield table, "account_object", person.object, person.account_ref, target, False
        yield from _changed_by(table, person, users)
    if spec.product and spec.deal:
        name, target = spec.product.deal, spec.deal.object
        yield f"{side}.product", "deal", spec.product.object, name, target, False


def _changed_by(table: str, spec: Any, users: str) -> Iterator[Lead]:
    name = getattr(spec, "changed_by", "")
    target = getattr(spec, "changed_by_object", "") or users
    if name and target:
        line = "changed_by_object" if spec.changed_by_object else "changed_by"
        yield table, line, spec.object, name, target, False
