"""What the vendor fills in by itself when a row of a standard object is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.salesforce.emulator import events, influence, lines, members
from connectors.salesforce.emulator.coerce import missing
from connectors.salesforce.emulator.faults import VendorError
from connectors.salesforce.emulator.org import Manner, Org
from connectors.salesforce.emulator.schema import Entity
from connectors.salesforce.emulator.store import Row

_HISTORY = ("StageName", "Amount", "CloseDate", "Probability")


def fill(org: Org, entity: Entity, new: Row, *, manner: Manner) -> None:
    """Set the defaults of a row that is created."""
    for field in entity.fields.values():
        if field.default is not None and new.get(field.name) is None:
            new[field.name] = field.default
        elif field.type == "boolean":
            new.setdefault(field.name, False)
    if "ownerid" in entity.fields and not new.get("OwnerId"):
        new["OwnerId"] = manner.user


def require(entity: Entity, new: Row) -> None:
    """Raise REQUIRED_FIELD_MISSING for what a row of this object cannot be without."""
    lacking = [
        field.name
        for field in entity.fields.values()
        if not field.nillable
        and field.createable
        and field.type != "boolean"
        and new.get(field.name) is None
    ]
    if lacking:
        raise missing(lacking)
    if entity.name == lines.LINE:
        lines.require(new)


def complete(org: Org, obj: str, new: Row, old: Row | None) -> None:
    """Set the values that follow from others, before a row is saved. Raises `VendorError`."""
    step = _BEFORE.get(obj)
    if step:
        step(org, new, old)


def follow(org: Org, obj: str, new: Row, old: Row | None) -> None:
    """Write what follows from a saved row: history, activity dates, the primary contact."""
    step = _AFTER.get(obj)
    if step:
        step(org, new, old)


def leave(org: Org, obj: str, gone: Row) -> None:
    """Write what follows when a row goes, or comes back."""
    if obj == lines.LINE:
        _roll_up(org, gone, gone)


def seeded(org: Org, obj: str, row: Row) -> None:
    """Write what follows from a seeded row: activity dates, the primary contact, lines."""
    if obj == lines.LINE:
        lines.seeded(org, row)
    elif obj in ("Task", "Event", "OpportunityContactRole"):
        follow(org, obj, row, None)


def _person(new: Row) -> None:
    names = [new.get("FirstName"), new.get("LastName")]
    new["Name"] = " ".join(name for name in names if name)


def _lead(org: Org, new: Row, old: Row | None) -> None:
    _person(new)
    if new.get("Status") is None:
        new["Status"] = next(
            (label for label, row in org.statuses().items() if row.get("IsDefault")), None
        )
    if old is not None and new.get("OwnerId") != old.get("OwnerId"):
        new["IsUnreadByOwner"] = True


def _contact(org: Org, new: Row, old: Row | None) -> None:
    _person(new)


def _opportunity(org: Org, new: Row, old: Row | None) -> None:
    stage = org.stage(new.get("StageName"))
    if old is not None and old.get("HasOpportunityLineItem"):
        # the lines say what the amount is: salesforce.md 8, Opportunity
        new["Amount"] = old.get("Amount")
    if old is None or old.get("StageName") != new.get("StageName"):
        if old is not None or not new.get("LastStageChangeDate"):
            new["LastStageChangeDate"] = _when(org, new, old)
        if old is not None or new.get("Probability") is None:
            new["Probability"] = stage.get("DefaultProbability")
        new["ForecastCategory"] = stage.get("ForecastCategory")
        new["ForecastCategoryName"] = stage.get("ForecastCategoryName")
    new["IsClosed"] = bool(stage.get("IsClosed"))
    new["IsWon"] = bool(stage.get("IsWon"))
    new["ExpectedRevenue"] = _share(new.get("Amount"), new.get("Probability"))
    if new.get("CloseDate"):
        new["FiscalYear"] = int(new["CloseDate"][:4])


def _when(org: Org, new: Row, old: Row | None) -> str:
    """Return now, or for a seeded row its own stamp."""
    return org.stamp() if old is not None else new.get("SystemModstamp") or org.stamp()


def _share(amount: float | None, percent: float | None) -> float | None:
    return None if amount is None or percent is None else round(amount * percent / 100, 2)


def _task(org: Org, new: Row, old: Row | None) -> None:
    _activity(org, new, old)
    new["IsClosed"] = new.get("Status") == "Completed"
    new["IsHighPriority"] = new.get("Priority") == "High"
    if not new["IsClosed"]:
        new.pop("CompletedDateTime", None)
    elif not new.get("CompletedDateTime"):
        new["CompletedDateTime"] = _when(org, new, old)


def _activity(org: Org, new: Row, old: Row | None) -> None:
    who, what = new.get("WhoId"), new.get("WhatId")
    if who and what and org.schema.of_id(who) == "Lead":
        # code and wording not verified; the rule is in salesforce.md 8
        raise VendorError(
            "FIELD_INTEGRITY_EXCEPTION",
            "Related To ID: must be empty when Name is a lead",
            fields=["WhatId"],
        )
    for record_id in (what, who):
        kind = org.schema.of_id(record_id) if record_id else ""
        parent = org.store.row(kind, record_id) if kind else None
        if parent and not new.get("AccountId"):
            new["AccountId"] = record_id if kind == "Account" else parent.get("AccountId")


def _event(org: Org, new: Row, old: Row | None) -> None:
    _activity(org, new, old)
    events.times(new, old or {})


def _member(org: Org, new: Row, old: Row | None) -> None:
    if bool(new.get("LeadId")) + bool(new.get("ContactId")) == 0:
        raise missing(["LeadId", "ContactId"])
    members.status(org, new)
    if new["HasResponded"] and not new.get("FirstRespondedDate"):
        new["FirstRespondedDate"] = _when(org, new, old)[:10]
    if old is None:
        _refuse_second_member(org, new)


def _refuse_second_member(org: Org, new: Row) -> None:
    entity, table = org.schema.entity("CampaignMember"), org.store["CampaignMember"]
    for name in ("LeadId", "ContactId"):
        if new.get(name):
            for one in table.ids(entity.fields[name.lower()], new[name]):
                row = table.rows[one]
                if row.get("CampaignId") == new.get("CampaignId") and not row.get("IsDeleted"):
                    raise VendorError("DUPLICATE_VALUE", "Already a campaign member.")


def _track_lead(org: Org, new: Row, old: Row | None) -> None:
    tracked = org.options["tracked_fields"].get("Lead", [])
    if old is None:
        _history(org, new, "created", None, None)
    for name in tracked if old is not None else ():
        if old is not None and old.get(name) != new.get(name):
            _history(org, new, "Owner" if name == "OwnerId" else name, old.get(name), new.get(name))
    if new.get("IsConverted") and not (old or {}).get("IsConverted"):
        _history(org, new, "leadConverted", None, None)


def _history(org: Org, lead: Row, field: str, old: Any, new: Any) -> None:
    values = {"LeadId": lead["Id"], "Field": field, "OldValue": old, "NewValue": new,
              "CreatedById": lead["LastModifiedById"], "DataType": "Text"}  # fmt: skip
    org.add("LeadHistory", {key: value for key, value in values.items() if value is not None})


def _track_opportunity(org: Org, new: Row, old: Row | None) -> None:
    if old is not None and all(old.get(name) == new.get(name) for name in _HISTORY):
        return
    names = (*_HISTORY, "ExpectedRevenue", "ForecastCategory")
    values = {name: new.get(name) for name in names}
    values |= {
        "PrevAmount": (old or {}).get("Amount"),
        "PrevCloseDate": (old or {}).get("CloseDate"),
    }
    values |= {"OpportunityId": new["Id"], "CreatedById": new["LastModifiedById"]}
    org.add(
        "OpportunityHistory", {key: value for key, value in values.items() if value is not None}
    )


def _roll_up(org: Org, new: Row, old: Row | None) -> None:
    """Bring the amount of a deal in step with its lines, as the one who changed the line."""
    found = lines.rolled(org, new)
    if found:
        before, after = found
        at = org.stamp()
        after |= {
            "ExpectedRevenue": _share(after["Amount"], after.get("Probability")),
            "SystemModstamp": at,
            "LastModifiedDate": at,
            "LastModifiedById": new.get("LastModifiedById", org.integration_user),
        }
        org.store.put("Opportunity", after)
        _track_opportunity(org, after, before)


def _mark_activity(org: Org, new: Row, old: Row | None) -> None:
    """Move LastActivityDate of who and what it is about; the stamp moves, the modifier does not."""
    if new.get("IsDeleted") or not new.get("IsClosed", True):
        return
    day = new.get("ActivityDate") or (new.get("CompletedDateTime") or org.today())[:10]
    for name in ("WhoId", "WhatId", "AccountId"):
        record_id = new.get(name)
        kind = org.schema.of_id(record_id) if record_id else ""
        row = org.store.row(kind, record_id) if kind else None
        if row and org.schema.entity(kind).get("LastActivityDate"):
            last = max(day, row.get("LastActivityDate") or "")
            if last != row.get("LastActivityDate"):
                at = max(org.stamp(), row["SystemModstamp"])
                org.store.put(kind, {**row, "LastActivityDate": last, "SystemModstamp": at})


def _mark_primary(org: Org, new: Row, old: Row | None) -> None:
    if not new.get("IsPrimary") or new.get("IsDeleted"):
        return
    table = org.store["OpportunityContactRole"]
    field = org.schema.entity("OpportunityContactRole").fields["opportunityid"]
    for one in sorted(table.ids(field, new["OpportunityId"])):
        row = table.rows[one]
        if one != new["Id"] and row.get("IsPrimary"):
            table_row = {**row, "IsPrimary": False, "SystemModstamp": org.stamp()}
            org.store.put("OpportunityContactRole", table_row)
    deal = org.store.row("Opportunity", new["OpportunityId"])
    if deal and deal.get("ContactId") != new["ContactId"]:
        at = org.stamp()
        org.store.put("Opportunity", {**deal, "ContactId": new["ContactId"], "SystemModstamp": at})


_Step = Callable[[Org, Row, Row | None], None]
_BEFORE: dict[str, _Step] = {
    "Lead": _lead,
    "Contact": _contact,
    "Opportunity": _opportunity,
    "Task": _task,
    "Event": _event,
    "CampaignMember": _member,
    influence.NAME: influence.complete,
    "PricebookEntry": lines.entry,
    lines.LINE: lines.line,
}
_AFTER: dict[str, _Step] = {
    "Lead": _track_lead,
    "Opportunity": _track_opportunity,
    "Task": _mark_activity,
    "Event": _mark_activity,
    "OpportunityContactRole": _mark_primary,
    lines.LINE: _roll_up,
}
