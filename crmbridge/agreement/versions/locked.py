"""What makes a deal marketing's is agreed for a whole fiscal year, and locked in it (R6.20)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmbridge.agreement.revenue.attribution import Attribution
from crmbridge.agreement.revenue.fiscal import first_day, last_day, year_of
from crmbridge.agreement.shape import Agreement


def faults_of_locks(agreement: Agreement, versions: Sequence[Agreement]) -> Iterator[str]:
    """Say what a version changes in the middle of a fiscal year that is locked for it.

    `versions` are all of the company; withdrawn ones do not count, drafts do. The fiscal years are
    those of the version before it, so that they too change only when one is over.
    """
    before = _before(agreement, versions)
    if before is None:
        return
    start, day = before.attribution.fiscal_start, agreement.effective_from
    year = year_of(day, start)
    if first_day(year, start) == day:
        return
    for key, was, now in _changed(before.attribution, agreement.attribution):
        yield (
            f"agreement.toml: attribution.{key}: version {agreement.version} changes it on {day} "
            f"({was}, now {now}), inside the fiscal year from {first_day(year, start)} to "
            f"{last_day(year, start)}, for which version {before.version} has it locked: put back "
            f"what was agreed, or make `effective_from` {first_day(year + 1, start)}, when the "
            "next fiscal year begins"
        )


def _before(agreement: Agreement, versions: Sequence[Agreement]) -> Agreement | None:
    """The version whose place another one takes; `None` for the first, and for a withdrawn one."""
    if agreement.withdrawn:
        return None
    earlier = [
        one
        for one in versions
        if not one.withdrawn and one.effective_from < agreement.effective_from
    ]
    return max(earlier, key=lambda one: (one.effective_from, one.version), default=None)


def _changed(before: Attribution, after: Attribution) -> Iterator[tuple[str, str, str]]:
    if before.sourced != after.sourced:
        yield "sourced", before.sourced, after.sourced
    if set(before.lead_sources) != set(after.lead_sources):
        yield "lead_sources", _listed(before.lead_sources), _listed(after.lead_sources)
    if before.fiscal_start != after.fiscal_start:
        yield "fiscal_year_start", before.fiscal_year_start, after.fiscal_year_start


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "none"
