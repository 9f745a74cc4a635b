"""Asks a system what it has, and holds the mapping against it: before work, and at any time."""

from __future__ import annotations

from difflib import get_close_matches

from crmbridge.company import Company
from crmbridge.connector import Account, Audits, Wants
from crmbridge.errors import MappingError, NotSupported, Refused
from crmbridge.flows.fit.look import note_described
from crmbridge.flows.operate.first_write import must_be_the_same
from crmbridge.flows.read import vanished
from crmbridge.mapping.check import Finding, check_side, counted, in_order, objects_of
from crmbridge.mapping.check.account import reps_in
from crmbridge.mapping.own_stages import unknown_names
from crmbridge.model.record import Field
from crmbridge.model.side import MARKETING, SALES
from crmbridge.system import System

SAID = 5
"""Faults that an error names; the rest is counted."""


def survey(
    company: Company,
    side: str,
    *,
    whole: bool = True,
    keep: dict[str, list[Field] | str] | None = None,
) -> list[Finding]:
    """Return all that our files name and one system lacks; reads only.

    The cost is one call an object; `whole` adds users, currency, rights and lists, at one or a few
    calls each. `keep` is given what the system said of each object.

    Raises:
        ConnectorError: the system does not answer, or does not let us in.
        ConfigError: it is another account than the mapping names.
    """
    system = company.systems[side]
    must_be_the_same(company, side, system.check())
    described = {obj: system.fields_of(obj) for obj in objects_of(side, system.map)}
    if keep is not None:
        keep |= described
    found = check_side(
        company.mapping,
        side,
        described,
        teams=company.teams,
        account=_account(company, system) if whole else None,
    )
    for version in company.versions.all:
        found += unknown_names(system.map, side, version, described)
    return in_order([*found, *_tracks(company, system), *_model(system)] if whole else found)


def must_fit(company: Company, side: str, *, whole: bool = True) -> list[Finding]:
    """Survey a side and let nothing go on with a mapping that loses money, consent or a key.

    Returns the warnings.

    Raises:
        MappingError: the first faults, and how to see all.
        ConnectorError: as `survey`.
    """
    described: dict[str, list[Field] | str] = {}
    found = survey(company, side, whole=whole, keep=described)
    note_described(company, side, described)
    alone = vanished.stop_alone(company, side, described)
    faults = [one for one in found if one.fatal and (one.obj, one.field) not in alone]
    if faults:
        more = f"\n… and {len(faults) - SAID} more" if len(faults) > SAID else ""
        raise MappingError(
            f"{side}: {counted(faults)} in the mapping, so nothing of this side is read or "
            "written:\n"
            + "\n".join(str(one) for one in faults[:SAID])
            + more
            + f"\n`crmbridge validate {company.name} --online` shows all."
        )
    return found


def _account(company: Company, system: System) -> Account | None:
    if not isinstance(system.connector, Audits):
        return None
    spec = system.map
    written = [one.object for one in spec.people if any(f.writes for f in one.fields.values())]
    if spec.task:
        written.append(spec.task.object)
    mine = reps_in(company.mapping, system.name, company.teams)
    wants = Wants(
        emails=tuple(rep.email for rep in mine if rep.email) if spec.rep else (),
        users=tuple(rep.user for rep in mine if rep.user)
        if spec.rep and company.stands(system.name, SALES)
        else (),
        of_users=tuple(spec.rep.when) if spec.rep else (),
        reads=tuple(objects_of(system.name, spec)),
        writes=tuple(dict.fromkeys(written)),
        enrols=company.stands(system.name, MARKETING) and bool(company.mapping.lists),
        opts_out=any(
            entry.writes
            for person in spec.people
            for word, entry in person.fields.items()
            if word == "opted_out"
        ),
    )
    return system.connector.audit(wants)


def _tracks(company: Company, system: System) -> list[Finding]:
    """What the marketing system says of the nurture tracks, by their lines in the mapping."""
    found: list[Finding] = []
    if not company.stands(system.name, MARKETING):
        return found
    used = {track for one in company.versions.all for track in one.tracks}
    lists = company.mapping.lists
    for word in company.mapping.tracks:
        try:
            if word in lists:
                system.enroll(lists[word], (), ())
        except (Refused, NotSupported) as error:
            advice = "" if word in used else "No version of the agreement uses it"
            found.append(_track(word, str(error), advice))
            continue
        if word not in used and (near := get_close_matches(word, used, n=1)):
            what = f"no version of the agreement has a track {word!r}"
            found.append(_track(word, what, f"did you mean {near[0]!r}?"))
    return found


def _model(system: System) -> list[Finding]:
    """What a system says of the model of influence that is ours to write."""
    deal = system.map.deal
    if deal is None or deal.influence is None:
        return []
    try:
        system.credit(deal.influence.model, ())
    except (Refused, NotSupported) as error:
        return [
            Finding(
                where=f"mapping.toml {system.name}.deal.influence",
                line="model",
                obj=deal.object,
                field="",
                what=str(error),
                advice="",
            )
        ]
    return []


def _track(word: str, what: str, advice: str) -> Finding:
    return Finding(
        where="mapping.toml",
        line=f"tracks.{word}",
        obj="lists",
        field="",
        what=what,
        advice=advice,
    )
