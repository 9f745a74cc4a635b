"""Whether the spigot kept to its teams file, recounted from the ledger's entries and the CRM."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from crmbridge.agreement import Teams
from crmbridge.model.event import Event, said
from crmbridge.model.payload import Assigned, Handed, SlaBreached
from crmbridge.testing.funnel.recount import Recount, Shares
from crmbridge.testing.funnel.waits import Waiting
from crmbridge.testing.screens import Seen

FAIR = Fraction(3, 2)
"""Most that a rep may be from their share while the same reps are free (domain.md 12)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounted:
    """What was counted: `wrong` in words, empty when all is well.

    `unfair` is the worst distance from a share, in leads, of `times` in which the same reps of a
    team were free, `plain` the same without what each time began with. `waited` are leads that
    waited, by reason; `anybody` those for any. `owners` is the rep of each lead's
    newest hand-off.
    """

    wrong: tuple[str, ...]
    given: int
    unfair: Fraction
    plain: Fraction
    times: int
    waited: Mapping[str, int]
    anybody: int
    longest: timedelta
    late: int
    owners: Mapping[str, str]


def recount(entries: Iterable[Event], teams: Teams, definition: str) -> Recounted:
    """Count every hand-off anew; `definition` is the version and hash that each must carry."""
    desks, shares, line = Recount(teams), Shares(teams), Waiting(teams)
    counts: Counter[str] = Counter()
    owners: dict[str, str] = {}
    for event in entries:
        line.take(event)
        desks.take(event)
        for given in said([event], Assigned):
            shares.take(given.team, given.rep, desks.free)
            counts["unsigned"] += given.definition != definition
        for handed in said([event], Handed):
            counts["unsigned"] += handed.definition != definition
            owners[event.lead] = str(handed.rep)
        counts["late"] += event.type == SlaBreached.type
    line.close()
    wrong = [f"{number} hand-offs {what}" for what, number in desks.wrong.items()]
    wrong += [f"{number} leads {what}" for what, number in line.wrong.items()]
    wrong += _rest(desks, shares, counts, definition)
    return Recounted(
        wrong=tuple(wrong),
        given=desks.given,
        unfair=shares.worst,
        plain=shares.plain,
        times=shares.times,
        waited={why: len(leads) for why, leads in sorted(line.by_reason.items())},
        anybody=len(set().union(*line.by_reason.values())),
        longest=line.longest,
        late=counts["late"],
        owners=owners,
    )


def _rest(desks: Recount, shares: Shares, counts: Counter[str], definition: str) -> Iterator[str]:
    if not desks.given:
        yield "no hand-off was counted"
    if counts["unsigned"]:
        yield f"{counts['unsigned']} hand-offs without the version and hash {definition}"
    if shares.worst > FAIR:
        yield f"a rep was {float(shares.worst):.2f} leads from their share, at most 1.5 are fair"


def in_crm(
    rows: Iterable[Seen],
    owners: Mapping[str, str],
    definition: str,
    users: Mapping[str, str],
) -> Iterator[str]:
    """Compare the CRM's own records of leads that we handed over with the recount.

    `rows` are the CRM's leads, `owners` our reps by lead, and `users` those by the CRM's user
    id; a record of a lead that is not in `owners` is left alone.
    """
    wrong: Counter[str] = Counter()
    for row in rows:
        if row.key in owners:
            wrong["lack the version and hash"] += row.words.get("definition") != definition
            wrong["belong to another rep"] += users.get(row.owner) != owners[row.key]
    yield from (f"{n} records in the CRM {what}" for what, n in wrong.items() if n)
