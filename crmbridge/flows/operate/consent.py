"""A person consented to mail again, and somebody can show it: nothing else ends an opt-out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.explain.consent import words_of
from crmbridge.flows.read.observe.consent import CONSENT_AGAIN
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.payload import ConsentGiven
from crmbridge.store import held, leads
from crmbridge.store.projection.suppressed import KIND
from crmbridge.store.replay import story
from crmbridge.store.table import Tx


def give_consent(
    company: Company, lead: str, *, by: str, evidence: str, at: datetime | None = None
) -> None:
    """Record that a person consented to mail again, at an instant or now.

    `lead` is the whole id, `by` who says so, `evidence` how it can be shown.

    Raises:
        CrmBridgeError: they are not out, no evidence is given, or the instant is to come or before
            the last no; nothing is changed.
    """
    if not evidence.strip():
        raise CrmBridgeError('say how the consent can be shown: --evidence "…"')
    with company.ledger.write("consent") as tx:
        scene = Scene.open(company, tx)
        if not scene.work.state(lead).opted_out:
            raise CrmBridgeError(
                f"lead {lead[:8]} has not opted out: there is nothing to take back. `crmbridge "
                f"consent {lead[:8]}` shows what is known"
            )
        history = story(tx, lead)
        if at is not None:
            _must_come_after(scene, at, [one.at for one in words_of(company, history) if one.no])
        family = list(dict.fromkeys([lead, *(one.lead for one in history if one.lead)]))
        told = ConsentGiven(by=by, evidence=evidence.strip(), identities=_kept(tx, family))
        key = f"consent_given:{lead}:{instant(scene.now)}:{scene.work.turn()}"
        scene.decided(told, lead, key, at=at)
        for one in family:
            held.end(tx, one, [CONSENT_AGAIN], scene.now)
        scene.work.due(lead, scene.now, "consent given")
        scene.work.flush()


def _must_come_after(scene: Scene, at: datetime, said: Collection[datetime]) -> None:
    if at > scene.now:
        raise CrmBridgeError(
            f"--at {instant(at)} is to come, and it is {instant(scene.now)} now: give the instant "
            "at which they consented, or leave it out"
        )
    last = max(said, default=None)
    if last is not None and at <= last:
        raise CrmBridgeError(
            f"--at {instant(at)} is before they said no, at {instant(last)}: a consent counts only "
            "if it was given after that. `crmbridge consent LEAD` shows who said what"
        )


def _kept(tx: Tx, family: Collection[str]) -> tuple[str, ...]:
    """Their addresses that are kept as those of nobody who opted out."""
    own = [row.hash for rows in leads.identities_of(tx, family).values() for row in rows]
    return tuple(sorted(leads.by_identity(tx, own, KIND)))
