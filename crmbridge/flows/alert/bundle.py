"""News that was in no hurry: what one person is owed of an hour leaves as one message.

What waits lies in the outbox, a message each, where nothing is sent from. Once the hour is over the
messages to one person by one way become one: in one transaction, so that none is lost and none is
told twice. What is over by then is left out.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from crmbridge.company import bundle_target, channel_of, digest
from crmbridge.flows.alert.sla import clocks
from crmbridge.flows.alert.tell import letters
from crmbridge.flows.owed.ops import as_op
from crmbridge.flows.owed.write import Write
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import decode_map
from crmbridge.model.payload import WriteDropped
from crmbridge.net.messages import CHANNELS
from crmbridge.store import outbox
from crmbridge.store.outbox import Op
from crmbridge.store.table import Tx

WAITING = tuple(bundle_target(channel) for channel in CHANNELS)
ORDER = ("sla_breached", "sla_soon", "signalled")
"""What a message says first; all else comes behind."""
TOGETHER = "told with others of its hour in one message"
OVER = "it was over before the hour was"


def any_waits(tx: Tx, now: datetime) -> bool:
    """Whether anything waited for the end of an hour that is over."""
    return outbox.any_of(tx, WAITING, now.timestamp())


def bundles(scene: Scene) -> list[Op]:
    """Make one message of what each person is owed of the hours that are over."""
    due = outbox.open_of(scene.tx, WAITING, scene.now.timestamp())
    scene.work.load_leads(op.lead for op in due)
    made = [
        op for _, some in groupby(sorted(due, key=_whose), key=_whose) for op in _of(scene, some)
    ]
    scene.work.flush()
    return made


def _whose(op: Op) -> tuple[str, str, str]:
    return (op.system, op.payload["bundle"]["for"], op.payload["bundle"]["until"])


def _of(scene: Scene, some: Iterable[Op]) -> list[Op]:
    all_ = sorted(some, key=_place)
    standing = [op for op in all_ if _stands(scene, op)]
    there = {op.id for op in standing}
    for op in outbox.withdraw(scene.tx, (one.id for one in all_), time.time()):
        why = TOGETHER if op.id in there else OVER
        scene.settled(WriteDropped(op=op.id, why=why), op.lead, f"dropped:{op.id}")
    return [as_op(scene, "", one) for one in _letters(standing)] if standing else []


def _place(op: Op) -> tuple[int, int]:
    what = str(op.payload["about"]).partition(":")[0]
    return (ORDER.index(what) if what in ORDER else len(ORDER), op.seq)


def _stands(scene: Scene, op: Op) -> bool:
    """Whether there is still a reason to tell: a clock that was stopped meanwhile is none."""
    if follow(scene, op.lead) != op.lead:
        return False
    what, _, rest = str(op.payload["about"]).partition(":")
    if what not in ("sla_soon", "sla_breached"):
        return True
    _, cycle, clock, *_ = rest.split(":")
    look = view(scene, op.lead)
    runs = any(one.name == clock and not one.stopped for one in clocks(scene, look))
    return runs and str(look.life.cycle) == cycle


def _letters(ops: Sequence[Op]) -> list[Write]:
    first = ops[0]
    subject, text = _said(first) if len(ops) == 1 else _together(ops)
    (rule, *_) = (change[2] for change in first.payload["changes"].values())
    parts = digest(sorted(op.id for op in ops))
    return letters(
        (channel_of(first.system).partition(".")[0],),
        emails=tuple(first.payload["to"]),
        whom=str(first.payload["whom"]),
        key=f"bundle:{':'.join(_whose(first))}:{parts}",
        subject=subject,
        text=text,
        rule=str(rule),
    )


def _said(op: Op) -> tuple[str, str]:
    values = decode_map(op.payload["values"])
    return str(values["subject"]), str(values["text"])


def _together(ops: Sequence[Op]) -> tuple[str, str]:
    """A line for each; the whole of it is what `crmbridge explain` says of the lead."""
    subject = f"{len(ops)} things of the last hour: clocks, signals, leads that came back"
    lines = [f"{n}. {_said(op)[0]} (lead {op.lead[:8]})" for n, op in enumerate(ops, 1)]
    return subject, "\n".join([*lines, "", "`crmbridge explain LEAD` says more of each lead."])
