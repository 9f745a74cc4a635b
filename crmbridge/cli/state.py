"""`crmbridge status` and `crmbridge quota`: how the machinery stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, chosen, opened, settings_of
from crmbridge.cli.screen import document, line, lines, table
from crmbridge.flows.passes import armed
from crmbridge.report.quota import quota
from crmbridge.report.status import status
from crmbridge.report.text import age, when


def status_(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> None:
    """Show stages, due leads, the outbox, held work, cursors and the writer, by company."""
    told: list[dict[str, Any]] = []
    for name in chosen(settings_of(config, company), company):
        with opened(config, name) as found:
            told.append(status(found, armed=armed(found)))
    if json:
        document({"companies": told})
        return
    for one in told:
        _print(one)


def _print(one: dict[str, Any]) -> None:
    lines(_summary(one))
    rows = [(r["system"], r["state"], r["priority"], r["count"]) for r in one["outbox"]]
    table(("system", "outbox", "priority", "count"), rows, "The outbox is empty.")
    cells = [(c["system"], c["object"], c["name"], age(c["age"])) for c in one["cursors"]]
    table(("system", "object", "cursor", "age"), cells, "Nothing was read yet: `crmbridge sync`.")
    line("")


def _summary(one: dict[str, Any]) -> Iterator[str]:
    may = "yes" if one["armed"] else "no, until a plan is applied (`crmbridge plan`, `apply`)"
    yield f"{one['company']} at {when(one['as_of'])}, agreement {one['agreement']}"
    yield f"writes to its systems: {may}"
    yield f"leads: {_counts(one['stages'])}"
    upcoming = f", next {when(one['next_due'])}" if one["next_due"] else ""
    yield f"due: {one['due']}{upcoming}"
    yield f"held for a person: {_counts(one['held'])}"
    writer = one["writer"]
    if writer:
        yield f"written by process {writer['pid']} on {writer['host']} for {age(writer['for'])}"
    else:
        yield "no process writes the ledger"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "none"


def quota_(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> None:
    """Show how much of each vendor's quota is used."""
    with opened(config, company) as found:
        budgets = quota(found)
    if json:
        document({"company": found.name, "budgets": budgets})
        return
    rows = [
        (
            one["app"],
            one["name"],
            f"{one['calls']} in {age(one['seconds'])}",
            "paced" if one["used"] is None else one["used"],
            _clock(one["resets_at"]),
            _clock(one["blocked_until"]),
        )
        for one in budgets
    ]
    table(("system", "quota", "our share", "used", "resets", "blocked until"), rows, "No quotas.")


def _clock(seconds: float) -> str:
    return when(datetime.fromtimestamp(seconds, UTC)) if seconds else "-"
