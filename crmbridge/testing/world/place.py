"""What the lives of a world share: its people at work, and the words of the company's mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.schema import PersonMap
from crmbridge.mapping.words import RESULTS
from crmbridge.testing.emulator import Remote

LEFT = "Lou Former"
"""The rep who left, in both systems."""
QUEUE = "Inbound"
_STATUSES = {
    "open": "Open - Not Contacted",
    "ongoing": "Working - Contacted",
    "won": "Closed - Converted",
    "lost": "Closed - Not Converted",
}
"""The lead statuses of a fresh org, for a mapping that names none of a type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who works at the company, and how its mapping spells things in both systems.

    `results` has the marketing property of each result that an earlier ledger could have written.
    """

    company: str
    now: datetime
    owners: tuple[str, ...]
    owner_left: str
    reps: tuple[str, ...]
    rep_left: str
    queue: str
    form: str
    form_email: str
    marketing_key: str
    keys: Mapping[str, str]
    results: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    statuses: Mapping[str, str]
    reason: str
    reasons: tuple[str, ...]
    loss: str
    losses: tuple[str, ...]
    currency: Mapping[str, str]
    tracks: Mapping[str, str]


def look(marketing: Remote, sales: Remote, mapping: MappingFile, now: datetime) -> Place:
    """See who works there; both emulators are prepared, and the rep who left is seeded."""
    owners = marketing.state("owners")
    users = [one for one in sales.state("User") if one["Username"] != "integration@example.com"]
    lead = next((one for one in mapping.sales.people if one.object == "Lead"), None)
    deal = mapping.sales.deal
    name, label = _form(mapping)
    return Place(
        company=mapping.company,
        now=now,
        owners=tuple(one["id"] for one in owners if not one["archived"]),
        owner_left=next((one["id"] for one in owners if one["archived"]), ""),
        reps=tuple(one["Id"] for one in users if one["IsActive"]),
        rep_left=next(one["Id"] for one in users if not one["IsActive"]),
        queue=next(one["Id"] for one in sales.state("Group")),
        form=name,
        form_email=label,
        marketing_key=mapping.marketing.lead.key,
        keys={one.object: one.key for one in mapping.sales.people},
        results=_results(mapping),
        choices={
            one.field: tuple(one.values)
            for word, one in mapping.marketing.lead.fields.items()
            if word.startswith("x_") and one.values
        },
        statuses=_statuses(lead),
        reason=next(iter(lead.status.reason.fields), "") if lead and lead.status else "",
        reasons=tuple(lead.status.reason.values) if lead and lead.status else (),
        loss=next(iter(deal.reason.fields), "") if deal else "",
        losses=tuple(deal.reason.values) if deal else (),
        currency={deal.currency: mapping.currency} if deal and deal.currency else {},
        tracks=mapping.lists,
    )


def _form(mapping: MappingFile) -> tuple[str, str]:
    """The first form that is read and the name of its address; nothing where there is none."""
    forms = (one for one in mapping.marketing.touch.values() if one.object.startswith("form:"))
    found = next(forms, None)
    return (found.object.removeprefix("form:"), found.email or "email") if found else ("", "")


def _results(mapping: MappingFile) -> dict[str, str]:
    fields = mapping.marketing.lead.fields
    return {
        word: one.field
        for word, one in fields.items()
        if word in RESULTS and one.field.startswith("crmbridge_")
    }


def _statuses(lead: PersonMap | None) -> dict[str, str]:
    types: Mapping[str, Any] = lead.status.types if lead and lead.status else {}
    named: dict[str, str] = {}
    for label, type_ in types.items():
        named.setdefault(type_, label)
    return _STATUSES | named
