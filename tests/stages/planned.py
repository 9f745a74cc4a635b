"""A plan's lines beside what the vendors' audits say was asked of their records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crmbridge.company import Company
from crmbridge.model.codec import decode
from crmbridge.store import outbox
from crmbridge.store.states import State
from crmbridge.testing.sandbox import Sandbox

Line = tuple[str, str, str, str, str]
"""System, object, record (or the key of a new one), field, value."""
TOKEN = "token"
"""The route by which a client logs in: it changes no record."""


@dataclass
class Compared:
    """What a plan said, what was asked of the vendors, and what is in one and not in the other."""

    lines: int = 0
    missing: list[Line] = field(default_factory=list)
    beyond: list[Line] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)

    def must_be_one(self) -> None:
        """Fail where something was written that no line says, or a line was not written."""
        assert not self.beyond, f"written beyond the plan: {self.beyond}"
        assert not self.missing, f"planned and not written: {self.missing}"


def compared(company: Company, box: Sandbox, saved: Mapping[str, Any]) -> Compared:
    """Hold the audits since they were emptied against a plan, both ways.

    A line whose write was refused, held or put off must not have been written at all.
    """
    with company.ledger.read() as tx:
        ops = outbox.get(tx, [one["op"] for one in saved["writes"]])
    done = [one for one in saved["writes"] if ops[one["op"]].state is State.DONE]
    planned = set(_planned(company, done))
    written = set(_written(box, planned))
    return Compared(
        lines=len(planned),
        missing=sorted(planned - written),
        beyond=sorted(written - planned),
        ended=Counter(one.state.value for one in ops.values()),
    )


def _planned(company: Company, writes: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    for one in writes:
        if one["system"] not in company.names:
            continue
        if one["action"] == "enroll":
            yield from _track(company, one)
            continue
        told = {each["field"]: _plain(decode(each["after"])) for each in one["changes"]}
        record = one["record"] or f"new {_key(company, one, told)}"
        for name, value in told.items():
            yield (one["system"], one["object"], record, name, value)


def _key(company: Company, one: Mapping[str, Any], told: Mapping[str, str]) -> str:
    """By what a new record will be known: one of its own lines must say so."""
    spec = company.mapping.system(one["system"])
    person = spec.person(one["object"])
    name = person.key if person else spec.task.key if spec.task else ""
    return told[name]


def _track(company: Company, one: Mapping[str, Any]) -> Iterator[Line]:
    (change,) = one["changes"]
    for track, where in ((change["before"], "off"), (change["after"], "on")):
        if track:
            name = company.mapping.lists.get(track, track)
            yield (one["system"], "lists", name, one["record"], where)


def _written(box: Sandbox, planned: set[Line]) -> Iterator[Line]:
    """The last that was asked of each field of each record.

    HubSpot takes a stage back in two calls, one that clears and one that sets: they are one line.
    """
    news = {line[:3] for line in planned if line[2].startswith("new ")}
    last: dict[tuple[str, str, str, str], str] = {}
    for side, remote in (("marketing", box.marketing), ("sales", box.sales)):
        for row in remote.audit():
            if not row["committed"] or row["route"] == TOKEN:
                continue
            assert row["writes"], f"a write that the audit does not tell: {row['route']}"
            for wrote in row["writes"]:
                fields = {name: _plain(value) for name, value in wrote["fields"].items()}
                names = [(side, wrote["object"], f"new {one}") for one in fields.values()]
                new = next(
                    (name for _, _, name in names if (side, wrote["object"], name) in news), ""
                )
                record = new or wrote["record"]
                for name, value in fields.items():
                    last[side, wrote["object"], record, name] = value
    for where, value in last.items():
        yield (*where, value)


def _plain(value: Any) -> str:
    """One text for one value, in whatever type a plan or a vendor has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value).strip()
    with suppress(InvalidOperation):
        number = Decimal(text)
        return format(number.normalize(), "f") if number.is_finite() else text
    with suppress(ValueError):
        at = datetime.fromisoformat(text)
        return str(at.timestamp() // 1) if at.tzinfo and len(text) > len("2026-01-01") else text
    return " ".join(text.split()) if "\n" in text else text
