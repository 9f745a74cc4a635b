"""What a new portal holds: object types and their properties.

Sources: hubspot.md 1.3, 1.6, 1.7, 1.8, 1.9. What those pages do not name is marked [memory] there
or here and is not verified.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from connectors.hubspot.emulator.record import CREATED_BY, UPDATED_BY


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """An object type; `changed` and `created` name its stamp properties.

    `scope` is the object whose scopes guard it, when that is another one.
    """

    name: str
    singular: str
    type_id: str
    shown: tuple[str, ...]
    changed: str = "hs_lastmodifieddate"
    created: str = "hs_createdate"
    scope: str = ""

    @property
    def guarded(self) -> str:
        """The object that a token's scopes name for this one."""
        return self.scope or self.name


KINDS = (
    Kind(
        name="contacts",
        singular="contact",
        type_id="0-1",
        shown=("email", "firstname", "lastname"),
        changed="lastmodifieddate",
        created="createdate",
    ),
    Kind(
        name="companies",
        singular="company",
        type_id="0-2",
        shown=("domain", "name"),
        created="createdate",
    ),
    Kind(
        name="deals",
        singular="deal",
        type_id="0-3",
        shown=("amount", "closedate", "dealname", "dealstage", "pipeline"),
        created="createdate",
    ),
    Kind(name="leads", singular="lead", type_id="0-136", shown=()),
    Kind(name="tasks", singular="task", type_id="0-27", shown=()),
    Kind(name="notes", singular="note", type_id="0-46", shown=()),
    # meetings and calls ask for the scopes of contacts: the vendor's guides on both
    Kind(name="meetings", singular="meeting", type_id="0-47", shown=(), scope="contacts"),
    Kind(name="calls", singular="call", type_id="0-48", shown=(), scope="contacts"),
    Kind(
        name="line_items",
        singular="line_item",
        type_id="0-8",
        shown=("amount", "hs_product_id", "quantity"),
        created="createdate",
    ),
    Kind(
        name="products",
        singular="product",
        type_id="0-7",
        shown=("description", "name", "price"),
        created="createdate",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property definition; `options` are the vendor's values with their labels."""

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    group: str = ""
    description: str = ""
    options: tuple[tuple[str, str], ...] = ()
    unique: bool = False
    read_only: bool = False
    own: bool = True
    archived: bool = False
    created: int = 0
    hidden: bool = False
    order: int = -1
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> frozenset[str]:
        """The values that an enumeration takes."""
        return frozenset(value for value, _ in self.options)


_FIELD = {
    "number": "number",
    "date": "date",
    "datetime": "date",
    "bool": "booleancheckbox",
    "enumeration": "select",
}

STAGES = (
    ("subscriber", "Subscriber"),
    ("lead", "Lead"),
    ("marketingqualifiedlead", "Marketing Qualified Lead"),
    ("salesqualifiedlead", "Sales Qualified Lead"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
    ("evangelist", "Evangelist"),
    ("other", "Other"),
)
_LEAD_STATUS = (
    "NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING"
)
_SOURCES = (
    "ORGANIC_SEARCH PAID_SEARCH EMAIL_MARKETING SOCIAL_MEDIA REFERRALS OTHER_CAMPAIGNS "
    "DIRECT_TRAFFIC OFFLINE PAID_SOCIAL AI_REFERRALS"
)
_BOOLEAN = "true false"
_DISPOSITIONS = (
    ("9d9162e7-6cf3-4944-bf63-4dff82258764", "Busy"),
    ("f240bbac-87c9-4f6e-bf70-924b57d47db7", "Connected"),
    ("a4c4c377-d246-4b32-a13b-75a56a4cd0ff", "Left live message"),
    ("b2cf5968-551e-4856-9783-52b3da59a7d0", "Left voicemail"),
    ("73a0d17f-1163-4015-bdd5-ec830791da20", "No answer"),
    ("17b47fee-58de-441e-a44c-c6300d46f273", "Wrong number"),
)
"""What a new portal calls the ways a call ends; the ids are the same in public integrations."""
_LABELLED = {"lifecyclestage": STAGES, "hs_call_disposition": _DISPOSITIONS}

_TEXT = {
    "contacts": "email firstname lastname phone mobilephone company jobtitle website address city "
    "state zip country industry hubspot_owner_id hs_additional_emails hs_persona "
    "hs_analytics_last_url hs_analytics_source_data_1 hs_analytics_source_data_2 "
    "recent_conversion_event_name first_conversion_event_name message",
    "companies": "name domain phone website city state zip country industry description "
    "hubspot_owner_id lifecyclestage",
    "deals": "dealname description closed_lost_reason closed_won_reason hubspot_owner_id "
    "hs_next_step deal_currency_code",
    "leads": "hs_lead_name hubspot_owner_id hs_lead_disqualification_reason "
    "hs_lead_disqualification_note",
    "tasks": "hs_task_subject hs_task_body hubspot_owner_id",
    "notes": "hs_note_body hubspot_owner_id hs_attachment_ids",
    "meetings": "hs_meeting_title hs_meeting_body hs_internal_meeting_notes hs_meeting_location "
    "hs_meeting_external_url hubspot_owner_id hs_attachment_ids",
    "calls": "hs_call_title hs_call_body hs_call_from_number hs_call_to_number "
    "hs_call_recording_url hs_call_callee_object_id hs_call_callee_object_type hubspot_owner_id "
    "hs_attachment_ids",
    "line_items": "name description hs_product_id hs_sku hs_line_item_currency_code "
    "hubspot_owner_id",
    "products": "name description hs_sku hubspot_owner_id",
}
_TYPED = {
    "contacts": {
        "number": "numberofemployees num_conversion_events hubspotscore associatedcompanyid",
        "datetime": "recent_conversion_date first_conversion_date notes_last_contacted "
        "hs_email_last_open_date hs_email_last_click_date",
        "bool": "hs_email_optout",
    },
    "companies": {"number": "numberofemployees annualrevenue", "datetime": "", "bool": ""},
    "deals": {"number": "amount", "datetime": "closedate", "bool": ""},
    "leads": {"number": "", "datetime": "", "bool": ""},
    "tasks": {"number": "", "datetime": "hs_timestamp", "bool": ""},
    "notes": {"number": "", "datetime": "hs_timestamp", "bool": ""},
    "meetings": {"datetime": "hs_timestamp hs_meeting_start_time hs_meeting_end_time"},
    "calls": {"number": "hs_call_duration", "datetime": "hs_timestamp"},
    "line_items": {"number": "price quantity"},
    "products": {"number": "price hs_cost_of_goods_sold"},
}
_READ_ONLY = {
    "contacts": {
        "string": "hs_merged_object_ids hs_calculated_merged_vids hs_marketable_status "
        "hs_analytics_first_url",
        "number": "hs_analytics_num_page_views hs_count_is_worked",
        "datetime": " ".join(f"hs_lifecyclestage_{stage}_date" for stage, _ in STAGES)
        + " hs_latest_source_timestamp",
    },
    "companies": {"string": "hs_merged_object_ids", "number": "", "datetime": ""},
    "deals": {
        "string": "hs_merged_object_ids",
        "number": "amount_in_home_currency hs_exchange_rate hs_deal_stage_probability",
        "datetime": "hs_v2_date_entered_closedwon hs_v2_date_entered_closedlost",
        "bool": "hs_is_closed hs_is_closed_won hs_is_closed_lost",
    },
    "leads": {"string": "hs_merged_object_ids", "number": "", "datetime": ""},
    "tasks": {"string": "hs_merged_object_ids", "number": "", "datetime": ""},
    "notes": {"string": "hs_merged_object_ids", "number": "", "datetime": ""},
    "meetings": {"string": "hs_merged_object_ids"},
    "calls": {"string": "hs_merged_object_ids"},
    # that the net price cannot be written is [memory]
    "line_items": {"string": "hs_merged_object_ids", "number": "amount"},
    "products": {"string": "hs_merged_object_ids"},
}
_CHOICES = {
    "contacts": {
        "lifecyclestage": "",
        "hs_lead_status": _LEAD_STATUS,
        "hs_analytics_source": _SOURCES,
        "hs_latest_source": _SOURCES,
    },
    "companies": {},
    "deals": {"dealtype": "newbusiness existingbusiness", "pipeline": "", "dealstage": ""},
    "leads": {
        "hs_lead_type": "NEW_BUSINESS UPSELL RE_ATTEMPTING",
        "hs_lead_label": "WARM HOT COLD",
        "hs_pipeline": "",
        "hs_pipeline_stage": "",
    },
    "tasks": {
        "hs_task_status": "NOT_STARTED IN_PROGRESS WAITING COMPLETED DEFERRED",
        "hs_task_priority": "NONE LOW MEDIUM HIGH",
        "hs_task_type": "EMAIL CALL TODO",
    },
    "notes": {},
    # portals name their own kinds of activity, so any text will do; the outcomes are the first ones
    "meetings": {
        "hs_meeting_outcome": "SCHEDULED COMPLETED RESCHEDULED NO_SHOW CANCELED",
        "hs_activity_type": "",
    },
    "calls": {
        "hs_call_direction": "INBOUND OUTBOUND",
        "hs_call_disposition": "",
        "hs_call_status": "BUSY CALLING_CRM_USER CANCELED COMPLETED CONNECTING FAILED IN_PROGRESS "
        "NO_ANSWER QUEUED RINGING",
        "hs_activity_type": "",
    },
    "line_items": {},
    "products": {},
}
PIPED = {
    ("contacts", "lifecyclestage"),
    ("deals", "pipeline"),
    ("deals", "dealstage"),
    ("leads", "hs_pipeline"),
    ("leads", "hs_pipeline_stage"),
}
"""Enumerations whose values are the pipelines or stages of their object."""


def properties(kind: Kind) -> dict[str, Property]:
    """Return the properties that a new portal has for an object."""
    name = kind.name
    found = [_plain(one, "string", kind) for one in _TEXT[name].split()]
    for type_, names in _TYPED[name].items():
        found += [_plain(one, type_, kind) for one in names.split()]
    for type_, names in _READ_ONLY[name].items():
        found += [replace(_plain(one, type_, kind), read_only=True) for one in names.split()]
    for one, values in _CHOICES[name].items():
        options = _LABELLED.get(one) or _options(values)
        found.append(replace(_plain(one, "enumeration", kind), options=options))
    stamps = [(kind.created, "datetime"), (kind.changed, "datetime"), ("hs_object_id", "number")]
    stamps += [(CREATED_BY, "number"), (UPDATED_BY, "number")]
    found += [replace(_plain(one, type_, kind), read_only=True) for one, type_ in stamps]
    by_name = {one.name: one for one in found}
    if name == "contacts":
        by_name["email"] = replace(by_name["email"], unique=True)
    return by_name


def _plain(name: str, type_: str, kind: Kind) -> Property:
    return Property(
        name=name,
        label=name.removeprefix("hs_").replace("_", " ").capitalize(),
        type=type_,
        field_type=_FIELD.get(type_, "text"),
        group=f"{kind.singular}information",
        options=_options(_BOOLEAN) if type_ == "bool" else (),
        own=False,
    )


def _options(values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value.replace("_", " ").capitalize()) for value in values.split())
