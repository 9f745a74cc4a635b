"""What people do on the screens with deals: convert, create, close, roles, campaigns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connectors.salesforce.emulator import dml
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.org import Manner, Org
from connectors.salesforce.emulator.people import Act, Body, edit, hand
from connectors.salesforce.emulator.store import Row
from crmbridge.testing.emulator import Refusal

_TO_CONTACT = [
    "FirstName",
    "LastName",
    "Salutation",
    "Title",
    "Email",
    "Phone",
    "MobilePhone",
    "Fax",
    "Description",
    "LeadSource",
    "HasOptedOutOfEmail",
    "HasOptedOutOfFax",
    "DoNotCall",
]
_TO_ACCOUNT = {
    "Company": "Name", "Phone": "Phone", "Website": "Website", "Industry": "Industry",
    "AnnualRevenue": "AnnualRevenue", "NumberOfEmployees": "NumberOfEmployees",
    "City": "BillingCity", "Country": "BillingCountry", "Street": "BillingStreet",
    "PostalCode": "BillingPostalCode", "State": "BillingState", "LeadSource": "AccountSource",
}  # fmt: skip
_TO_MAILING = {
    "Street": "MailingStreet", "City": "MailingCity", "State": "MailingState",
    "PostalCode": "MailingPostalCode", "Country": "MailingCountry",
}  # fmt: skip
_CLOSES_IN = timedelta(days=90)


def convert(org: Org, body: Body) -> dict[str, Any]:
    """`{id | match, status?, account?, contact?, opportunity?, role?, by?}`: convert a lead.

    `account` and `contact` are ids of existing targets: only their empty fields are filled.
    `opportunity` is `false` for none, an id, or `{Name?, Amount?, StageName?, CloseDate?, …}`.
    Custom fields move only as the option `convert_mapping` says. Source: salesforce.md 8.
    """
    lead = org.find("Lead", body)
    if lead.get("IsConverted") or lead.get("IsDeleted"):
        raise Refusal("this lead is converted or deleted already")
    if not lead.get("OwnerId", "").startswith("005") and not body.get("by"):
        raise Refusal("a queue owns this lead: say who converts it with 'by'")
    manner = hand(org, body, lead)
    account = _target(org, "Account", body.get("account"), _account(org, lead), manner)
    contact_values = {**_contact(org, lead), "AccountId": account["Id"]}
    contact = _target(org, "Contact", body.get("contact"), contact_values, manner)
    deal = _deal(org, lead, account, contact, body, manner)
    _close_lead(org, lead, account, contact, deal, body, manner)
    _carry_children(org, lead, contact)
    return {
        "leadId": lead["Id"],
        "accountId": account["Id"],
        "contactId": contact["Id"],
        "opportunityId": deal["Id"] if deal else None,
    }


def _mapped(org: Org, lead: Row, kind: str) -> dict[str, Any]:
    mapping = org.options["convert_mapping"].get(kind, {})
    return {theirs: lead[ours] for ours, theirs in mapping.items() if lead.get(ours) is not None}


def _account(org: Org, lead: Row) -> dict[str, Any]:
    plain = {theirs: lead[ours] for ours, theirs in _TO_ACCOUNT.items() if ours in lead}
    return {**plain, **_mapped(org, lead, "Account"), "OwnerId": _owner(org, lead)}


def _contact(org: Org, lead: Row) -> dict[str, Any]:
    plain = {name: lead[name] for name in _TO_CONTACT if name in lead}
    plain |= {theirs: lead[ours] for ours, theirs in _TO_MAILING.items() if ours in lead}
    return {**plain, **_mapped(org, lead, "Contact"), "OwnerId": _owner(org, lead)}


def _owner(org: Org, lead: Row) -> str:
    owner = str(lead.get("OwnerId", ""))
    return owner if owner.startswith("005") else org.integration_user


def _target(org: Org, obj: str, existing: Any, values: dict[str, Any], manner: Manner) -> Row:
    entity = org.schema.entity(obj)
    if not existing:
        return dml.create(org, entity, values, manner)
    row = org.find(obj, {"id": existing})
    empty = {name: value for name, value in values.items() if row.get(name) is None}
    return dml.update(org, entity, row["Id"], empty, manner)


def _deal(
    org: Org, lead: Row, account: Row, contact: Row, body: Body, manner: Manner
) -> Row | None:
    wanted = body.get("opportunity", {})
    if wanted is False:
        return None
    if isinstance(wanted, str):
        deal = org.find("Opportunity", {"id": wanted})
    else:
        values = {
            "Name": f"{account['Name']}-",
            "StageName": "Prospecting",
            "CloseDate": (org.world.now() + _CLOSES_IN).date().isoformat(),
            "AccountId": account["Id"],
            "LeadSource": lead.get("LeadSource"),
            "OwnerId": _owner(org, lead),
            **_mapped(org, lead, "Opportunity"),
            **wanted,
        }
        deal = dml.create(org, org.schema.entity("Opportunity"), values, manner)
    _role(org, deal["Id"], contact["Id"], body.get("role"), primary=True, manner=manner)
    return org.store.row("Opportunity", deal["Id"])


def _role(
    org: Org, deal: str, contact: str, role: str | None, *, primary: bool, manner: Manner
) -> str:
    values = {"OpportunityId": deal, "ContactId": contact, "Role": role, "IsPrimary": primary}
    return str(dml.create(org, org.schema.entity("OpportunityContactRole"), values, manner)["Id"])


def _close_lead(
    org: Org, lead: Row, account: Row, contact: Row, deal: Row | None, body: Body, manner: Manner
) -> None:
    status = body.get("status") or next(
        (label for label, row in org.statuses().items() if row.get("IsConverted")), "Converted"
    )
    changes = {
        "IsConverted": True,
        "Status": status,
        "ConvertedDate": org.today(),
        "ConvertedAccountId": account["Id"],
        "ConvertedContactId": contact["Id"],
        "ConvertedOpportunityId": deal["Id"] if deal else None,
        "IsUnreadByOwner": False,
    }
    dml.update(org, org.schema.entity("Lead"), lead["Id"], changes, manner)


def _carry_children(org: Org, lead: Row, contact: Row) -> None:
    """Campaign members keep the lead and get the contact; activities move to the contact."""
    for obj, name, new in (
        ("CampaignMember", "LeadId", "ContactId"),
        ("Task", "WhoId", "WhoId"),
        ("Event", "WhoId", "WhoId"),
    ):
        field = org.schema.entity(obj).fields[name.lower()]
        for one in sorted(org.store[obj].ids(field, lead["Id"])):
            row = org.store[obj].rows[one]
            org.store.put(obj, {**row, new: contact["Id"], "SystemModstamp": org.stamp()})


def create_deal(org: Org, body: Body) -> dict[str, Any]:
    """`{name, amount?, stage?, close_date?, account?, contact?, role?, fields?, by?}`.

    With `contact` the deal gets a primary contact role, and its account when none is given.
    """
    manner = hand(org, body)
    contact = org.find("Contact", {"id": body["contact"]}) if body.get("contact") else None
    values = {
        "Name": body.get("name", "Deal"),
        "Amount": body.get("amount"),
        "StageName": body.get("stage", "Prospecting"),
        "CloseDate": body.get("close_date", org.today()),
        "AccountId": body.get("account") or (contact or {}).get("AccountId"),
        **body.get("fields", {}),
    }
    deal = dml.create(org, org.schema.entity("Opportunity"), values, manner)
    role = None
    if contact:
        role = _role(org, deal["Id"], contact["Id"], body.get("role"), primary=True, manner=manner)
    return {"id": deal["Id"], "roleId": role}


def close_deal(org: Org, body: Body) -> dict[str, Any]:
    """`{id | match, won?: true, stage?, amount?, close_date?, by?}`: won or lost."""
    label = "Closed Won" if body.get("won", True) else "Closed Lost"
    fields = {
        "StageName": body.get("stage", label),
        "CloseDate": body.get("close_date", org.today()),
    }
    if "amount" in body:
        fields["Amount"] = body["amount"]
    fields |= body.get("fields", {})
    return edit(org, {**body, "object": "Opportunity", "fields": fields})


def add_role(org: Org, body: Body) -> dict[str, Any]:
    """`{opportunity, contact, role?, primary?, by?}`."""
    deal = org.find("Opportunity", body, "opportunity")
    contact = org.find("Contact", body, "contact")
    primary = bool(body.get("primary", False))
    made = _role(
        org, deal["Id"], contact["Id"], body.get("role"), primary=primary,
        manner=hand(org, body, deal),
    )  # fmt: skip
    return {"id": made}


def remove_role(org: Org, body: Body) -> dict[str, Any]:
    """`{id}` or `{opportunity, contact}`: the role disappears, queryAll does not show it."""
    table, entity = org.store["OpportunityContactRole"], org.schema.entity("OpportunityContactRole")
    if body.get("id"):
        found = [org.find(entity.name, body)["Id"]]
    else:
        wanted = (read_id(str(body["opportunity"])), read_id(str(body["contact"])))
        found = [
            one
            for one, row in table.rows.items()
            if (row["OpportunityId"], row["ContactId"]) == wanted
        ]
    if not found:
        raise Refusal("no such contact role")
    for one in found:
        dml.erase(org, entity, one)
    return {"removed": found}


def add_to_campaign(org: Org, body: Body) -> dict[str, Any]:
    """`{campaign, lead | contact, status?, by?}`."""
    fields = {
        "CampaignId": body["campaign"],
        "LeadId": body.get("lead"),
        "ContactId": body.get("contact"),
        "Status": body.get("status"),
    }
    fields = {name: value for name, value in fields.items() if value is not None}
    row = dml.create(org, org.schema.entity("CampaignMember"), fields, hand(org, body))
    return {"id": row["Id"]}


ACTS: dict[str, Act] = {
    "convert": convert,
    "create_deal": create_deal,
    "close_deal": close_deal,
    "add_role": add_role,
    "remove_role": remove_role,
    "add_to_campaign": add_to_campaign,
}
