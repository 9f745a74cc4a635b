"""Word to the manager of a rep: a task in the CRM where they are a user of it, and messages."""

from __future__ import annotations

from crmbridge.flows.alert.tell import Recipient, Rep, messages, task
from crmbridge.flows.owed.brief import brief
from crmbridge.flows.owed.ops import as_op
from crmbridge.flows.owed.write import Write
from crmbridge.flows.read.observe.at_sales import at_sales
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Notice, Scene, mark_of
from crmbridge.store import trail
from crmbridge.store.outbox import Op


def manager_of(scene: Scene, rep: str, system: str = "") -> Rep:
    """Find who manages a rep, and their user in a system of sales.

    Without an address messages go by the ways that need none.
    """
    team = scene.company.teams.team_of(rep)
    email = team.manager if team else ""
    to = Recipient(kind="managers", emails=(email,) if email else (), whom="the manager")
    user = _user(scene, email, system) if email and system else ""
    return Rep(to=to, user=user, system=system)


def _user(scene: Scene, email: str, of: str) -> str:
    """A system's id of its active user with an address; empty for none."""
    mark = mark_of(email.strip().lower())
    for user in trail.users(scene.tx):
        system, _, ident = user.ref.split(":", 2)
        if system == of and user.active and user.email == mark:
            return ident
    return ""


def notice_ops(scene: Scene) -> list[Op]:
    """Return the tasks and messages of what this transaction is to tell managers."""
    told, scene.notices = scene.notices, []
    return [as_op(scene, one.lead, write) for one in told for write in _writes(scene, one)]


def _said(scene: Scene, one: Notice) -> tuple[str, str]:
    """The subject and the text of a notice."""
    if one.of_rep:
        return one.subject, f"{one.subject}\n{one.text}"
    subject = f"{one.subject}: {brief(scene, view(scene, one.lead)).who}"
    return subject, f"{subject}\n{one.text}\n`crmbridge explain {one.lead}` says more."


def _writes(scene: Scene, one: Notice) -> list[Write]:
    subject, text = _said(scene, one)
    records = at_sales(scene, one.lead)
    manager = manager_of(scene, one.rep, records[0].ref.system if records else "")
    out = messages(scene, manager.to, key=one.key, subject=subject, text=text, urgent=False)
    if records:
        about = one.key.partition(":")[0]
        out += task(
            scene, records[0].ref, manager, key=one.key, about=about, subject=subject, text=text
        )
    return out
