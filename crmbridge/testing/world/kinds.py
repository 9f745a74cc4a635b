"""The kinds of people of a company that has lived, and how many of a thousand are of each.

The shares are round numbers of ours, in no way measured: each thing that a first switch-on must get
right happens, and the common ones happen often.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST = 50_000
"""People of one world: so many take a minute and 600 MB, and more would say nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of people: `share` of 1,000, and `least` of them from `EVERY_KIND` people on."""

    name: str
    share: int
    words: str
    least: int = 1


def _kind(name: str, share: int, words: str, least: int = 1) -> Kind:
    return Kind(name=name, share=share, words=words, least=least)


KINDS = (
    # marketing alone
    _kind("subscriber", 80, "subscribers of the newsletter"),
    _kind("reader", 136, "leads who read something"),
    _kind("old_mql", 40, "marketing-qualified, and nobody ever called"),
    _kind("asked", 30, "asked for a demo 2 to 150 days ago, and nobody ever called", 2),
    _kind("other", 20, "in the stage other"),
    _kind("partner", 20, "in a stage of the portal's own"),
    # both systems
    _kind("open_lead", 60, "an open lead of sales, not called yet"),
    _kind("working_lead", 50, "a lead in work, whose address sales spells in capitals or as IDN"),
    _kind("rejected", 110, "given back, one reason after the other, and without a reason", 17),
    _kind("returned", 30, "given back or won under an earlier ledger, with its stamps and key"),
    _kind("converted", 25, "converted, with an open deal"),
    _kind("converted_alone", 20, "converted, without a deal"),
    _kind("open_deal", 35, "a contact of sales on an open deal"),
    _kind("won", 45, "customers with deals of one to three years and their roles"),
    _kind("won_alone", 20, "evangelists, on whose won deals nobody has a role"),
    _kind("lost", 35, "on two lost deals, each with its reason"),
    _kind("customer_asked", 15, "customers who asked for a demo this month"),
    # sales alone
    _kind("sales_lead", 50, "leads that sales found itself"),
    _kind("sales_contact", 40, "contacts that sales found itself"),
    _kind("left_lead", 15, "an open lead of a rep who left"),
    _kind("left_deal", 10, "an open deal of a rep who left"),
    _kind("queued", 12, "a lead that a queue owns"),
    # one person, several records or addresses
    _kind("two_leads", 12, "two leads of sales with one address"),
    _kind("lead_and_contact", 12, "a lead and a contact of sales with one address"),
    _kind("near_contacts", 10, "two marketing records with addresses that are nearly one"),
    _kind("further_email", 12, "sales knows the second address of the marketing record"),
    _kind("invisible", 6, "an invisible character in marketing's address"),
    # no to e-mail, said in one place
    _kind("out_marketing", 14, "opted out in marketing, not in sales"),
    _kind("out_lead", 10, "opted out on the lead of sales, not in marketing"),
    _kind("out_contact", 8, "opted out on the contact of sales, not in marketing"),
    _kind("out_double", 8, "opted out on one of two doubles"),
    _kind("out_second", 6, "opted out under a second address"),
    _kind(
        "out_deleted",
        4,
        "opted out on a lead that sales deleted, or a record that marketing archived",
    ),
)
"""All kinds; the shares add up to 1,000."""
EVERY_KIND = sum(one.least for one in KINDS)
"""From so many people on there is everything at least once."""
TENTH = ("subscriber", "reader", "old_mql", "other")
"""Kinds of which each tenth has a quirk: blanks, very long texts, umlauts, several choices."""


def shares(number: int) -> dict[str, int]:
    """How many people are of each kind; below `EVERY_KIND` one each of the most common ones.

    The same number gives the same shares.
    """
    common = sorted(KINDS, key=lambda one: -one.share)
    if number < EVERY_KIND:
        return dict.fromkeys([one.name for one in common][:number], 1) | _rest(number)
    counts = {one.name: max(one.least, number * one.share // 1000) for one in KINDS}
    spare = number - sum(counts.values())
    while spare:
        step = 1 if spare > 0 else -1
        for one in common:
            if spare and counts[one.name] + step >= one.least:
                counts[one.name] += step
                spare -= step
    return counts


def _rest(number: int) -> dict[str, int]:
    """Between the number of kinds and `EVERY_KIND`: the kind that needs most has what is left."""
    left = number - len(KINDS)
    most = max(KINDS, key=lambda one: one.least).name
    return {most: 1 + left} if left > 0 else {}
