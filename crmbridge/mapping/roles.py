"""What is read of a vendor's objects: the fields of each, in each of the roles that it has."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.mapping import objects, translate
from crmbridge.mapping.schema import SystemMap

REPS = "rep"
"""The role of an object that holds users."""
QUEUES = "queue"
"""The role of an object that holds queues."""
Fields = tuple[tuple[str, str], tuple[str, ...]]
"""An object and one of its roles, and the fields that are read for it."""


def fields_by_role(spec: SystemMap) -> Iterator[Fields]:
    """Yield the fields of each vendor object in each of its roles; owners come before the owned."""
    if rep := spec.rep:
        yield (rep.object, REPS), translate.user_fields(rep)
    if queue := spec.queue:
        yield (queue.object, QUEUES), translate.queue_fields(queue)
    for name, person in zip(("lead", "contact"), spec.people, strict=False):
        yield (person.object, name), translate.person_fields(person)
    yield from _of_deals(spec)
    for name, touch in spec.touch.items():
        yield (touch.object, f"touch.{name}"), translate.touch_fields(touch)
    for name, activity in spec.activity.items():
        yield (activity.object, f"activity.{name}"), translate.activity_fields(activity)
    for name in ("product", "campaign", "member", "firm"):
        if one := getattr(spec, name):
            yield (one.object, name), objects.fields_of(one)


def _of_deals(spec: SystemMap) -> Iterator[Fields]:
    if deal := spec.deal:
        yield (deal.object, "deal"), translate.deal_fields(deal)
    if role := spec.role:
        yield (role.object, "role"), translate.role_fields(role)
    if influence := spec.influence:
        yield (influence.object, "influence"), translate.influence_fields(influence)
