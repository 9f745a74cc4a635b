"""The standard objects of a fresh org, one line a field: name, type and what is special.

`default` says that the vendor fills the field when a new record leaves it out.
Types carry a length in brackets or the objects that a reference leads to. Source: salesforce.md 8
and the public object reference; only what a lead-sync client meets. Prefixes of LeadStatus and
OpportunityStage are our own (not verified).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.salesforce.emulator import product_objects
from connectors.salesforce.emulator.schema import Entity, Field, Schema, choices

_LINE = re.compile(r"(\w+) (\w+)(?:\(([\w,]+)\))?\s*(.*)")
_SYSTEM = """
Id id ro required
IsDeleted boolean ro required
CreatedDate datetime ro required
CreatedById reference(User) ro required rel=CreatedBy
LastModifiedDate datetime ro required
LastModifiedById reference(User) ro required rel=LastModifiedBy
SystemModstamp datetime ro required
"""
_PERSON = """
FirstName string(40)
LastName string(80) required
Name string(121) ro
Salutation picklist
Title string(128)
Email email(80) idlookup
Phone phone(40)
MobilePhone phone(40)
Description textarea(32000)
LeadSource picklist
OwnerId reference(%s) default rel=Owner
HasOptedOutOfEmail boolean
HasOptedOutOfFax boolean
DoNotCall boolean
LastActivityDate date ro
MasterRecordId reference(%s) ro rel=MasterRecord
EmailBouncedReason string(255)
EmailBouncedDate datetime
"""
_LEAD = """
Company string(255) required
Street textarea(255)
City string(40)
State string(80)
PostalCode string(20)
Country string(80)
Website url(255)
Fax phone(40)
Status picklist default
Industry picklist
Rating picklist
AnnualRevenue currency
NumberOfEmployees int
IsConverted boolean createonly
ConvertedDate date ro
ConvertedAccountId reference(Account) ro rel=ConvertedAccount
ConvertedContactId reference(Contact) ro rel=ConvertedContact
ConvertedOpportunityId reference(Opportunity) ro rel=ConvertedOpportunity
IsUnreadByOwner boolean default
FirstCallDateTime datetime ro
FirstEmailDateTime datetime ro
"""
_CONTACT = """
AccountId reference(Account) rel=Account
ReportsToId reference(Contact) rel=ReportsTo
Department string(80)
Birthdate date
MailingStreet textarea(255)
MailingCity string(40)
MailingState string(80)
MailingPostalCode string(20)
MailingCountry string(80)
Fax phone(40)
"""
_ACCOUNT = """
Name string(255) required
Type picklist
ParentId reference(Account) rel=Parent
BillingStreet textarea(255)
BillingCity string(40)
BillingState string(80)
BillingPostalCode string(20)
BillingCountry string(80)
Phone phone(40)
Fax phone(40)
Website url(255)
Industry picklist
AnnualRevenue currency
NumberOfEmployees int
Description textarea(32000)
OwnerId reference(User) default rel=Owner
AccountSource picklist
LastActivityDate date ro
MasterRecordId reference(Account) ro rel=MasterRecord
"""
_OPPORTUNITY = """
AccountId reference(Account) rel=Account
ContactId reference(Contact) createonly rel=Contact
Name string(120) required
Description textarea(32000)
StageName picklist required
Amount currency
Probability percent default
ExpectedRevenue currency ro
CloseDate date required
Type picklist
NextStep string(255)
LeadSource picklist
IsClosed boolean ro
IsWon boolean ro
ForecastCategory picklist ro
ForecastCategoryName picklist
CampaignId reference(Campaign) rel=Campaign
Pricebook2Id reference(Pricebook2) rel=Pricebook2
HasOpportunityLineItem boolean ro
OwnerId reference(User) default rel=Owner
LastActivityDate date ro
LastStageChangeDate datetime ro
FiscalYear int ro
"""
_ROLE = """
OpportunityId reference(Opportunity) required createonly rel=Opportunity
ContactId reference(Contact) required createonly rel=Contact
Role picklist
IsPrimary boolean
"""
_STAGE = """
MasterLabel string(255)
ApiName string(255)
IsActive boolean
SortOrder int
IsClosed boolean
IsWon boolean
ForecastCategory picklist
ForecastCategoryName picklist
DefaultProbability percent
Description textarea(255)
"""
_STATUS = """
MasterLabel string(255)
ApiName string(255)
SortOrder int
IsDefault boolean
IsConverted boolean
"""
_CAMPAIGN = """
Name string(80) required
ParentId reference(Campaign) rel=Parent
Type picklist
Status picklist
StartDate date
EndDate date
IsActive boolean
BudgetedCost currency
ActualCost currency
ExpectedRevenue currency
Description textarea(32000)
OwnerId reference(User) default rel=Owner
NumberOfLeads int ro
NumberOfContacts int ro
"""
_MEMBER = """
CampaignId reference(Campaign) required createonly rel=Campaign
LeadId reference(Lead) createonly rel=Lead
ContactId reference(Contact) createonly rel=Contact
Status picklist
HasResponded boolean ro
FirstRespondedDate date ro
"""
_MEMBER_STATUS = """
CampaignId reference(Campaign) required createonly rel=Campaign
Label string(765) required
SortOrder int
IsDefault boolean
HasResponded boolean
"""
_ACTIVITY = """
WhoId reference(Contact,Lead) rel=Who
WhatId reference(Account,Opportunity,Campaign) rel=What
Subject combobox(255)
ActivityDate date
Description textarea(32000)
OwnerId reference(User,Group) default rel=Owner
AccountId reference(Account) ro rel=Account
IsArchived boolean ro
"""
_TASK = """
Status picklist default
Priority picklist default
IsHighPriority boolean ro
IsClosed boolean ro
TaskSubtype picklist
Type picklist
CallType picklist
CallDurationInSeconds int
CallDisposition string(255)
CompletedDateTime datetime ro
"""
_EVENT = """
ActivityDateTime datetime
StartDateTime datetime
EndDateTime datetime
DurationInMinutes int
IsAllDayEvent boolean
Location string(255)
EventSubtype picklist
Type picklist
"""
_USER = """
Username string(80) required idlookup
FirstName string(40)
LastName string(80)
Name string(121)
Email email(128) idlookup
Alias string(8)
Title string(80)
Department string(80)
Phone phone(40)
IsActive boolean
UserType picklist
TimeZoneSidKey string(40)
ManagerId reference(User) rel=Manager
LastLoginDate datetime ro
"""
_GROUP = """
Name string(40) required
DeveloperName string(80)
Type picklist
Email email(128)
"""
_ORGANIZATION = """
Name string(80)
OrganizationType picklist ro
InstanceName string(5) ro
IsSandbox boolean ro
DefaultLocaleSidKey string(40)
LanguageLocaleKey string(40)
TimeZoneSidKey string(40)
FiscalYearStartMonth int
NamespacePrefix string(15) ro
DefaultCurrencyIsoCode picklist ro
"""
_LEAD_HISTORY = """
LeadId reference(Lead) ro rel=Lead
Field picklist ro
OldValue string(255) ro
NewValue string(255) ro
DataType picklist ro
"""
_OPPORTUNITY_HISTORY = """
OpportunityId reference(Opportunity) ro rel=Opportunity
StageName picklist ro
Amount currency ro
PrevAmount currency ro
CloseDate date ro
PrevCloseDate date ro
Probability percent ro
ExpectedRevenue currency ro
ForecastCategory picklist ro
"""
_RULE = """
Name string(80)
SobjectType picklist
Active boolean
"""
_RECORD_TYPE = """
Name string(80) required
DeveloperName string(80) required
SobjectType picklist
IsActive boolean
"""
_LAYOUT: tuple[tuple[str, str, str], ...] = (
    ("Lead", "00Q", _PERSON % ("User,Group", "Lead") + _LEAD),
    ("Contact", "003", _PERSON % ("User", "Contact") + _CONTACT),
    ("Account", "001", _ACCOUNT),
    ("Opportunity", "006", _OPPORTUNITY),
    ("OpportunityContactRole", "00K", _ROLE),
    ("OpportunityStage", "0S0", _STAGE),
    ("LeadStatus", "01J", _STATUS),
    ("Campaign", "701", _CAMPAIGN),
    ("CampaignMember", "00v", _MEMBER),
    ("CampaignMemberStatus", "01Y", _MEMBER_STATUS),
    ("Task", "00T", _ACTIVITY + _TASK),
    ("Event", "00U", _ACTIVITY + _EVENT),
    ("User", "005", _USER),
    ("Group", "00G", _GROUP),
    ("Organization", "00D", _ORGANIZATION),
    ("LeadHistory", "017", _LEAD_HISTORY),
    ("OpportunityHistory", "008", _OPPORTUNITY_HISTORY),
    ("AssignmentRule", "01Q", _RULE),
    ("RecordType", "012", _RECORD_TYPE),
    *product_objects.LAYOUT,
)
_READ_ONLY = frozenset(
    [
        "OpportunityStage",
        "LeadStatus",
        "Group",
        "Organization",
        "LeadHistory",
        "OpportunityHistory",
        "AssignmentRule",
        "RecordType",
        "User",
    ]
)
_SOURCES = ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")
_INDUSTRIES = ("Agriculture", "Banking", "Education", "Manufacturing", "Technology", "Other")
_ACTIVITY_TYPES = ("Call", "Email", "Meeting", "Other")
_FORECAST = ("Omitted", "Pipeline", "BestCase", "MostLikely", "Forecast", "Closed")
_VALUES: dict[str, tuple[str, ...]] = {
    "LeadSource": _SOURCES,
    "AccountSource": _SOURCES,
    "Industry": _INDUSTRIES,
    "Rating": ("Hot", "Warm", "Cold"),
    "Salutation": ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof."),
    "Role": ("Decision Maker", "Economic Buyer", "Evaluator", "Influencer", "Other"),
    "ForecastCategory": _FORECAST,
    "Priority": ("High", "Normal", "Low"),
    "TaskSubtype": ("Task", "Email", "Call", "ListEmail", "LinkedIn"),
    "CallType": ("Internal", "Inbound", "Outbound"),
    "Task.Status": ("Not Started", "In Progress", "Completed", "Waiting on someone else"),
    "CampaignMember.Status": ("Sent", "Responded"),
    "Campaign.Status": ("Planned", "In Progress", "Completed", "Aborted"),
    "Campaign.Type": ("Conference", "Webinar", "Email", "Content", "Other"),
    "Opportunity.Type": ("Existing Business", "New Business"),
    "Account.Type": ("Prospect", "Customer - Direct", "Customer - Channel", "Partner", "Other"),
    "Task.Type": _ACTIVITY_TYPES,
    "Event.Type": _ACTIVITY_TYPES,
}
_RESTRICTED = frozenset({"TaskSubtype", "CallType"})
_DEFAULTS = {
    "Task.Status": "Not Started",
    "Priority": "Normal",
    "IsUnreadByOwner": True,
    "CampaignMember.Status": "Sent",
}


def standard() -> Schema:
    """Return the schema of a fresh org."""
    return Schema(
        Entity(name, prefix, _fields(name, _SYSTEM + text), writable=name not in _READ_ONLY)
        for name, prefix, text in _LAYOUT
    )


def typed_by_record() -> Field:
    """Return the field that an object has once the org has record types of it."""
    return _field("", "RecordTypeId", "reference", "RecordType", "rel=RecordType")


def entity_of(name: str, prefix: str, text: str, *, writable: bool = True) -> Entity:
    """Return an object that an org may have beside its standard ones."""
    return Entity(name, prefix, _fields(name, _SYSTEM + text), writable=writable)


def _fields(entity: str, text: str) -> Iterator[Field]:
    for line in text.split("\n"):
        parts = _LINE.fullmatch(line.strip())
        if parts:
            yield _field(entity, *parts.groups(default=""))


def _field(entity: str, name: str, kind: str, inside: str, rest: str) -> Field:
    flags = set(rest.split())
    writable = "ro" not in flags
    named = f"{entity}.{name}"
    return Field(
        name=name,
        type=kind,
        label=re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Id") or name),
        length=int(inside) if inside.isdigit() else _length(kind),
        createable=writable,
        updateable=writable and "createonly" not in flags,
        nillable=not flags & {"required", "default"} and kind != "boolean",
        id_lookup="idlookup" in flags,
        restricted=name in _RESTRICTED,
        picklist=choices(_VALUES.get(named, _VALUES.get(name, ()))),
        targets=() if inside.isdigit() else tuple(filter(None, inside.split(","))),
        relationship=next((one[4:] for one in flags if one.startswith("rel=")), ""),
        default=_DEFAULTS.get(named, _DEFAULTS.get(name)),
        defaulted="default" in flags,
    )


def _length(kind: str) -> int:
    return {"id": 18, "reference": 18, "picklist": 255, "multipicklist": 4099}.get(kind, 0)
