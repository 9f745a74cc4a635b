"""What a digest says of marketing: worse sources, a drifting definition, targets, content."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crmbridge.agreement.content import Content
from crmbridge.model.spelled import plain
from crmbridge.policy.digest.choose import Kind
from crmbridge.policy.digest.week import Week
from crmbridge.policy.reasons import Trend, drift
from crmbridge.policy.revenue.contribution import Standing
from crmbridge.policy.revenue.quality import Flag, Quality, may_stop, quality
from crmbridge.report.credit.cohort import cohort, tallies
from crmbridge.report.credit.contribution import WHOSE, Stands, stands
from crmbridge.report.credit.scope import MEASURES
from crmbridge.report.digest.item import Item, moved, told
from crmbridge.report.digest.week import WEEKS, Looked
from crmbridge.report.reasons import judged_by_version
from crmbridge.report.text import many
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import hand_offs
from crmbridge.store import content

MARKETING = "marketing"
TOP = 3
"""Pieces of content that a week names."""


def sources(look: Looked) -> Iterator[Item]:
    """Sources whose leads sales accepts less than the rest, by more than chance explains (R7.3)."""
    now = {one.name: one for one in _quality(look, look.week)}
    worse = [one for one in now.values() if one.acceptance.flag is Flag.WORSE and one.name]
    then = {one.name: one for one in _quality(look, look.then)} if worse else {}
    for one in worse:
        yield _source(one, then.get(one.name))


def _quality(look: Looked, week: Week) -> list[Quality]:
    found = cohort(look.tx, look.scope(week, WEEKS), look.now)
    by = tallies(found, lambda one: (one.source,))
    return quality([by[name].source(name) for name in sorted(by)])


def _source(one: Quality, then: Quality | None) -> Item:
    stop = may_stop(one)
    return Item(
        key=f"src:{one.name}",
        kind=Kind.SOURCE_WORSE,
        value=one.decided - one.accepted,
        about=plain(one.name).replace("_", " ").capitalize(),
        number=f"{one.accepted} of {one.decided} leads accepted in {WEEKS} weeks",
        before=f"{then.accepted} of {then.decided}" if then else "",
        agreed="",
        verdict=f"worse than the rest in acceptance{' and in wins' if stop else ''}, by more than "
        "chance explains",
        action="Stop it, or change what it brings" if stop else "Look at it",
        page="sources",
        command="crmbridge report sources",
        whose=MARKETING,
        last=then.decided - then.accepted if then else None,
    )


def drifting(look: Looked) -> Iterator[Item]:
    """The newest version of the definition, where it makes more misfits ready than the last."""
    made = hand_offs(look.tx, look.company.teams, Days(look.company.zone)).all
    last_day = look.scope(look.week).period.last
    judged = judged_by_version(one for one in made if last_day is None or one.day <= last_day)
    found = drift(judged)
    if not found or found[-1].trend is not Trend.RISING:
        return
    now, then = found[-1].misfits, found[-2].misfits
    name = found[-1].version.partition(":")[0]
    before, last = told(look.told, f"drift:{name}")
    yield Item(
        key=f"drift:{name}",
        kind=Kind.DEFINITION_DRIFT,
        value=now.k,
        about=f"Definition {name}",
        number=f"sales rejected {now.k} of {now.n} leads as not ready",
        before=before,
        agreed=f"{then.k} of {then.n} under the version before",
        verdict="more misfits, by more than chance explains",
        action="Look at the reasons, and draft the next version",
        page="reasons",
        command="crmbridge report reasons",
        whose=MARKETING,
        last=last,
    )


def targets(look: Looked) -> Iterator[Item]:
    """Targets that run, and that marketing's part is below so far."""
    scope = look.scope(look.week)
    day = scope.period.last or scope.today
    for one in look.company.agreement.targets:
        found = stands(look.tx, scope, one)
        share = found.share.by_amount
        runs = found.deals and found.first <= day <= found.last
        if runs and share is not None and share < one.share:
            yield _gap(look, found, share)


def _gap(look: Looked, found: Stands, share: float) -> Item:
    one, wanted = found.target, float(found.target.share)
    key = f"tgt:{one.measure}:{one.of}:{found.first}"
    _, last = told(look.told, key)
    gap = round(100 * (wanted - share))
    missed = found.told.standing is Standing.BELOW
    return Item(
        key=key,
        kind=Kind.TARGET_GAP,
        value=gap,
        about=f"{MEASURES[one.measure]}, {WHOSE[one.of]} by marketing",
        number=f"{100 * share:.1f} % since {found.first}",
        before="" if last is None else f"{100 * wanted - last:.0f} %",
        agreed=f"{100 * wanted:g} % by {found.last}",
        verdict="below, by more than chance explains"
        if missed
        else f"below, and from {many(found.deals, 'deal')} nobody can tell yet if it is missed",
        action="Agree on what closes the gap",
        page="contribution",
        command="crmbridge report contribution",
        whose=MARKETING,
        last=last,
    )


def read_most(look: Looked) -> Iterator[Item]:
    """The pieces of content that most people touched in the week."""
    now = _people(look, look.week)
    top = sorted(now, key=lambda name: (-now[name], name))[:TOP]
    then = _people(look, look.then) if top else {}
    for name in top:
        n, last = now[name], then.get(name, 0)
        yield Item(
            key=f"content:{name}",
            kind=Kind.CONTENT_TOP,
            value=n,
            about=name,
            number=f"reached {n:,} people" if n != 1 else "reached 1 person",
            before=f"{last:,}",
            agreed="",
            verdict=moved(n, last),
            action="Offer it to leads that have not read it",
            page="content",
            command="crmbridge report content",
            whose=MARKETING,
            last=last,
        )


def _people(look: Looked, week: Week) -> Mapping[str, int]:
    """How many people touched each piece of the catalogue in a week."""
    assets: dict[str, list[content.Asset]] = defaultdict(list)
    for one in content.reached(look.tx):
        if name := _named(look.company.agreement.content, one.kind, one.asset):
            assets[name].append((one.kind, one.asset))
    found = {
        name: content.readers(look.tx, some, week.start, week.end) for name, some in assets.items()
    }
    return {name: one.people for name, one in found.items() if one.times}


def _named(entries: Iterable[Content], kind: str, asset: str) -> str:
    return next((one.title for one in entries if one.title and one.matches(kind, asset)), "")
