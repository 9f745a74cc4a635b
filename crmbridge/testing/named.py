"""What a company's mapping and teams name of one system, for whoever makes it there."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement import Teams
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.schema import PersonMap, SystemMap
from crmbridge.mapping.words import RESULTS
from crmbridge.testing.screens.setup import Column, DealSetup, PersonSetup, RepSetup, Setup


def setup_of(mapping: MappingFile, side: str, teams: Teams) -> Setup:
    """What an administrator makes in the system of a side before crmbridge comes."""
    system = mapping.system(side)
    task, campaign = system.task, system.campaign
    return Setup(
        currency=mapping.currency,
        people=tuple(_person(mapping, one) for one in system.people),
        deal=_deal(system),
        task=(task.object, task.key) if task else None,
        campaign=(campaign.object, campaign.currency) if campaign and campaign.currency else None,
        touches={one.object: one.email or "email" for one in system.touch.values()},
        tracks=mapping.lists if system is mapping.marketing else {},
        reps=tuple(_reps(teams)),
    )


def _person(mapping: MappingFile, person: PersonMap) -> PersonSetup:
    status = person.status
    return PersonSetup(
        object=person.object,
        key=person.key,
        columns=tuple(_columns(mapping, person)),
        status=status.field if status else "",
        statuses=dict(status.types) if status else {},
        reason_fields=tuple(status.reason.fields) if status else (),
        reasons=tuple(status.reason.values) if status else (),
        note=status.reason.note if status else "",
    )


def _columns(mapping: MappingFile, person: PersonMap) -> Iterator[Column]:
    """The fields by our words; a company's own fact is chosen from the values that are translated.

    So is the track, where [tracks] gives values.
    """
    for word, entry in person.fields.items():
        choices: tuple[str, ...] = ()
        if word.startswith("x_"):
            choices = tuple(entry.values)
        if word == "track" and mapping.track_values:
            choices = tuple(mapping.track_values.get(one, one) for one in mapping.tracks)
        yield Column(word=word, field=entry.field, kind=RESULTS.get(word, "text"), choices=choices)


def _deal(system: SystemMap) -> DealSetup | None:
    deal = system.deal
    if deal is None:
        return None
    return DealSetup(
        object=deal.object,
        currency=deal.currency,
        columns=tuple(
            Column(word=word, field=one.field, kind=RESULTS.get(word, "text"))
            for word, one in deal.fields.items()
        ),
        reason_fields=tuple(deal.reason.fields),
        reasons=tuple(deal.reason.values),
    )


def _reps(teams: Teams) -> Iterator[RepSetup]:
    for rep in teams.reps:
        yield RepSetup(
            id=rep.id, kind=rep.kind, name=rep.name, email=rep.email, user=rep.user, queue=rep.queue
        )
