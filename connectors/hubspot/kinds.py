"""HubSpot's object types by one name each, whatever name or type id a mapping uses for them."""

from __future__ import annotations

from crmbridge.kit.declared import Declared

OFFER = Declared(__package__)
CONTACTS, OWNERS = "contacts", "owners"
FORM_PREFIX = "form:"
LINK = "associations."
"""Prefix of the fields that hold the ids of associated records."""


def canonical(name: str) -> str:
    """Return the one name of an object, or of a field with the ids of associated records.

    `contact`, `Contacts` and `0-1` are `contacts`; `associations.0-1` is
    `associations.contacts`. Any other name, such as that of a custom object, is returned as it is.
    """
    if name.startswith(LINK):
        return LINK + canonical(name.removeprefix(LINK))
    if name.startswith(FORM_PREFIX):
        return name.lower()  # a guid in capitals is the same form
    return OFFER.canonical(name)


def is_crm(obj: str) -> bool:
    """Whether an object is one of the CRM: with an archive, properties and associations."""
    return obj != OWNERS and not obj.startswith(FORM_PREFIX)
