"""Which account a person's record belongs to, and from when on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from crmbridge.flows.read.observe.on_deals import JUST_AFTER
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import Belongs


def load_accounts(scene: Scene, sightings: Iterable[Sighting]) -> None:
    """Load what a page of people will ask for, in bulk."""
    people = (str(ref) for one in sightings for ref in (one.ref, *one.absorbed))
    scene.work.kept.belongings.load(people)


def note_account(scene: Scene, lead: str, sighting: Sighting) -> bool:
    """Keep which account a person belongs to now; return whether their record tells it anew.

    Of the first that is known it is taken that they belonged to it since their record was made.
    """
    if not sighting.account_seen:
        return False
    newest = scene.work.kept.belongings.newest(str(sighting.ref))
    known = newest.account if newest and newest.until is None else ""
    if known == str(sighting.account or ""):
        return False
    at = sighting.changed_at or scene.now
    if newest is None and sighting.created_at is not None:
        at = min(at, sighting.created_at)
    _belongs(scene, lead, sighting.ref, sighting.account, at)
    return True


def leave_account(scene: Scene, lead: str, ref: Ref, at: datetime) -> None:
    """A record that is gone, or lives on as another one, belongs to no account from then on."""
    newest = scene.work.kept.belongings.newest(str(ref))
    if newest is not None and newest.until is None:
        _belongs(scene, lead, ref, None, at)


def _belongs(scene: Scene, lead: str, ref: Ref, account: Ref | None, at: datetime) -> None:
    newest = scene.work.kept.belongings.newest(str(ref))
    if newest is not None:
        at = max(at, (newest.until or newest.since) + JUST_AFTER)
    key = f"belongs:{ref}:{scene.work.turn()}"
    scene.observed(Belongs(person=ref, account=account), lead, key, at, source=str(ref))
