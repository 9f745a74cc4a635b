"""`crmbridge digest show`: what somebody is sent of a week, or was sent."""

from __future__ import annotations

from typing import Annotated, Any

from typer import Option

from crmbridge.agreement.routing.digests import Digest
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import document, line, lines
from crmbridge.company import Company
from crmbridge.daemon.digest import links_of
from crmbridge.errors import ConfigError
from crmbridge.model.nearest import meant
from crmbridge.model.payload import DigestSent
from crmbridge.policy.digest.issue import Issue
from crmbridge.policy.digest.week import Week
from crmbridge.report.digest.gather import gather
from crmbridge.report.digest.person import issue
from crmbridge.report.digest.week import of_week
from crmbridge.report.text import visible
from crmbridge.store import digests

Person = Annotated[
    str, Option("--person", metavar="P", help="One of [[digest]] alone: id, name or address.")
]
OfWeek = Annotated[
    str, Option("--week", metavar="2026-W13", help="A week that is over, by default the last.")
]


def show_(
    person: Person = "",
    week: OfWeek = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Print the digest of a week as people are sent it, or were; nothing is sent."""
    with opened(config, company) as found:
        at = of_week(found, week)
        people = _people(found, person)
        told = _told(found, at, people)
    if json:
        document({"company": found.name, "week": at.key, "digests": told})
        return
    if not told:
        line("Nobody is sent a digest: teams.toml has no [[digest]].")
    for n, one in enumerate(told):
        if n:
            line("")
        ways = ", ".join(one["ways"])
        line(f"{visible(one['name'])}, by {ways}: {one['state']}")
        lines(visible(text) for text in one["text"].split("\n"))


def _people(company: Company, person: str) -> list[Digest]:
    """Raises `ConfigError` for somebody who is sent none."""
    all_, reps = company.teams.digest, company.teams.reps
    if not person:
        return list(all_)
    wanted = person.strip().casefold()
    names = {
        one: {name.casefold() for name in (one.person, one.called(reps), one.email(reps)) if name}
        | {one.who(reps).casefold()}
        for one in all_
    }
    found = [one for one, known in names.items() if wanted in known]
    if not found:
        known = [one.called(reps) for one in all_]
        hint = meant(person, known, f"there are: {', '.join(known) or 'none'}")
        raise ConfigError(f"--person {person!r}: teams.toml has no [[digest]] for them; {hint}")
    return found


def _told(company: Company, week: Week, people: list[Digest]) -> list[dict[str, Any]]:
    reps = company.teams.reps
    with company.moment() as now, company.ledger.read() as tx:
        done = digests.sent(tx, (one.who(reps) for one in people), [week.key])
        items = gather(tx, company, week, now)
        link = links_of(company)
        made = [(issue(tx, company, one, week, items, link)) for one in people]
        texts = {one.who: digests.text(tx, one.who, week.key) for one in made}
    return [_row(one, done.get((one.who, week.key)), texts[one.who]) for one in made]


def _row(made: Issue, sent: DigestSent | None, text: str) -> dict[str, Any]:
    items = made.items if sent is None else sent.items
    return {
        "person": made.who,
        "name": made.name,
        "audience": made.audience if sent is None else sent.audience,
        "ways": list(made.ways if sent is None else sent.ways),
        "state": "not sent yet" if sent is None else "sent",
        "text": made.text if sent is None else text or _bare(sent),
        "items": [
            {"key": one.key, "kind": one.kind, "value": one.value, "said": one.said}
            for one in items
        ],
        "more": made.more if sent is None else sent.more,
        "missed": list(made.missed if sent is None else sent.missed),
    }


def _bare(sent: DigestSent) -> str:
    """What the ledger keeps of a digest whose message is gone."""
    said = [f"{one.key}: {one.value:,}" for one in sent.items if one.said]
    return "\n".join(said) or "No open items."
