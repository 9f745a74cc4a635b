"""One page: its items sorted by what they are, and observed in an order that links them."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.flows.read.observe.counted import Counted
from crmbridge.flows.read.observe.deals import observe_deals
from crmbridge.flows.read.observe.gone import observe_gone
from crmbridge.flows.read.observe.happenings import observe_activities, observe_touches
from crmbridge.flows.read.observe.objects import observe_objects
from crmbridge.flows.read.observe.people import observe_people
from crmbridge.flows.read.observe.roles import observe_roles
from crmbridge.flows.read.observe.users import observe_users
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import Deal, Role
from crmbridge.model.lead import Sighting
from crmbridge.model.rep import VendorUser
from crmbridge.model.touch import Activity, Gone, Touch
from crmbridge.system import Item


def observe(scene: Scene, items: Sequence[Item]) -> Counted:
    """Turn a page's items into events and changed views; the caller flushes and commits."""
    counted = Counted(read=sum(not (isinstance(one, Sighting) and one.filtered) for one in items))
    observe_users(scene, [one for one in items if isinstance(one, VendorUser)], counted)
    people = [one for one in items if isinstance(one, Sighting)]
    observe_people(scene, people, counted, alone=len(people) == len(items))
    observe_roles(scene, [one for one in items if isinstance(one, Role)], counted)
    observe_gone(scene, [one for one in items if isinstance(one, Gone)], counted)
    observe_deals(scene, [one for one in items if isinstance(one, Deal)], counted)
    observe_objects(scene, items, counted)
    observe_touches(scene, [one for one in items if isinstance(one, Touch)], counted)
    observe_activities(scene, [one for one in items if isinstance(one, Activity)], counted)
    return counted
