"""What a customer has bought: the products of the won deals of a lead and of its accounts."""

from __future__ import annotations

from collections.abc import Iterable

from crmbridge.flows.scene.account import account_deals
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.model.side import SALES
from crmbridge.store import products, trail

FACT = "products_won"


def products_won(scene: Scene, lead: str, life: Lifecycle) -> tuple[str, ...] | None:
    """Return names and codes of what the won deals of a lead and its accounts were about, sorted.

    Empty for somebody who has bought nothing. `None` where nobody knows: the mapping reads no
    products, or nothing that is agreed asks for them, so that they are not looked up.
    """
    if not _reads_products(scene) or not _asked(scene):
        return None
    account = account_deals(scene, lead)
    deals = set(life.won_deals)
    if account.won:
        deals |= set(trail.won_with(scene.tx, account.firms))
    found = products.products_of(scene.tx, sorted(deals)) if deals else {}
    lines = (line for rows in found.values() for line in rows if line.live)
    return tuple(sorted({word for line in lines for word in (line.name, line.code) if word}))


def _reads_products(scene: Scene) -> bool:
    mapping = scene.company.mapping
    return any(mapping.system(name).product is not None for name in mapping.on(SALES))


def _asked(scene: Scene) -> bool:
    """Whether the agreement or the teams ask what customers have bought; asked once a scene."""
    if FACT not in scene.fits:
        scene.fits[FACT] = FACT in set(_words(scene))
    return bool(scene.fits[FACT])


def _words(scene: Scene) -> Iterable[str]:
    agreement, teams = scene.company.agreement, scene.company.teams
    yield from agreement.words_asked
    yield from (word for team in teams.teams for word in team.takes)
    yield from (rule.field for rule in teams.skills)
