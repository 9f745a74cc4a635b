"""Digests that are due, and how they leave: one entry and one message by each way, in one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crmbridge.agreement.routing.digests import Digest
from crmbridge.company import Company
from crmbridge.flows.alert.tell import letters
from crmbridge.flows.decide import record
from crmbridge.flows.owed.ops import as_op
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import parse_instant
from crmbridge.model.payload import DigestItem, DigestSent
from crmbridge.policy.digest.issue import Issue
from crmbridge.policy.digest.week import Week, due_at
from crmbridge.store import cursors, digests
from crmbridge.store.live import LIVE_SINCE
from crmbridge.store.outbox import Op

RULE = "teams.toml [[digest]]: who is sent the week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The week whose digests are due, and who was sent none yet."""

    week: Week
    people: tuple[Digest, ...]


def due(company: Company) -> Due:
    """Say who is owed a digest at the company's present instant, and of which week.

    Of several weeks that went by, only the newest whole one is owed; of weeks before the company
    went live, none.
    """
    week = due_at(company.now(), company.zone)
    reps = company.teams.reps
    by_who = {one.who(reps): one for one in company.teams.digest}
    if not by_who:
        return Due(week=week, people=())
    with company.ledger.read() as tx:
        live = cursors.get_meta(tx, LIVE_SINCE)
        if isinstance(live, str) and week.end <= parse_instant(live):
            return Due(week=week, people=())
        done = digests.sent(tx, by_who, [week.key])
    left = (one for who, one in by_who.items() if (who, week.key) not in done)
    return Due(week=week, people=tuple(left))


def send(company: Company, issues: Sequence[Issue]) -> list[Op]:
    """Put digests into the outbox, each once; whoever was sent theirs already is passed over.

    The entry that says so and the messages are one transaction: after a crash there are both, or
    none of them.
    """
    if not issues:
        return []
    with company.ledger.write("digest") as tx:
        scene = Scene.open(company, tx)
        done = digests.sent(
            tx, (one.who for one in issues), dict.fromkeys(one.week for one in issues)
        )
        fresh = [one for one in issues if (one.who, one.week) not in done]
        for one in fresh:
            scene.decided(_entry(one), "", digests.key(one.who, one.week))
        scene.work.flush()
        return record(scene, [op for one in fresh for op in _ops(scene, one)])


def _entry(issue: Issue) -> DigestSent:
    items = (
        DigestItem(key=one.key, kind=one.kind, value=one.value, said=one.said)
        for one in issue.items
    )
    return DigestSent(
        who=issue.who,
        audience=issue.audience,
        week=issue.week,
        items=tuple(items),
        more=issue.more,
        missed=issue.missed,
        ways=issue.ways,
    )


def _ops(scene: Scene, issue: Issue) -> list[Op]:
    writes = letters(
        issue.ways,
        emails=(issue.email,) if issue.email else (),
        whom=issue.name,
        key=digests.key(issue.who, issue.week),
        subject=issue.subject,
        text=issue.text,
        rule=RULE,
        links=issue.links,
    )
    return [as_op(scene, "", write) for write in writes]
