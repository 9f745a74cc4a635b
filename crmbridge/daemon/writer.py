"""The alarm of a writer that stopped at a limit, and its end."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.company import Company
from crmbridge.daemon.desk import ADVICE, Desk
from crmbridge.flows.limits.gate import known, look
from crmbridge.log import get_logger
from crmbridge.policy.limits import words
from crmbridge.policy.limits.judge import Over
from crmbridge.store.alarms import WRITER

WAY = "out"

log = get_logger("crmbridge.daemon")


def note(desk: Desk, company: Company) -> None:
    """Note at which limits the writer stopped; at none, it goes on.

    Deliveries to both systems note it, each on a thread of its own: one at a time looks and tells.
    """
    with desk.writer:
        _note(desk, look(company))


def _note(desk: Desk, over: Sequence[Over]) -> None:
    if not over:
        if stopped(desk) and desk.well(WRITER, WAY):
            log.info("writer goes on", company=desk.name)
        desk.proven.add((WRITER, WAY))
        return
    news = not stopped(desk)
    with desk.ledger.read() as tx:
        message = words.stopped(desk.name, over, known(tx))
    desk.ill(WRITER, WAY, "stopped", "Limit", message)
    if news:
        kinds = ", ".join(one.kind for one in over)
        said = {"company": desk.name, "kinds": kinds, "advice": ADVICE["stopped"]}
        log.error("writer stopped", message=message, **said)


def stopped(desk: Desk) -> bool:
    """Whether it stands stopped, as far as this process knows."""
    return (WRITER, WAY) in desk.troubles
