"""What the books say of a lead, in the words that a mapping may send out."""

from __future__ import annotations

from collections.abc import Iterable

from crmbridge.flows.revenue.told import WHOLE, Told
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.words import CREDITED
from crmbridge.model.record import Value
from crmbridge.policy.revenue.brought import first_campaign, headline_campaign, summed
from crmbridge.store.book_rows import PIPELINE, REVENUE


def asks(scene: Scene) -> bool:
    """Whether the mapping sends out anything of a lead that follows from the books."""
    return any(scene.company.writes(word) for word in CREDITED)


def load_credit(scene: Scene, leads: Iterable[str]) -> None:
    """Look up in bulk what the books say of leads, where the mapping sends any of it out."""
    if asks(scene):
        wanted = list(leads)
        scene.books = dict.fromkeys(wanted, Told.of(scene, leads=wanted))


def credit_words(scene: Scene, lead: str) -> dict[str, Value]:
    """What the books say of a lead; nothing where the mapping sends none of it out.

    A word is `None` without a deal of its own: the money of the pipeline without one that was
    created, the rest without one that was won, the version without either.
    """
    if not asks(scene):
        return {}
    if lead not in scene.books:
        scene.books[lead] = Told.of(scene, leads=[lead])
    told: Told = scene.books[lead]
    home = scene.company.mapping.currency
    made, won = told.of_lead(lead, PIPELINE), told.of_lead(lead, REVENUE)
    money = summed([one.share for one in made], home)
    headline = scene.company.agreement.attribution.headline
    backing = {
        model: [each for one in won for each in told.backing(one.booked, model)]
        for model in (WHOLE, headline)
    }
    return {
        "pipeline_amount": money.amount if money else None,
        "pipeline_currency": money.currency if money else None,
        "sourced": told.sourced(won[-1].booked) if won else None,
        "first_campaign": first_campaign(backing[WHOLE]) or None,
        "headline_campaign": headline_campaign(backing[headline], home) or None,
        "credit_version": told.rules if made or won else None,
    }
