"""Held work by cause: one piece for a field and a reason, with the leads that it concerns."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from crmbridge.flows.fit import described
from crmbridge.flows.fit.advice import (
    ADDRESS,
    KINDS,
    MISSING,
    REFUSED,
    TRACK,
    UNFIT,
    WHOLE,
    About,
    advice,
)
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant, parse_instant
from crmbridge.store import anew, held, outbox
from crmbridge.store.held import Held, HeldState
from crmbridge.store.outbox import Op

MOST = 500
"""Leads that a piece of held work names; of more only their number is known."""
SHOWN = 30
"""Choices that a piece of held work names."""
NOT_TAKEN = 9
"""Rounds (`SeenState.rounds`) of a value that a vendor refused, while its cause stands: more than
any value that a vendor merely keeps another one of."""
PROBE = timedelta(minutes=5)
"""How often one lead's value, or one write, is offered again (business time)."""
OF_FIELD = (MISSING, REFUSED)
"""Kinds of which a value that was refused waits for the cause to end."""
OF_WRITE = (WHOLE, ADDRESS, TRACK)
"""Kinds of which a whole write waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why something waits: the system, object and field, and the vendor's code or ours."""

    kind: str
    system: str
    obj: str
    field: str = ""
    code: str = ""
    message: str = ""
    mark: str = ""
    """Tells causes of one code apart."""

    @property
    def about(self) -> str:
        """What tells a cause from all others of its kind."""
        name = (
            f"{self.system}.{self.obj}.{self.field}" if self.field else f"{self.system}.{self.obj}"
        )
        code = "" if self.kind == MISSING else f":{self.code}"
        return f"{name}{code}{':' if self.mark else ''}{self.mark}"


@dataclass(slots=True, kw_only=True)
class Causes:
    """All causes that a transaction has in hand; changed ones are written with its entries."""

    scene: Scene
    rows: dict[str, Held] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, scene: Scene) -> Causes:
        """The causes of a scene's transaction, read when they are first asked for."""
        found: Causes | None = scene.fits.get("causes")
        if found is None:
            # what an earlier build held of no lead names none
            known = (row for row in held.causes(scene.tx, KINDS) if "leads" in row.detail)
            rows = {row.id: row for row in known}
            found = scene.fits["causes"] = cls(scene=scene, rows=rows)
        return found

    def open(self, *kinds: str, system: str = "", obj: str = "") -> list[Held]:
        """The open causes of these kinds, of a system and an object if they are named."""
        return [
            row
            for row in self.rows.values()
            if row.state is HeldState.OPEN
            and row.kind in (kinds or KINDS)
            and system in ("", row.detail.get("system"))
            and obj in ("", row.detail.get("object"))
        ]

    def stands(self, system: str, obj: str, name: str) -> bool:
        """Whether a field is not offered now, by a cause that is open or that a person lets be."""
        return any(
            row.kind in OF_FIELD
            and (row.state is HeldState.OPEN or row.detail.get("let_be"))
            and (row.detail.get("system"), row.detail.get("object"), row.field)
            == (system, obj, name)
            for row in self.rows.values()
        )

    def join(self, cause: Cause, lead: str, choices: Iterable[str] = ()) -> None:
        """Count a lead to a cause; a new cause opens, and one that was resolved opens again."""
        ident = held.cause_id(self.scene.tx, cause.kind, cause.about, cause.field)
        known = self.rows.get(ident)
        row = known if known and known.state is HeldState.OPEN else None
        if known and row is None and known.detail.get("let_be"):
            if lead in known.detail["leads"]:
                return  # a person said that it may stay so
            row = replace(known, state=HeldState.OPEN)
        some = list(row.detail["leads"]) if row else []
        shown = list(dict.fromkeys([*(row.detail.get("choices", ()) if row else ()), *choices]))
        told = (row.detail.get("choices", []), row.detail["message"]) if row else None
        if lead in some and told == (shown, cause.message):
            return
        count = row.count if row else 0
        if lead not in some:
            count += 1
            some += [lead] if len(some) < MOST else []
        self._put(ident, cause, row, some, count, shown[:SHOWN])

    def _put(
        self,
        ident: str,
        cause: Cause,
        row: Held | None,
        some: list[str],
        count: int,
        choices: list[str],
    ) -> None:
        now = self.scene.now
        detail: dict[str, Any] = {
            "system": cause.system,
            "object": cause.obj,
            "code": cause.code,
            "message": cause.message,
            "since": row.detail["since"] if row else instant(now),
            "probe_at": row.detail["probe_at"] if row else instant(now + PROBE),
            "leads": some,
        }
        detail |= {"choices": choices} if choices else {}
        self.rows[ident] = Held(
            id=ident,
            kind=cause.kind,
            op=cause.about,
            field=cause.field,
            advice=advice(cause.kind, _about(self.scene, cause), count),
            detail=detail,
            count=count,
            first_at=row.first_at if row else now,
            last_at=now,
        )
        self._note(ident)

    def leave(self, row: Held, lead: str) -> None:
        """A cause does not concern a lead any more; without any lead it resolves itself."""
        some = [one for one in row.detail["leads"] if one != lead]
        if len(some) == len(row.detail["leads"]):
            return
        count = max(len(some), row.count - 1)
        if not count:
            self._resolve(row)
        elif not some:
            self.release(row)  # whom else it concerned is not known by name
        else:
            told = advice(row.kind, _about(self.scene, _cause_of(row)), count)
            detail = dict(row.detail) | {"leads": some}
            self.change(replace(row, detail=detail, count=count, advice=told))

    def change(self, row: Held) -> None:
        """Keep a cause as it is now."""
        self.rows[row.id] = replace(row, last_at=self.scene.now)
        self._note(row.id)

    def release(self, row: Held) -> list[Op]:
        """A cause is gone: all that it held back is offered again; return the writes."""
        self._resolve(row)
        return self.wake(row)

    def let_be(self, row: Held) -> None:
        """A person wants no more of it: nothing of these leads is offered again by itself."""
        detail = dict(row.detail) | {"let_be": True}
        self.change(replace(row, state=HeldState.RESOLVED, detail=detail))

    def wake(self, row: Held) -> list[Op]:
        """Have the leads of a cause looked at, and its held writes sent again; return those."""
        for lead in row.detail["leads"]:
            self.scene.work.due(lead, self.scene.now, "held work ended")
        if row.count > len(row.detail["leads"]):
            anew.ask(self.scene.tx, "held work ended", instant(self.scene.now))
        if row.kind not in OF_WRITE:
            return []
        return redo(self.scene, row)

    def _resolve(self, row: Held) -> None:
        self.change(replace(row, state=HeldState.RESOLVED))

    def _note(self, ident: str) -> None:
        if not self.changed:
            self.scene.work.before_flush(self._write)
        self.changed.add(ident)

    def _write(self) -> None:
        held.put_causes(self.scene.tx, [self.rows[one] for one in sorted(self.changed)])
        self.changed.clear()


def _about(scene: Scene, cause: Cause) -> About:
    known = described.of(scene, cause.system)
    return About(
        title=known.title if known else cause.system,
        word=known.word if known else "field",
        obj=cause.obj,
        field=cause.field,
        code=cause.code,
        message=cause.message,
    )


def _cause_of(row: Held) -> Cause:
    detail = row.detail
    return Cause(
        kind=row.kind,
        system=detail["system"],
        obj=detail["object"],
        field=row.field,
        code=detail["code"],
        message=detail["message"],
    )


def redo(scene: Scene, row: Held, lead: str = "") -> list[Op]:
    """Send the writes again that a cause holds, of one lead or of all."""
    ops = outbox.held_ops(scene.tx, row.detail["system"], row.detail["object"], lead)
    mine = [op.id for op in ops if (op.result or {}).get("cause") == row.op]
    return outbox.redo(scene.tx, mine, time.time())


def leave_cause(scene: Scene, op: Op) -> None:
    """A write will not be sent any more: the cause that held it does not concern its lead."""
    causes = Causes.of(scene)
    for row in causes.open(*OF_WRITE, system=op.system, obj=op.obj):
        if (op.result or {}).get("cause") == row.op:
            causes.leave(row, op.lead)


def concerning(scene: Scene, lead: str) -> Iterator[Held]:
    """The open causes that concern a lead."""
    for row in Causes.of(scene).open():
        if lead in row.detail["leads"]:
            yield row


def forget(scene: Scene, lead: str) -> None:
    """A lead is nobody any more: no cause concerns it."""
    for row in list(concerning(scene, lead)):
        Causes.of(scene).leave(row, lead)


def seen_by_us(row: Held) -> bool:
    """Whether a cause is one that we see ourselves, without a refusal."""
    return row.kind == MISSING or row.detail["code"].startswith(UNFIT)


def set_unfit(scene: Scene, lead: str, found: Mapping[Cause, tuple[str, ...]]) -> None:
    """Let exactly these causes that we see ourselves concern a lead; with choices to be shown."""
    causes = Causes.of(scene)
    abouts = {(one.kind, one.about) for one in found}
    for row in list(concerning(scene, lead)):
        if seen_by_us(row) and (row.kind, row.op) not in abouts:
            causes.leave(row, lead)
    for cause, choices in found.items():
        causes.join(cause, lead, choices)


def due_probes(scene: Scene, side: str) -> list[Held]:
    """The causes of a side of which one lead is to be offered again."""
    return [
        row
        for row in Causes.of(scene).open(REFUSED, *OF_WRITE, system=side)
        if not seen_by_us(row) and parse_instant(row.detail["probe_at"]) <= scene.now
    ]
