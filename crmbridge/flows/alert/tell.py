"""Words to people as operations of the outbox: messages by the mapping's ways, tasks in the CRM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Literal

from crmbridge.company import bundle_target, channel_target, digest
from crmbridge.flows.owed.changes import Change
from crmbridge.flows.owed.write import HANDOFF, Write
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.lead import Ref
from crmbridge.model.record import Value
from crmbridge.model.side import SALES
from crmbridge.net.messages import one_line
from crmbridge.store import trail

Kind = Literal["reps", "line", "managers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a message is for: the list of ways under [messages], addresses for mail, and a name."""

    kind: Kind
    emails: tuple[str, ...] = ()
    whom: str = ""

    def __repr__(self) -> str:
        return f"Recipient({self.kind})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rep:
    """A salesperson who can be told: `user` is their id in a `system` of sales, empty for none."""

    to: Recipient
    user: str = ""
    system: str = ""


def is_urgent(scene: Scene, look: View, *ratings: str) -> bool:
    """Whether news of a lead is told at once, as the agreement says.

    By what its hand-off said of it, by what it is now, and by the ratings that the news has.
    """
    kept, asked, cycle = look.state.handover, look.hand_raise_at, look.life.current
    asks = asked is not None and (cycle.n <= 1 or asked > cycle.opened)
    raised = bool(kept.get("hand_raise")) or asks
    known = (str(kept.get("rating", "")), look.scores.rating, *ratings)
    return scene.company.agreement.alerts.are_urgent(*known, hand_raise=raised)


def line(scene: Scene) -> Recipient:
    """The team's common line."""
    address = scene.company.mapping.messages.line_email
    return Recipient(kind="line", emails=(address,) if address else (), whom="the team")


def rep_of(scene: Scene, owner: str) -> Rep | None:
    """Find a rep of ours, or a vendor's user as text; `None` when they cannot be told any more.

    A user whom the teams file does not know gets tasks, and their messages go to the line.
    """
    rep = scene.company.teams.rep(owner)
    if rep is not None:
        if rep.id in scene.reps.gone:
            return None
        if rep.kind != "person":
            return Rep(to=line(scene), user="")
        emails = (rep.email,) if rep.email else ()
        to = Recipient(kind="reps", emails=emails, whom=rep.name or rep.id)
        system = scene.company.mapping.works_in(rep)
        return Rep(to=to, user=scene.reps.user_of.get((system, rep.id), ""), system=system)
    system, _, user = owner.partition(":")
    of_sales = scene.company.stands(system, SALES)
    spec = scene.company.mapping.system(system).rep if of_sales else None
    if not user or spec is None:
        return None
    ref = str(Ref(system=system, obj=spec.object, id=user))
    row = trail.get_users(scene.tx, [ref]).get(ref)
    there = row is not None and row.active
    return Rep(to=line(scene), user=user, system=system) if there else None


def messages(
    scene: Scene, to: Recipient, *, key: str, subject: str, text: str, urgent: bool = True
) -> list[Write]:
    """Return one message by each way that the mapping names for this kind of people.

    What is not `urgent` waits until the hour is over, and is told with all else of that hour.
    `key` says what it is about, without personal data: the same key is told once, by each way.
    Mail needs an address, and is left out where there is none.
    """
    return letters(
        getattr(scene.company.mapping.messages, to.kind),
        emails=to.emails,
        whom=to.whom,
        key=key,
        subject=subject,
        text=text,
        rule=f"mapping.toml messages.{to.kind}: by which way they are told",
        bundle=None if urgent else _hour(scene, to),
    )


def _hour(scene: Scene, to: Recipient) -> dict[str, str]:
    """For whom, and until when, a message waits; hours are the company's."""
    local = scene.now.astimezone(scene.company.zone)
    over = (local.replace(minute=0, second=0, microsecond=0)).astimezone(UTC) + timedelta(hours=1)
    return {"for": digest([to.kind, sorted(to.emails), to.whom]), "until": instant(over)}


def letters(
    ways: Sequence[str],
    *,
    emails: tuple[str, ...],
    whom: str,
    key: str,
    subject: str,
    text: str,
    rule: str,
    links: Sequence[str] = (),
    bundle: Mapping[str, str] | None = None,
) -> list[Write]:
    """Return one message by each way; mail is left out where there is no address.

    `links` are addresses of ours in the text, which a chat shows as they are; `bundle` says until
    when a message waits for others.
    """
    extra: dict[str, Any] = {"links": list(links)} if links else {}
    if bundle:
        extra["bundle"] = dict(bundle)

    def said(value: str) -> Change:
        return Change(before=None, after=value, rule=rule, word="brief")

    return [
        Write(
            side=bundle_target(way) if bundle else channel_target(way),
            obj=way,
            action=f"message:{digest(key)}",
            priority=HANDOFF,
            changes={"subject": said(one_line(subject)), "text": said(text)},
            extra={"about": key, "to": list(emails), "whom": whom} | extra,
        )
        for way in ways
        if way != "email" or emails
    ]


def task(
    scene: Scene, person: Ref, rep: Rep, *, key: str, about: str, subject: str, text: str
) -> list[Write]:
    """Return a task for a CRM user about a person's record; none where the mapping has no tasks.

    Who is no user of the record's own system gets none there. It is made once a `key`. A newer one
    of the same lead and `about` replaces one that was not sent yet.
    """
    spec = scene.company.mapping.system(person.system).task
    if spec is None or not rep.user or rep.system != person.system:
        return []
    rule = f"mapping.toml {person.system}.task: a signal is told by a task"
    values: dict[str, Value] = {spec.person: person.id, spec.owner: rep.user, **spec.values}
    changes = {name: Change(before=None, after=one, rule=rule) for name, one in values.items()}
    changes[spec.subject] = Change(before=None, after=one_line(subject), rule=rule, word="brief")
    if spec.body:
        changes[spec.body] = Change(before=None, after=text, rule=rule, word="brief")
    return [
        Write(
            side=person.system,
            obj=spec.object,
            action=f"signal:{digest(about)}",
            priority=HANDOFF,
            changes=changes,
            extra={"about": key, "key_field": spec.key},
        )
    ]
