"""What no description of fields shows: users behind the reps, the currency, rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crmbridge.agreement import Rep, Teams
from crmbridge.agreement.routing.reps import short_id
from crmbridge.connector import Account, User
from crmbridge.mapping.check.finding import Finding
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.schema import SystemMap
from crmbridge.mapping.translate import matches
from crmbridge.model.record import Field
from crmbridge.model.side import SALES

SANDBOX = ".invalid"
"""What a sandbox appends to its users' addresses, so that no mail reaches them."""


def owns(spec: SystemMap) -> bool:
    """Whether a side's records belong to users that our reps are matched with."""
    return spec.rep is not None and any(person.owner for person in spec.people)


def account_findings(
    mapping: MappingFile,
    side: str,
    teams: Teams | None,
    account: Account,
    known: Mapping[str, Mapping[str, Field]],
) -> Iterator[Finding]:
    """Yield what our files expect of an account beyond its fields, and it is otherwise."""
    spec = mapping.system(side)
    for lack in account.lacks:
        yield Finding(
            where=side,
            obj=lack.obj,
            field="",
            what=f"the credential lacks the right {lack.right}",
            advice="give it that right",
            fatal=lack.consent,
        )
    if teams is not None and owns(spec) and spec.rep and account.users is not None:
        ours = tuple(one for one in account.users if matches(spec.rep.when, one.values))
        by_id = mapping.side_of(side) is SALES
        reps = reps_in(mapping, side, teams)
        yield from _users(spec.rep.object, reps, ours, by_id=by_id, others=bool(spec.rep.handle))
    if spec.deal and account.currency and account.currency != mapping.currency:
        told = spec.deal.currency in known.get(spec.deal.object, {})
        yield Finding(
            where="mapping.toml",
            line="currency",
            obj=spec.deal.object,
            field=spec.deal.currency,
            what=f"currency is {mapping.currency!r}, and the account's is {account.currency!r}",
            advice="make them one, or deals that name no currency are counted in the wrong one",
            fatal=not told,
        )


def reps_in(mapping: MappingFile, name: str, teams: Teams) -> tuple[Rep, ...]:
    """The reps whom a system is to know: of sales those who work there, of marketing all."""
    if mapping.side_of(name) is not SALES:
        return teams.reps
    return tuple(rep for rep in teams.reps if mapping.works_in(rep) == name)


def _users(
    obj: str, reps: Sequence[Rep], users: tuple[User, ...], *, by_id: bool, others: bool
) -> Iterator[Finding]:
    """Look at each rep's user; with `others` one may be named by what is no id, and is not seen."""
    for rep in reps:
        if by_id and rep.user:
            yield from () if others else _named_user(obj, rep, users)
            continue
        wanted = rep.address
        if not wanted:
            continue
        same = [one for one in users if one.email.strip().casefold() == wanted]
        masked = any(one.email.strip().casefold() == wanted + SANDBOX for one in users)
        if by_id and (other := _taken(reps, same)):
            what = f"the user with this address is rep {other!r} already, by the user's id"
            yield _about(rep, "email", obj, (what, "they are one person: leave one of the two"))
            continue
        if wrong := _wrong(same, masked=masked):
            yield _about(rep, "email", obj, wrong)


def _taken(reps: Sequence[Rep], users: list[User]) -> str:
    """The rep who has the only user of an address by that user's id; empty for none."""
    ids = {short_id(rep.user): rep.id for rep in reps if rep.user}
    found = [ids.get(short_id(one.id), "") for one in users]
    return found[0] if len(found) == 1 else ""


def _named_user(obj: str, rep: Rep, users: tuple[User, ...]) -> Iterator[Finding]:
    """What is wrong with the user whose id a rep has, and with a second rep who is that user."""
    mine = {one.id: one for one in users if one.id and short_id(one.id) == short_id(rep.user)}
    if not mine:
        no_user = "no user has this id", "correct it; until then this rep gets no lead"
        yield _about(rep, "user", obj, no_user)
    for one in mine.values():
        if not one.active:
            gone = "this user is inactive", "others get the leads; take the rep out"
            yield _about(rep, "user", obj, gone)
        elif not one.able:
            unable = "this user is of a kind that cannot own leads", "name the rep's real user"
            yield _about(rep, "user", obj, unable)


def _about(rep: Rep, line: str, obj: str, wrong: tuple[str, str]) -> Finding:
    return Finding(
        where=f"teams.toml reps.{rep.id}",
        line=line,
        obj=obj,
        field="",
        what=wrong[0],
        advice=wrong[1],
    )


def _wrong(same: list[User], *, masked: bool) -> tuple[str, str] | None:
    """What is wrong with the users that have a rep's address, and what to do; `None` if nothing."""
    active = [one for one in same if one.active]
    if not same and masked:
        return (
            f"the user with this address has it with {SANDBOX} behind it, as sandboxes write it",
            "correct the addresses of the sandbox's users, or write them so in teams.toml; until "
            "then this rep gets no lead",
        )
    if not same:
        return (
            "no user has this address",
            "correct it, or have the user made; until then this rep gets no lead",
        )
    if not active:
        return "the user with this address is inactive", "others get the leads; take the rep out"
    if len(active) > 1:
        return (
            f"{len(active)} active users have this address, and leads go to the first by id",
            "give each user an address of its own, or leave one out by [sales.rep] when",
        )
    if not active[0].able:
        return (
            "the user with this address is of a kind that cannot own leads",
            "name the rep's real user; until then what is given to this rep is refused",
        )
    return None
