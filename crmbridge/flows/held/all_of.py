"""All held work of one kind answered at once: sent again, or dealt with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError, LedgerError
from crmbridge.flows.held.answers import resolve, retry
from crmbridge.model.event import OURS
from crmbridge.store import held

AT_ONCE = 500
"""Pieces that one request answers: a few seconds of work, and the writer waits for none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """How many pieces were answered, and how many of the kind are open still."""

    done: int
    left: int


def retry_all(company: Company, kind: str, *, by: str = OURS, most: int = AT_ONCE) -> Answered:
    """Send all held work of a kind again, the oldest first, at most so many pieces."""
    return _each(company, kind, partial(retry, company, by=by), most)


def resolve_all(company: Company, kind: str, *, by: str = OURS, most: int = AT_ONCE) -> Answered:
    """Say of all held work of a kind that a person dealt with it, the oldest first."""
    return _each(company, kind, partial(resolve, company, by=by), most)


def _each(company: Company, kind: str, answer: Callable[[str], object], most: int) -> Answered:
    """Answer a piece a transaction: one that ended meanwhile takes nothing from the others."""
    with company.ledger.read() as tx:
        ids = [row.id for row in reversed(held.find(tx, kind=kind))]
    done = 0
    for ident in ids[:most]:
        try:
            answer(ident)
            done += 1
        except LedgerError:
            raise
        except CrmBridgeError:
            continue  # it ended by itself since it was read
    with company.ledger.read() as tx:
        open_ = held.counts(tx).get(kind, 0)
    # of a kind that stays open until its cause is gone, each was asked about
    return Answered(done=done, left=min(open_, max(0, len(ids) - most)))
