"""What an administrator makes in an org: fields, picklists, statuses, users and queues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crmbridge.testing.emulator import Remote
from crmbridge.testing.screens import Column, PersonSetup, Setup

OWN = "__c"
"""How the fields end that an org has made itself."""
USER, QUEUE = "005", "00G"
"""Key prefixes of ids. Source: salesforce.md 8, Ids."""
Spec = dict[str, Any]


def furnish(remote: Remote, setup: Setup) -> None:
    """Give an emulated org the fields, statuses, users and queues that a setup names."""
    for person in setup.people:
        remote.seed(**{f"describe/{person.object}": _fields(person)})
    if setup.task:
        remote.seed(**{f"describe/{setup.task[0]}": [_key(setup.task[1])]})
    deal = setup.deal
    remote.config(currency=setup.currency)
    currencies = [(deal.object, deal.currency)] if deal and deal.currency else []
    for object, field in currencies + ([setup.campaign] if setup.campaign else []):
        remote.seed(**{f"describe/{object}": [_picklist(field, [setup.currency])]})
    _statuses(remote, setup.lead)
    if deal and deal.columns:
        own = [one for one in deal.columns if one.field.endswith(OWN)]
        remote.seed(**{f"describe/{deal.object}": [_field(one) for one in own]})
    if deal and deal.reason_fields:
        made = [_picklist(one, deal.reasons) for one in deal.reason_fields]
        remote.seed(**{f"describe/{deal.object}": made})
    _owners(remote, setup)


def _owners(remote: Remote, setup: Setup) -> None:
    """The users and queues that the reps are."""
    people = [one for one in setup.persons() if one.email or one.user.startswith(USER)]
    users: list[Spec] = [
        {"Name": rep.name or rep.id, "Email": rep.email, "IsActive": True} for rep in people
    ]
    for row, rep in zip(users, people, strict=True):
        if rep.user.startswith(USER):
            row["Id"] = rep.user
    remote.seed(User=users)
    remote.seed(Group=[_queue(one.queue) for one in setup.reps if one.kind == "queue"])


def _queue(named: str) -> Spec:
    by_id = {"Id": named, "Name": f"Queue {named}"} if named.startswith(QUEUE) else {"Name": named}
    return {**by_id, "Type": "Queue"}


def _statuses(remote: Remote, lead: PersonSetup) -> None:
    """The lead statuses that a mapping gives types and a new org does not have."""
    there = {one["MasterLabel"] for one in remote.state("LeadStatus")}
    wanted = lead.statuses if lead.object == "Lead" else {}
    made = [
        {"MasterLabel": label, "ApiName": label, "SortOrder": place, "IsConverted": type_ == "won"}
        for place, (label, type_) in enumerate(wanted.items(), len(there) + 1)
        if label not in there
    ]
    if made:
        remote.seed(LeadStatus=made)


def _key(name: str) -> Spec:
    return {"name": name, "type": "string", "length": 64, "externalId": True, "unique": True}


def _picklist(name: str, values: Iterable[str]) -> Spec:
    return {"name": name, "type": "picklist", "picklistValues": list(values)}


def _field(column: Column) -> Spec:
    if column.kind == "number":
        return {"name": column.field, "type": "double", "precision": 18, "scale": 4}
    return {"name": column.field, "type": "string", "length": 255}


def _fields(person: PersonSetup) -> list[Spec]:
    made = [_key(person.key)]
    own = (one for one in person.columns if one.field.endswith(OWN) and one.field != person.key)
    made += [_field(one) for one in own]
    made += [_picklist(one, person.reasons) for one in person.reason_fields]
    if person.note:
        made.append({"name": person.note, "type": "string", "length": 255})
    return made
