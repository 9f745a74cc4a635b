"""Messages out of the outbox to people, at least once and hardly ever twice.

A chat or a mail server that breaks off in the middle cannot be asked whether it took a message.
Such a message is sent once more, under the same id, which stands in it; after that a person looks.
Not sending it again would lose signals in silence, sending it for ever would flood a channel.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from crmbridge.company import Company, channel_of
from crmbridge.errors import AuthFailed, ConnectorError, Refused, Throttled, Unavailable, Unknown
from crmbridge.flows.deliver.send import Results
from crmbridge.flows.deliver.settle import put_off, set_aside
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import decode_map
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.payload import WriteDone
from crmbridge.model.record import Outcome, Written
from crmbridge.net.messages import Message
from crmbridge.store.claims import Settlement
from crmbridge.store.outbox import Op, State
from crmbridge.system import Item

REPEAT = "repeat"
UNSURE = (
    "A message was sent twice without an answer, and nobody can say whether it arrived. Look for "
    "its id in the channel; `crmbridge held retry` sends it again, `held resolve` leaves it."
)


class MessageTarget:
    """One way to people; one message a call, so that a slow channel keeps its lease."""

    batch = 1

    def __init__(self, company: Company, target: str) -> None:
        self._sender = company.senders.get(channel_of(target), _NOWHERE)
        self.timeout = self._sender.timeout

    def known(self, ops: Sequence[Op], ahead: Callable[[], Sequence[Op]]) -> list[Sighting]:
        """A message makes no record."""
        return []

    def send(self, ops: Sequence[Op], sleep: Callable[[float], None]) -> Results:
        """Send messages. Raises only for a way that is shut: a dead address, a refused login."""
        return [(op, self._one(op)) for op in ops]

    def _one(self, op: Op) -> Written:
        if op.attempts > 1 and self._sender.arrived(op.id):
            return Written(op=op.id, outcome=Outcome.DONE, id=op.id)
        try:
            self._sender.send(message_of(op))
        except AuthFailed:
            raise
        except Unknown as error:
            again = Outcome.AMBIGUOUS if _repeated(op) else Outcome.UNKNOWN
            return _not_done(op, again, error)
        except Unavailable as error:
            return _not_done(op, Outcome.LATER, error)
        except ConnectorError as error:
            return _not_done(op, Outcome.REFUSED, error)
        return Written(op=op.id, outcome=Outcome.DONE, id=op.id, created=True)

    def read_back(self, ops: Sequence[Op]) -> tuple[Results, Sequence[Item]]:
        """Ask where that is possible; else send once more, and only once."""
        out: Results = []
        for op in ops:
            said = self._sender.arrived(op.id)
            if said:
                outcome = Outcome.DONE
            elif said is None and _repeated(op):
                outcome = Outcome.AMBIGUOUS
            else:
                outcome = Outcome.LATER
            out.append((op, Written(op=op.id, outcome=outcome, id=op.id, code=REPEAT)))
        return out, ()

    def settle(self, scene: Scene, op: Op, written: Written) -> Settlement:
        """Record one result; a message changes nothing of its lead."""
        words = {"code": written.code, "message": written.message} | _mark(op, written)
        match written.outcome:
            case Outcome.DONE:
                _done(scene, op)
                return Settlement(id=op.id, state=State.DONE, remote_id=op.id)
            case Outcome.UNKNOWN:
                later = time.time() + self.timeout
                return Settlement(id=op.id, state=State.UNKNOWN, not_before=later, result=words)
            case Outcome.AMBIGUOUS:
                return set_aside(scene, op, written, "message_unsure", UNSURE)
            case Outcome.LATER if written.code == REPEAT:
                return Settlement(id=op.id, state=State.LATER, result=words)
            case Outcome.LATER:
                settled = put_off(scene, op, written, time.time())
                return Settlement(
                    id=op.id, state=State.LATER, not_before=settled.not_before, result=words
                )
        advice = (
            f"{op.system} does not take this message: {written.message or written.code}. Mend "
            "that, then `crmbridge held retry`."
        )
        return set_aside(scene, op, written, "refused", advice)

    def moved(self, records: Sequence[tuple[str, str]]) -> list[Sighting]:
        """A message moves no record."""
        return []


class _Nowhere:
    """A way that the mapping does not name any more: the gate drops all of it before a call."""

    timeout = 5.0

    def send(self, message: Message) -> None:
        """Refuse."""
        raise Refused("mapping.toml [messages] does not name this way any more", code="no_way")

    def arrived(self, ident: str) -> bool | None:
        """Nobody can tell."""
        return None

    def close(self) -> None:
        """Nothing stays open."""


_NOWHERE = _Nowhere()


def message_of(op: Op) -> Message:
    """The message of an operation."""
    values = decode_map(op.payload["values"])
    return Message(
        id=op.id,
        subject=str(values["subject"]),
        text=str(values["text"]),
        to=tuple(op.payload["to"]),
        whom=op.payload["whom"],
        links=tuple(op.payload.get("links", ())),
    )


def _repeated(op: Op) -> bool:
    return bool((op.result or {}).get("repeated"))


def _mark(op: Op, written: Written) -> dict[str, Any]:
    """Kept with the operation from its second sending on, whatever comes between."""
    return {"repeated": True} if _repeated(op) or written.code == REPEAT else {}


def _not_done(op: Op, outcome: Outcome, error: ConnectorError) -> Written:
    return Written(
        op=op.id,
        outcome=outcome,
        code=getattr(error, "code", "") or type(error).__name__,
        message=str(error),
        retry_after=error.retry_after if isinstance(error, Throttled) else 0.0,
    )


def _done(scene: Scene, op: Op) -> None:
    told = WriteDone(
        op=op.id,
        action=op.action,
        system=op.system,
        obj=op.obj,
        ref=Ref(system=op.system, obj=op.obj, id=op.id),
        values={},
        words={},
        created=True,
        track="",
    )
    scene.settled(told, op.lead, f"done:{op.id}")
