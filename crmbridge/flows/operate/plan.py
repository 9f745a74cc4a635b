"""A plan: what would be written, field by field with the rule behind each, before anything is."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crmbridge.company import Company, channel_of, digest
from crmbridge.errors import ConfigError, StopError
from crmbridge.flows.decide import Decided, decide_in
from crmbridge.flows.deliver.send import is_task, row_of
from crmbridge.flows.limits.allow import must_be_kinds, permit
from crmbridge.flows.limits.gate import look
from crmbridge.flows.operate import first_write
from crmbridge.flows.operate.counted import Counts, counts_of
from crmbridge.flows.operate.turn import Turn, deliver, pull_side
from crmbridge.model.codec import canonical, instant, parse_instant
from crmbridge.model.payload.writes import INFLUENCE
from crmbridge.model.side import PAIR
from crmbridge.store import events, outbox
from crmbridge.store.live import begin, let_in, never_wrote
from crmbridge.store.outbox import Op, State, lead_of
from crmbridge.store.table import Tx

FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The writes that the present state of the ledger asks for."""

    company: str
    agreement: str
    mapping: str
    writes: tuple[dict[str, Any], ...]
    calls: dict[str, int]
    as_of: datetime
    counts: Counts

    @property
    def hash(self) -> str:
        """A hash of all lines, whatever their order; equal plans write the same."""
        return lines_hash(self.writes)

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
            "counts": self.counts.to_json(),
            "writes": list(self.writes),
        }


def plan(company: Company) -> Plan:
    """Work out what would be written now; the ledger and the vendors stay as they are."""
    with company.moment() as at, company.ledger.dry("plan") as tx:
        return _drawn(company, tx, at, company.names)[0]


def _drawn(
    company: Company, tx: Tx, at: datetime, systems: Collection[str]
) -> tuple[Plan, list[Op], Decided]:
    """Decide as the company would once it may write `systems`, and list all that would leave then.

    Whatever is owed from before is among it: it leaves as soon as the company may write.
    """
    first, before = never_wrote(tx), events.last_seq(tx)
    begin(tx, at)
    let_in(tx, systems)
    decided = decide_in(company, tx)
    ops = [op for op in outbox.unended(tx) if op.system in company.names or channel_of(op.system)]
    made = Plan(
        company=company.name,
        agreement=company.definition,
        mapping=company.mapping_hash,
        writes=tuple(_shown(company, op) for op in ops),
        calls=_calls(company, ops),
        as_of=at,
        counts=counts_of(company, tx, ops, before=before, first=first),
    )
    return made, ops, decided


def _shown(company: Company, op: Op) -> dict[str, Any]:
    changes = {name: tuple(change) for name, change in op.payload["changes"].items()}
    return {
        "op": op.id,
        "system": op.system,
        "object": op.obj,
        "action": op.action,
        "lead": lead_of(op),
        "record": op.payload.get("id", ""),
        "priority": op.priority,
        "state": "" if op.state is State.INTENT else op.state.value,
        "changes": [
            {"field": name, "before": before, "after": after, "rule": rule}
            for name, (before, after, rule) in (changes | _marked(company, op, changes)).items()
        ],
    }


def _marked(company: Company, op: Op, changes: Collection[str]) -> dict[str, tuple[Any, ...]]:
    """What a new record carries beside its values, so that it is found again: its key."""
    if op.system not in company.names or op.payload.get("id"):
        return {}
    person = company.mapping.person(op.system, op.obj)
    table = company.mapping.system(op.system).task
    if person is not None and person.key:
        name, key, rule = person.key, row_of(op).key, "lead.key: our lead id"
    elif table is not None and table.key and is_task(op.action):
        name, key, rule = table.key, row_of(op).key, "task.key: the mark of this write"
    else:
        return {}
    return {} if name in changes else {name: (None, key, f"mapping.toml {op.system}.{rule}")}


def _calls(company: Company, ops: list[Op]) -> dict[str, int]:
    """Write calls by system: full batches of each object, creates apart from updates."""
    sizes = {side: system.connector.limits.write_batch for side, system in company.systems.items()}
    groups = Counter((op.system, op.obj, _apart(op), bool(op.remote_id)) for op in ops)
    calls = dict.fromkeys(sizes, 0)
    for (side, *_), number in groups.items():
        calls[side] = calls.get(side, 0) - (-number // sizes.get(side, 1))
    return calls


def _apart(op: Op) -> str:
    """The action of an operation that is called apart from writes of fields."""
    return op.action if op.action in ("enroll", INFLUENCE) else ""


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
    if not _is_plan(data):
        raise ConfigError(f"{path}: this is no plan of crmbridge, or one of another version.")
    return dict(data)


def _is_plan(data: Any) -> bool:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return False
    texts = all(isinstance(data.get(name), str) for name in ("company", "hash", "as_of"))
    writes = data.get("writes")
    lines = isinstance(writes, list) and all(isinstance(one, dict) for one in writes)
    if not texts or not lines:
        return False
    try:
        return parse_instant(data["as_of"]).tzinfo is not None
    except ValueError:
        return False


def lines_hash(writes: Iterable[Mapping[str, Any]]) -> str:
    """A hash of the lines of a plan. How often one was tried before is no part of what it says."""
    return digest(sorted(canonical({**one, "state": ""}) for one in writes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person says who applies a plan: who, the accounts that are meant, what is let through.

    `file` is the plan's, for messages.
    """

    by: str = "unknown"
    to: Sequence[str] = ()
    allow: Sequence[str] = ()
    file: str = "plan.json"


def apply(
    company: Company,
    saved: dict[str, Any],
    *,
    word: Word | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Turn:
    """Write the lines of a saved plan and nothing else; from now on the company may be written.

    It is decided as of the plan's own instant, in one transaction, which is kept only if it asks
    for the plan's lines and no others. What follows from what the systems answer is not in the
    plan: those leads are due, and the next turn writes it. A system that joined since the plan was
    made was not in it, and is only read still. All systems are read before anything
    leaves: what people entered there since the plan was made is known by then and not lost, and
    what may not leave any more (an opt-out, a record that is gone) does not.

    Raises:
        StopError: the plan is another company's, was edited, or what would be written now is not
            what it says; it is above the limits, or would be the first write to an account that
            nobody named. Nothing was written, and nothing decided.
        ConfigError: something is let through, or an account named, that is none.
    """
    said = word or Word()
    allow = must_be_kinds(said.allow)
    if saved.get("company") != company.name:
        raise StopError(
            f"the plan is {saved.get('company')!r}'s, not {company.name!r}'s: nothing was written"
        )
    if lines_hash(saved["writes"]) != saved["hash"]:
        raise StopError(
            "the plan is not as it was saved: nothing was written. A plan is not edited; make a "
            "new one with `crmbridge plan --out`, read it, and apply that."
        )
    systems = [name for name in company.names if name in (*PAIR, *saved.get("calls", ()))]
    asked = {name: one for name, one in first_write.places(company).items() if name in systems}
    first_write.must_be_meant(company, asked, said.to, said.file)
    at = parse_instant(saved["as_of"])
    with company.moment(at), company.ledger.write("decide") as tx:
        now, ops, decided = _drawn(company, tx, at, systems)
        if now.hash != saved["hash"]:
            raise _stale(now, saved)
        first = now.counts.first
        permit(company, tx, ops, allow=allow, by=said.by, first=first, file=said.file)
        first_write.keep(company, tx, asked, said.by)
    out = Turn(armed=True, decided=decided)
    for side in company.names:
        pull_side(company, side, out, sleep=sleep)
    deliver(company, out, only=[op.seq for op in ops], sleep=sleep)
    out.over = look(company)
    return out


def _stale(now: Plan, saved: Mapping[str, Any]) -> StopError:
    return StopError(
        "the plan is stale: what would be written now is not what it says "
        f"({len(now.writes)} writes now, {len(saved['writes'])} in the plan). Nothing "
        "was written; make a new plan, read it, and apply that."
    )
