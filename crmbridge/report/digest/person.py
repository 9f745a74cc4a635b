"""One person's digest of a week: chosen by what they were told before, and put into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from crmbridge.agreement.routing.digests import Digest
from crmbridge.company import Company
from crmbridge.model.payload import DigestSent
from crmbridge.policy.digest.choose import AGAIN, Before, Chosen, choose, in_order
from crmbridge.policy.digest.issue import Issue, Kept
from crmbridge.policy.digest.week import Week, key_back, missed, number_of
from crmbridge.report.digest.gather import heard_by
from crmbridge.report.digest.item import Item
from crmbridge.report.text import many
from crmbridge.store import digests
from crmbridge.store.table import Tx

NOTHING = "No open items."
LOOKED_BACK = 53
"""Weeks back in which the last digest of a person is looked for."""
MEETING = "crmbridge report meeting"
Link = Callable[[str], str]
"""The address of a page; empty where the company has no address for people."""


def no_link(_page: str) -> str:
    """There is no address."""
    return ""


def issue(
    tx: Tx,
    company: Company,
    person: Digest,
    week: Week,
    items: Sequence[Item],
    link: Link = no_link,
) -> Issue:
    """Write somebody's digest of a week; `items` are all of the week."""
    reps = company.teams.reps
    who = person.who(reps)
    before = past(tx, who, week)
    mine = in_order(heard_by(person, items, company))
    chosen = choose(mine, _told(before, week))
    gap = missed(max(before), week.key) if before else ()
    return Issue(
        who=who,
        audience=person.audience,
        week=week.key,
        ways=tuple(person.channel),
        email=person.email(reps),
        name=person.called(reps),
        subject=_subject(week, chosen),
        text=_text(company, week, mine, chosen, gap, link),
        items=tuple(
            Kept(key=one.key, kind=one.kind.value, value=one.value, said=one.key in chosen.said)
            for one in mine
        ),
        more=chosen.more,
        missed=gap,
        links=tuple(dict.fromkeys(filter(None, (link(page) for page in _pages(mine, chosen))))),
    )


def past(tx: Tx, who: str, week: Week) -> Mapping[str, DigestSent]:
    """The digests that somebody was sent before a week, by week."""
    weeks = (key_back(week.key, back) for back in range(1, LOOKED_BACK + 1))
    return {one.week: one for one in digests.sent(tx, [who], weeks).values()}


def _told(before: Mapping[str, DigestSent], week: Week) -> dict[str, Before]:
    """What somebody was told of each item last, and when; what is long ago does not count."""
    found: dict[str, Before] = {}
    for key in sorted(before):
        weeks = week.number - number_of(key)
        for one in before[key].items if weeks < AGAIN else ():
            if one.said:
                found[one.key] = Before(one.value, weeks)
    return found


def _subject(week: Week, chosen: Chosen) -> str:
    n = len(chosen.said) + chosen.more
    return f"Week {week.key}: {many(n, 'open item') if n else 'no open items'}"


def _pages(items: Sequence[Item], chosen: Chosen) -> list[str]:
    pages = [one.page for one in items if one.key in chosen.said]
    return [*pages, "meeting"] if chosen.more else pages


def _text(
    company: Company,
    week: Week,
    items: Sequence[Item],
    chosen: Chosen,
    gap: Sequence[str],
    link: Link,
) -> str:
    first = week.first_day(company.zone)
    lines = [f"{company.name}, {first} to {first + timedelta(days=6)}.", ""]
    by_key = {one.key: one for one in items}
    said = [by_key[key] for key in chosen.said]
    lines += [f"{n}. {one.sentence(link(one.page))}" for n, one in enumerate(said, 1)]
    if not said:
        lines.append(NOTHING)
    if chosen.more:
        lines.append(f"And {chosen.more} more: {link('meeting') or f'`{MEETING}`'}")
    if gap:
        lines += ["", _missed(gap)]
    return "\n".join(lines)


def _missed(gap: Sequence[str]) -> str:
    named = gap[0] if len(gap) == 1 else f"{gap[0]} to {gap[-1]}"
    return (
        f"Correction: {named} had no digest, because the sync stood still then. What came in late "
        "is counted in the week in which it came."
    )
