"""A plan: what would be written, field by field with the rule behind each, before anything is."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crmbridge.company import Company
from crmbridge.errors import ConfigError, StopError
from crmbridge.flows.decide import decide, plan_hash, preview
from crmbridge.flows.operate.turn import Turn, arm, settle
from crmbridge.model.codec import instant, parse_instant
from crmbridge.store.outbox import Op

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The writes that the present state of the ledger asks for."""

    company: str
    hash: str
    agreement: str
    mapping: str
    writes: tuple[dict[str, Any], ...]
    calls: dict[str, int]
    as_of: datetime

    def to_json(self) -> dict[str, Any]:
        """The plan as it is saved."""
        return {
            "format": FORMAT,
            "company": self.company,
            "hash": self.hash,
            "as_of": instant(self.as_of),
            "agreement": self.agreement,
            "mapping": self.mapping,
            "calls": self.calls,
            "writes": list(self.writes),
        }


def plan(company: Company) -> Plan:
    """Work out what would be written now; the ledger and the vendors stay as they are."""
    with company.moment() as at:
        return _plan_at(company, at)


def _plan_at(company: Company, at: datetime) -> Plan:
    ops = preview(company).ops
    return Plan(
        company=company.name,
        hash=plan_hash(ops),
        agreement=company.definition,
        mapping=company.mapping_hash,
        writes=tuple(_shown(op) for op in ops),
        calls=_calls(company, ops),
        as_of=at,
    )


def _shown(op: Op) -> dict[str, Any]:
    return {
        "op": op.id,
        "system": op.system,
        "object": op.obj,
        "action": op.action,
        "lead": op.lead,
        "record": op.payload.get("id", ""),
        "priority": op.priority,
        "changes": [
            {"field": name, "before": before, "after": after, "rule": rule}
            for name, (before, after, rule) in op.payload["changes"].items()
        ],
    }


def _calls(company: Company, ops: list[Op]) -> dict[str, int]:
    """Write calls by system: full batches of each object, creates apart from updates."""
    sizes = {side: system.connector.limits.write_batch for side, system in company.systems.items()}
    groups = Counter((op.system, op.obj, op.action == "enroll", bool(op.remote_id)) for op in ops)
    calls = dict.fromkeys(sizes, 0)
    for (side, *_), number in groups.items():
        calls[side] = calls.get(side, 0) - (-number // sizes.get(side, 1))
    return calls


def save(made: Plan, path: Path) -> None:
    """Write a plan to a file, which holds personal data: readable by its owner alone."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(made.to_json(), indent=1, ensure_ascii=False), encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """Read a saved plan back."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no such plan. `crmbridge plan --out {path}` makes one."
        ) from None
    except ValueError as exc:
        raise ConfigError(f"{path}: this is no plan of crmbridge: {exc}") from exc
    whole = isinstance(data, dict) and {"company", "hash", "as_of", "writes"} <= data.keys()
    if not whole or data.get("format") != FORMAT:
        raise ConfigError(f"{path}: this is no plan of crmbridge, or one of another version.")
    return dict(data)


def apply(company: Company, saved: dict[str, Any]) -> Turn:
    """Write what a saved plan says, and let the company be written from now on.

    Raises:
        StopError: the plan is another company's, or what would be written now is not what it
            says; nothing was written.

    It is decided as of the plan's own instant, so that what was read is what is written.
    """
    if saved.get("company") != company.name:
        raise StopError(
            f"the plan is {saved.get('company')!r}'s, not {company.name!r}'s: nothing was written"
        )
    at = parse_instant(saved["as_of"])
    with company.moment(at):
        now = _plan_at(company, at)
    if now.hash != saved.get("hash"):
        raise StopError(
            "the plan is stale: what would be written now is not what it says "
            f"({len(now.writes)} writes now, {len(saved.get('writes', []))} in the plan). Nothing "
            "was written; make a new plan, read it, and apply that."
        )
    out = Turn(armed=True)
    with company.moment(at):
        arm(company)
        out.decided.add(decide(company, whole=True))
    settle(company, out)
    return out
