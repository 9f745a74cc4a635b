"""What must hold of a company whenever nothing is under way, whatever came before."""

from __future__ import annotations

from sqlalchemy import select

from crmbridge.company import Company
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import OPEN_WORK
from crmbridge.model.side import SALES
from crmbridge.store import cursors, held, outbox
from crmbridge.store.claims import IN_DOUBT
from crmbridge.store.outbox import UNSENT, State
from crmbridge.store.schema import lead as lead_table

UNDER_WAY = frozenset({*UNSENT, *IN_DOUBT, State.HELD})


def stranded(company: Company) -> list[str]:
    """The leads that nobody has although the ledger says that a rep has them; a line each.

    A lead that was given to a rep is on its way to sales, or there in a live record. Else it is
    due for a decision now, or a person was asked about it.
    """
    found = []
    with company.ledger.read() as tx:
        scene = Scene.open(company, tx)
        due = {one.lead for one in cursors.take(tx, scene.now, 10**6)}
        asked = {row.lead for row in held.find(tx)}
        rows = tx.conn.execute(select(lead_table.c.id)).scalars()
        for ident in [one for one in rows if one not in due and one not in asked]:
            why = _stranded(scene, ident)
            if why:
                found.append(f"{ident}: {why}")
    return sorted(found)


def _stranded(scene: Scene, lead: str) -> str:
    state = scene.work.state(lead)
    if state.merged_into:
        return ""
    open_ = [one for one in outbox.of_lead(scene.tx, lead) if one.state in UNDER_WAY]
    given = [one for one in open_ if one.action == "handoff"]
    if state.assigned is not None and not given:
        return f"given to {state.assigned['rep']}, and no hand-off is under way"
    live = any(
        one.live and scene.company.stands(one.ref.system, SALES) for one in scene.work.refs(lead)
    )
    if scene.work.lifecycle(lead).stage in OPEN_WORK and not live and not open_:
        return "with sales, and no record there is live"
    return ""
