"""People who said no to e-mail in one place, of which the other place never heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crmbridge.testing.world.lives.doubles import near, second
from crmbridge.testing.world.scribe import Scribe


def out_marketing(one: Scribe) -> None:
    """Marketing knows it; sales has a lead or a contact that may still be written to."""
    days = one.sometime(60)
    one.contact("lead", days, since=0.2, opted_out=True)
    if one.nth % 2:
        one.client(days / 2)
    else:
        one.lead("open", days / 2)


def out_lead(one: Scribe) -> None:
    """The lead of sales knows it; marketing goes on writing."""
    days = one.sometime(60)
    one.contact("marketingqualifiedlead", days, since=0.5)
    one.lead("lost", days / 2, ended=days / 4, opted_out=True, nth_reason=one.nth + 13)


def out_contact(one: Scribe) -> None:
    """The contact of sales knows it; marketing goes on writing."""
    days = one.sometime(60)
    one.contact("customer" if one.nth % 2 else "opportunity", days, since=0.5)
    one.client(days / 2, ended=days / 5, opted_out=True)


def out_double(one: Scribe) -> None:
    """One of two leads of sales, or of two records of marketing, knows it."""
    days = one.sometime(60)
    if one.nth % 2:
        one.contact("lead", days)
        other = near(one.person.email, one.nth)
        one.contact("subscriber", days / 2, email=other, opted_out=True)
        return
    one.contact("lead", days)
    one.lead("open", days / 2)
    one.lead("lost", days / 2, ended=days / 4, opted_out=True, nth_reason=one.nth)


def out_second(one: Scribe) -> None:
    """Said under the second address, which the record of sales has."""
    days = one.sometime(60)
    other = second(one.person.email)
    one.contact("lead", days, more_addresses=other)
    one.lead("lost", days / 2, ended=days / 4, email=other, opted_out=True)


def out_deleted(one: Scribe) -> None:
    """Said on a lead that lies in the recycle bin of sales, or on an archived marketing record."""
    days = one.chance.randint(20, 200)
    if one.nth % 2:
        one.marketing.archive(one.contact("lead", days + 10, opted_out=True))
        one.lead("open", days)
        return
    one.contact("lead", days + 10)
    one.lead("lost", days, ended=days / 8, opted_out=True, deleted=True)


LIVES: Mapping[str, Callable[[Scribe], None]] = {
    "out_marketing": out_marketing,
    "out_lead": out_lead,
    "out_contact": out_contact,
    "out_double": out_double,
    "out_second": out_second,
    "out_deleted": out_deleted,
}
