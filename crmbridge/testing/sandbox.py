"""Two emulated vendors on one world clock, prepared for a company's mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.schema import PersonMap, SystemMap
from crmbridge.mapping.words import RESULTS
from crmbridge.registry import connector, emulator
from crmbridge.testing.emulator import Remote, Server, World, iso

TOKEN = "loopback-token"
QUOTAS = ("ten_secondly", "search_secondly", "daily")
"""HubSpot's quotas, which a sandbox's emulator does not have: months pass in minutes there."""
AMPLE = 1_000_000
"""Calls a window that no play reaches: a play squeezes months into minutes."""


@dataclass(slots=True, kw_only=True)
class Sandbox:
    """A running pair of emulators. `marketing` and `sales` are their control APIs.

    `urls` has the address of each vendor's API by the vendor's name.
    """

    urls: Mapping[str, str]
    marketing: Remote
    sales: Remote

    @property
    def clock(self) -> str:
        """The address for `CRMBRIDGE_CLOCK`."""
        return self.urls["hubspot"]

    def environment(self, company: str) -> dict[str, str]:
        """The variables that point a company's connectors here."""
        prefix = f"CRMBRIDGE_{company.upper()}"
        return {
            f"{prefix}__MARKETING__ACCESS_TOKEN": TOKEN,
            f"{prefix}__MARKETING__BASE_URL": self.urls["hubspot"],
            f"{prefix}__SALES__MY_DOMAIN": "acme.my.salesforce.com",
            f"{prefix}__SALES__CLIENT_ID": "loopback-client",
            f"{prefix}__SALES__CLIENT_SECRET": "loopback-secret",
            f"{prefix}__SALES__BASE_URL": self.urls["salesforce"],
            "CRMBRIDGE_CLOCK": self.clock,
        }

    def set_time(self, at: datetime) -> None:
        """Let the world stand still at an instant."""
        self.marketing.clock(now=iso(at))

    def advance(self, delta: timedelta) -> None:
        """Move the world's clock."""
        self.marketing.clock(advance=delta.total_seconds())


def unhurried(mapping: MappingFile) -> MappingFile:
    """The same mapping with quotas that a play never reaches, as the emulators here have them."""
    short = {"ten_secondly": AMPLE, "search_secondly": AMPLE, "associations": AMPLE}
    daily = {"daily": AMPLE * 100}
    marketing = mapping.marketing.model_copy(update={"limits": short | daily})
    counted = {one.name for one in connector(mapping.sales.connector).info.limits.budgets}
    sales = mapping.sales.model_copy(update={"limits": daily if "daily" in counted else {}})
    return mapping.model_copy(update={"marketing": marketing, "sales": sales})


def always_open(teams: Teams) -> Teams:
    """The same reps with their limits of open leads alone: one line, no hours, bars or skills.

    A play is then about what people do, and not about the time of day at which they do it.
    """
    keep = {"id", "name", "email", "open_limit", "weight", "on"}
    keep |= {"user", "queue", "assignment_rules"}
    made = [
        {
            "id": team.id,
            "reps": [
                {
                    name: value
                    for name, value in rep.model_dump().items()
                    if name in keep and value != ""
                }
                for rep in team.reps
            ],
        }
        for team in teams.teams
    ]
    return Teams.model_validate({"company": teams.company, "teams": made})


@contextmanager
def sandbox(
    mapping: MappingFile, teams: Teams, *, at: datetime, ports: Mapping[str, int] | None = None
) -> Iterator[Sandbox]:
    """Start a HubSpot and a Salesforce emulator that have the fields, lists and users needed."""
    world = World()
    vendors = {"hubspot": emulator("hubspot")(world), "salesforce": emulator("salesforce")(world)}
    with Server(vendors, world) as server:
        box = Sandbox(
            urls=server.urls,
            marketing=Remote(server.urls["hubspot"]),
            sales=Remote(server.urls["salesforce"]),
        )
        prepare(box, mapping, teams, at=at)
        yield box


def prepare(box: Sandbox, mapping: MappingFile, teams: Teams, *, at: datetime) -> None:
    """Set the clock, take the quotas away, and give both vendors what the mapping names."""
    box.set_time(at)
    box.marketing.config(limits=dict.fromkeys(QUOTAS))
    box.sales.config(daily_limit=AMPLE * 100)
    prepare_marketing(box.marketing, mapping, teams)
    prepare_sales(box.sales, mapping, teams)


def prepare_marketing(remote: Remote, mapping: MappingFile, teams: Teams) -> None:
    """Give an emulated HubSpot the properties, lists, forms and owners that a mapping names."""
    kind = f"properties/{mapping.marketing.lead.object}"
    there = {one["name"] for one in remote.state(kind)}
    wanted = (
        *_properties(mapping.marketing),
        *_own_properties(mapping.marketing),
        *_of_tracks(mapping),
    )
    remote.seed(**{kind: [one for one in wanted if one["name"] not in there]})
    remote.seed(
        lists=[
            {"name": name, "processingType": "MANUAL"}
            for name in sorted(set(mapping.lists.values()))
        ]
    )
    forms = [one.object for one in mapping.marketing.touch.values()]
    remote.seed(
        forms=[
            {"id": obj.removeprefix("form:"), "name": "Website"}
            for obj in forms
            if obj.startswith("form:")
        ]
    )
    remote.config(currency=mapping.currency)
    remote.seed(
        owners=[
            {"email": rep.email, "firstName": rep.name.split()[0] if rep.name else rep.id}
            for rep in teams.reps
            if rep.email
        ]
    )


def _properties(system: SystemMap) -> list[dict[str, Any]]:
    person = system.lead
    made: list[dict[str, Any]] = [
        {
            "name": person.key,
            "label": "crmbridge id",
            "type": "string",
            "fieldType": "text",
            "hasUniqueValue": True,
        }
    ]
    for word, entry in person.fields.items():
        if not entry.field.startswith("crmbridge_") or word == "track":
            continue
        kind = RESULTS.get(word, "text")
        type_, widget = {"number": ("number", "number"), "datetime": ("datetime", "date")}.get(
            kind, ("string", "text")
        )
        made.append({"name": entry.field, "label": word, "type": type_, "fieldType": widget})
    return made


def _of_tracks(mapping: MappingFile) -> Iterator[dict[str, Any]]:
    """The property of the track: a choice where [tracks] names values, else a text."""
    entry = mapping.marketing.lead.fields.get("track")
    if entry is None or not entry.field.startswith("crmbridge_"):
        return
    made = {"name": entry.field, "label": "track", "type": "string", "fieldType": "text"}
    values = mapping.track_values
    if not values:
        yield made
        return
    options = [values.get(one, one) for one in mapping.tracks]
    yield made | {
        "type": "enumeration",
        "fieldType": "select",
        "options": [{"value": one, "label": one} for one in options],
    }


def _own_properties(system: SystemMap) -> list[dict[str, Any]]:
    """The company's own facts; one whose values are translated is a list to choose from."""
    return [
        {
            "name": entry.field,
            "label": entry.field,
            "type": "enumeration" if entry.values else "string",
            "fieldType": "select" if entry.values else "text",
            "options": [{"value": one, "label": one} for one in entry.values],
        }
        for word, entry in system.lead.fields.items()
        if word.startswith("x_")
    ]


def prepare_sales(remote: Remote, mapping: MappingFile, teams: Teams) -> None:
    """Give an emulated Salesforce the fields and users that a mapping and the teams name."""
    for person in mapping.sales.people:
        remote.seed(**{f"describe/{person.object}": _fields(person)})
    if mapping.sales.task:
        remote.seed(**{f"describe/{mapping.sales.task.object}": [_key(mapping.sales.task.key)]})
    deal = mapping.sales.deal
    remote.config(currency=mapping.currency)
    for one in (deal, mapping.sales.campaign):
        if one and one.currency:
            code = _picklist(one.currency, {mapping.currency: ""})
            remote.seed(**{f"describe/{one.object}": [code]})
    _statuses(remote, mapping.sales)
    if deal and deal.fields:
        texts = {word: one.field for word, one in deal.fields.items() if one.field.endswith("__c")}
        remote.seed(**{f"describe/{deal.object}": [_field(*one) for one in texts.items()]})
    if deal and deal.reason.fields:
        made = [_picklist(one, deal.reason.values) for one in deal.reason.fields]
        remote.seed(**{f"describe/{deal.object}": made})
    _owners(remote, teams)


def _owners(remote: Remote, teams: Teams) -> None:
    """The users and queues that the reps are."""
    people = [one for one in teams.reps if one.kind == "person"]
    people = [one for one in people if one.email or one.user.startswith("005")]
    users: list[dict[str, Any]] = [
        {"Name": rep.name or rep.id, "Email": rep.email, "IsActive": True} for rep in people
    ]
    for row, rep in zip(users, people, strict=True):
        if rep.user.startswith("005"):
            row["Id"] = rep.user
    remote.seed(User=users)
    queues = [one.queue for one in teams.reps if one.kind == "queue"]
    remote.seed(Group=[_queue(one) for one in queues])


def _queue(named: str) -> dict[str, Any]:
    by_id = {"Id": named, "Name": f"Queue {named}"} if named.startswith("00G") else {"Name": named}
    return {**by_id, "Type": "Queue"}


def _statuses(remote: Remote, system: SystemMap) -> None:
    """The lead statuses that a mapping gives types and a new org does not have."""
    spec = system.lead.status
    there = {one["MasterLabel"] for one in remote.state("LeadStatus")}
    wanted = spec.types if spec and system.lead.object == "Lead" else {}
    made = [
        {"MasterLabel": label, "ApiName": label, "SortOrder": place, "IsConverted": type_ == "won"}
        for place, (label, type_) in enumerate(wanted.items(), len(there) + 1)
        if label not in there
    ]
    if made:
        remote.seed(LeadStatus=made)


def _key(name: str) -> dict[str, Any]:
    return {"name": name, "type": "string", "length": 64, "externalId": True, "unique": True}


def _picklist(name: str, values: Mapping[str, str]) -> dict[str, Any]:
    return {"name": name, "type": "picklist", "picklistValues": list(values)}


def _field(word: str, name: str) -> dict[str, Any]:
    if RESULTS.get(word) == "number":
        return {"name": name, "type": "double", "precision": 18, "scale": 4}
    return {"name": name, "type": "string", "length": 255}


def _fields(person: PersonMap) -> list[dict[str, Any]]:
    made = [_key(person.key)]
    for word, entry in person.fields.items():
        if not entry.field.endswith("__c") or entry.field == person.key:
            continue
        made.append(_field(word, entry.field))
    if person.status:
        reason = person.status.reason
        made += [_picklist(one, reason.values) for one in reason.fields]
    if person.status and person.status.reason.note:
        made.append({"name": person.status.reason.note, "type": "string", "length": 255})
    return made
