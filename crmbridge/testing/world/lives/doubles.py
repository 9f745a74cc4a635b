"""One person with several records, or under several addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crmbridge.testing.world.scribe import Scribe

ZERO_WIDTH_SPACE = "\u200b"


def two_leads(one: Scribe) -> None:
    """Sales has two leads of one address; each second time marketing knows the person, too."""
    days = one.sometime(100)
    one.lead("lost", days, ended=days / 2, nth_reason=one.nth + 4)
    one.lead("open", days / 3)
    if one.nth % 2 == 0:
        one.contact("lead", days + 5)


def lead_and_contact(one: Scribe) -> None:
    """Sales has a contact, and somebody entered the person as a lead again."""
    days = one.sometime(100)
    one.contact("salesqualifiedlead", days, since=0.5)
    one.client(days)
    one.lead("open", days / 4)


def near(address: str, nth: int) -> str:
    """An address that is nearly another one: a dot less, or with a plus."""
    name, _, domain = address.partition("@")
    return f"{name}+trade@{domain}" if nth % 2 else f"{name.replace('.', '')}@{domain}"


def near_contacts(one: Scribe) -> None:
    """Marketing has two records of one person, whose addresses are nearly one."""
    days = one.sometime()
    one.contact("lead", days)
    one.contact("subscriber", days / 2, email=near(one.person.email, one.nth))
    one.sends("/case-study/dairy", days / 2)


def second(address: str) -> str:
    """Another address of the same person, at home."""
    name, _, domain = address.partition("@")
    return f"{name}.{domain.partition('.')[0]}@home-mail.example"


def further_email(one: Scribe) -> None:
    """Marketing knows two addresses; the record of sales has the second one."""
    days = one.sometime(60)
    other = second(one.person.email)
    one.contact("salesqualifiedlead", days, since=0.5, more_addresses=other)
    if one.nth % 2:
        one.client(days / 2, email=other)
    else:
        one.lead("ongoing", days / 2, ended=days / 4, email=other)


def invisible(one: Scribe) -> None:
    """A character that nobody sees came along when somebody pasted the address."""
    days = one.sometime(60)
    name, _, domain = one.person.email.partition("@")
    one.contact("lead", days, email=f"{name}{ZERO_WIDTH_SPACE}@{domain}")
    one.lead("open", days / 2)


LIVES: Mapping[str, Callable[[Scribe], None]] = {
    "two_leads": two_leads,
    "lead_and_contact": lead_and_contact,
    "near_contacts": near_contacts,
    "further_email": further_email,
    "invisible": invisible,
}
