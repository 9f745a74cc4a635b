"""HubSpot's object types by one name each, whatever name or type id a mapping uses for them."""

from __future__ import annotations

from collections.abc import Mapping

from crmbridge.model.offer import RECORDS, Deletes, Feed, Key, Object, Role

CONTACTS, OWNERS = "contacts", "owners"
FORM_PREFIX = "form:"
LINK = "associations."
"""Prefix of the fields that hold the ids of associated records."""

STANDARD: Mapping[str, tuple[str, ...]] = {
    CONTACTS: ("contact", "0-1"),
    "companies": ("company", "0-2"),
    "deals": ("deal", "0-3"),
    "tickets": ("ticket", "0-5"),
    "products": ("product", "0-7"),
    "line_items": ("line_item", "0-8"),
    "quotes": ("quote", "0-14"),
    "communications": ("communication", "0-18"),
    "feedback_submissions": ("feedback_submission", "0-19"),
    "tasks": ("task", "0-27"),
    "notes": ("note", "0-46"),
    "meetings": ("meeting", "meeting_event", "0-47"),
    "calls": ("call", "0-48"),
    "emails": ("email", "0-49"),
    "invoices": ("invoice", "0-53"),
    "marketing_events": ("marketing_event", "0-54"),
    "subscriptions": ("subscription", "0-69"),
    "goal_targets": ("goal_target", "0-74"),
    "discounts": ("discount", "0-84"),
    "fees": ("fee", "0-85"),
    "taxes": ("tax", "0-86"),
    "commerce_payments": ("commerce_payment", "payments", "payment", "0-101"),
    "users": ("user", "0-115"),
    "postal_mail": ("postal_mails", "0-116"),
    "orders": ("order", "0-123"),
    "leads": ("lead", "0-136"),
    "carts": ("cart", "0-142"),
    "services": ("service", "0-162"),
    "courses": ("course", "0-410"),
    "listings": ("listing", "0-420"),
    "appointments": ("appointment", "0-421"),
    "projects": ("project", "0-970"),
}
"""Each standard object and its other names. Source: HubSpot's guide "Understanding the CRM",
table of object type ids; a custom object goes by its own name or `2-…` id only."""

_PRIVACY = "What is erased for privacy shows by its absence alone."
OBJECTS = (
    Object(
        name=OWNERS,
        roles=frozenset({Role.REP}),
        feed=Feed.SNAPSHOT,
        deletes=Deletes.NONE,
        note="One who left stays, as inactive.",
    ),
    Object(
        name=f"{FORM_PREFIX}*",
        roles=frozenset({Role.TOUCH}),
        feed=Feed.SNAPSHOT,
        deletes=Deletes.NONE,
        note="Submissions of one form, newest first, until a known one comes.",
    ),
    *(
        Object(
            name=name,
            roles=RECORDS,
            feed=Feed.WINDOW,
            deletes=Deletes.LOG,
            key=Key.UPSERT,
            merges=merges,
            note=f"{more}{_PRIVACY}",
        )
        for name, merges, more in (
            (CONTACTS, True, ""),
            ("*", False, "Any object of the CRM, custom ones too. "),
        )
    ),
)
"""What is served, and how it is told. Source: hubspot.md 1.3, 1.4."""

_NAMES = {alias: name for name, others in STANDARD.items() for alias in (name, *others)}
_NAMES["owner"] = _NAMES[OWNERS] = OWNERS


def canonical(name: str) -> str:
    """Return the one name of an object, or of a field with the ids of associated records.

    `contact`, `Contacts` and `0-1` are `contacts`; `associations.0-1` is
    `associations.contacts`. Any other name, such as that of a custom object, is returned as it is.
    """
    if name.startswith(LINK):
        return LINK + canonical(name.removeprefix(LINK))
    if name.startswith(FORM_PREFIX):
        return name.lower()  # a guid in capitals is the same form
    return _NAMES.get(name.casefold(), name)


def is_crm(obj: str) -> bool:
    """Whether an object is one of the CRM: with an archive, properties and associations."""
    return obj != OWNERS and not obj.startswith(FORM_PREFIX)
