"""A person consented to mail again, and somebody can show it: nothing else ends an opt-out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.explain.consent import family, words_of
from crmbridge.flows.read.observe.consent import CONSENT_AGAIN, record_mark
from crmbridge.flows.read.observe.identity import marks_of
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import in_words, instant
from crmbridge.model.payload import ConsentGiven
from crmbridge.store import held, leads
from crmbridge.store.projection.suppressed import KIND
from crmbridge.store.replay import story


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
        if at is not None:
            said = words_of(company, story(tx, lead))
            _must_come_after(scene, lead, at, [one.at for one in said if one.no])
        record_consent(scene, lead, by=by, evidence=evidence.strip(), at=at)
        scene.work.flush()


def record_consent(
    scene: Scene, lead: str, *, by: str, evidence: str, at: datetime | None = None
) -> None:
    """Note a consent of somebody who is out, and end what a person was asked about it."""
    tx = scene.tx
    theirs = family(lead, story(tx, lead))
    told = ConsentGiven(by=by, evidence=evidence, identities=_kept(scene, theirs))
    key = f"consent_given:{lead}:{instant(scene.now)}:{scene.work.turn()}"
    scene.decided(told, lead, key, at=at)
    for one in theirs:
        held.end(tx, one, [CONSENT_AGAIN], scene.now)
    scene.work.due(lead, scene.now, "consent given")


def _must_come_after(scene: Scene, lead: str, at: datetime, said: Collection[datetime]) -> None:
    def told(one: datetime) -> str:
        return in_words(one, scene.company.zone)

    if at > scene.now:
        raise CrmBridgeError(
            f"--at {told(at)} is to come, and it is {told(scene.now)} now: give the instant at "
            "which they consented, or leave it out"
        )
    last = max(said, default=None)
    if last is not None and at <= last:
        raise CrmBridgeError(
            f"--at {told(at)} is before they said no, at {told(last)}: a consent counts only if "
            f"it was given after that. `crmbridge consent {lead[:8]}` shows who said what"
        )


def _kept(scene: Scene, family: Collection[str]) -> tuple[str, ...]:
    """Their addresses and records that are kept as those of nobody who opted out."""
    tx = scene.tx
    own = [row.hash for rows in leads.identities_of(tx, family).values() for row in rows]
    for entry in (entry for one in family for entry in scene.work.refs(one)):
        own += [record_mark(entry.ref), *marks_of(scene, entry)]
    return tuple(sorted(leads.by_identity(tx, own, KIND)))
