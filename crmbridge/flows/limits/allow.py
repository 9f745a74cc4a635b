"""What a person lets through once, and the switch that lets a company's systems be written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from crmbridge.company import Company
from crmbridge.errors import ConfigError, StopError
from crmbridge.flows.limits.gate import count, exceeded, known, of_next, owed
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.nearest import meant
from crmbridge.model.payload import LimitAllowed, WriterSwitched
from crmbridge.policy.limits.judge import ALL, SHARE, Over
from crmbridge.policy.limits.words import not_applied, said
from crmbridge.store import events, limits, live
from crmbridge.store.outbox import Op
from crmbridge.store.table import Tx


def must_be_kinds(kinds: Iterable[str]) -> list[str]:
    """Return kinds that a person named, each once; raises `ConfigError` for one that is none."""
    found = list(dict.fromkeys(kinds))
    for kind in found:
        if kind not in ALL:
            hint = meant(kind, ALL, f"there are: {', '.join(ALL)}")
            raise ConfigError(f"--allow {kind!r} is no kind that has a limit; {hint}")
    return found


def permit(
    company: Company,
    tx: Tx,
    ops: Sequence[Op],
    *,
    allow: Sequence[str],
    by: str,
    first: bool,
    file: str,
) -> None:
    """Begin the pass of a plan, if its writes are within the limits or a person lets them through.

    Raises:
        StopError: they are not; nobody may have written anything in the transaction that is kept.
        ConfigError: something is let through that the plan does not have.
    """
    kinds, leads = count(company, ops)
    there = Counter({**kinds, SHARE: len(leads)})
    must_be_counted(allow, there, "the plan")
    tally = of_next(company, tx)
    found = exceeded(company, tx, tally, kinds, leads, first=first)
    if [one for one in found if one.kind not in allow]:
        wanted = [*allow, *(one.kind for one in found)]
        raise StopError(not_applied(company.name, file, found, wanted, known(tx)))
    granted = {kind: there[kind] for kind in allow}
    limits.put(tx, replace(tally, allowed={**tally.allowed, **granted}, stopped={}))
    _tell(company, tx, granted, found, by)


def must_be_counted(allow: Sequence[str], there: Counter[str], what: str) -> None:
    """Raise `ConfigError` where something is let through of which there is nothing."""
    none = [kind for kind in allow if not there[kind]]
    if none:
        counted = [said(kind, there[kind]) + f" ({kind})" for kind in ALL if there[kind]]
        raise ConfigError(
            f"--allow {none[0]}: {what} has {said(none[0], 0)}, so there is nothing to let "
            f"through. It has {', '.join(counted) or 'nothing that is counted'}; leave the option "
            "out"
        )


def arm(company: Company, *, allow: Sequence[str], by: str) -> dict[str, int]:
    """Let a company's systems be written, after `disarm`, and what is owed through, once.

    Returns how much of each kind is let through.

    Raises:
        StopError: no plan was applied yet, or none since a backup was put back.
        ConfigError: something is let through that is not owed.
    """
    with company.ledger.write("arm") as tx:
        if live.never_wrote(tx) or live.restored(tx) is not None:
            why = "since a backup was put back" if live.restored(tx) is not None else "yet"
            raise StopError(
                f"no plan was applied {why}, so nothing is armed: `crmbridge plan --out "
                "plan.json`, read it, then `crmbridge apply plan.json`"
            )
        kinds, leads = owed(company, tx)
        there = Counter({**kinds, SHARE: len(leads)})
        must_be_counted(allow, there, "the outbox")
        granted = {kind: there[kind] for kind in allow}
        tally = limits.get(tx)
        found = [Over(**one) for one in tally.stopped.get("over", ())]
        if granted:
            allowed = {**tally.allowed, **granted}
            limits.put(tx, replace(tally, allowed=allowed, fresh=True, stopped={}))
        switched = not live.is_armed(tx)
        live.begin(tx, company.now())
        _tell(company, tx, granted, found, by)
        if switched:
            _switched(company, tx, by, on=True)
    return granted


def disarm(company: Company, *, by: str) -> bool:
    """Let nothing be written, opt-outs neither, until `arm`; return whether anything was."""
    with company.ledger.write("arm") as tx:
        if not live.is_armed(tx):
            return False
        live.switch_off(tx, by, company.now())
        _switched(company, tx, by, on=False)
    return True


def _tell(
    company: Company, tx: Tx, granted: dict[str, int], found: Sequence[Over], by: str
) -> None:
    limit = {one.kind: one.limit for one in found}
    scene = Scene.open(company, tx)
    for kind, number in granted.items():
        told = LimitAllowed(limited=kind, number=number, limit=limit.get(kind), by=by)
        scene.decided(told, "", f"limit_allowed:{kind}:{events.last_seq(tx)}")
    scene.work.flush()


def _switched(company: Company, tx: Tx, by: str, *, on: bool) -> None:
    scene = Scene.open(company, tx)
    scene.decided(WriterSwitched(on=on, by=by), "", f"writer:{on}:{events.last_seq(tx)}")
    scene.work.flush()
