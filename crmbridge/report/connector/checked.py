"""Whether a connector's class declares all that it must, and nothing that cannot be so."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from crmbridge.connector import Factory
from crmbridge.errors import ConfigError
from crmbridge.mapping.schema import SystemMap
from crmbridge.model.offer import Deletes, Key, Role, offered
from crmbridge.report.connector.powers import powers_of

METHODS = ("check", "describe", "read", "write", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was looked at: all well where `faults` is empty, else what to do."""

    what: str
    faults: tuple[str, ...] = ()


def checked(factory: Factory) -> list[Line]:
    """Return a line for each thing that a connector's class has to declare; no vendor is asked."""
    looks: tuple[tuple[str, Callable[[Factory], Iterator[str]]], ...] = (
        ("the five methods", _methods),
        ("sides", _sides),
        ("credentials, each with where a person finds it", _credentials),
        ("limits, each with its source", _limits),
        ("objects, each with its roles", _objects),
        ("powers for what is declared", _powers),
        ("defaults.toml", _defaults),
        ("options", _options),
        ("what it was proved on", _proved),
    )
    return [Line(what=what, faults=tuple(look(factory))) for what, look in looks]


def _methods(factory: Factory) -> Iterator[str]:
    for name in METHODS:
        if not callable(getattr(factory, name, None)):
            yield f"there is no method {name}: write it, or inherit crmbridge.kit.envelope.Envelope"


def _sides(factory: Factory) -> Iterator[str]:
    if not factory.info.sides:
        yield "Info.sides is empty: name MARKETING, SALES or both"


def _credentials(factory: Factory) -> Iterator[str]:
    for name, told in factory.info.credentials.items():
        if len(told.split()) < 3:
            yield f"Info.credentials[{name!r}] does not say where a person finds it"
        if name != name.upper():
            yield f"the credential {name!r} is part of a variable's name: write {name.upper()!r}"


def _limits(factory: Factory) -> Iterator[str]:
    limits = factory.info.limits
    if limits.read_page < 1 or limits.write_batch < 1:
        yield "Limits.read_page and write_batch are records a call: give at least 1"
    if limits.at_once and (limits.at_once.calls < 1 or not limits.at_once.source.strip()):
        yield "Limits.at_once has a number from 1 on, and the page that it was read from"
    for one in limits.budgets:
        if not one.source.strip():
            yield f"the quota {one.name!r} has no source: name the page that it was read from"


def _objects(factory: Factory) -> Iterator[str]:
    if not factory.info.objects:
        yield "Info.objects is empty: declare what the connector serves (crmbridge.model.offer)"
    for one in factory.info.objects:
        if not one.roles:
            yield f"{one.name} has no roles: name those that a mapping can read it in"


def _powers(factory: Factory) -> Iterator[str]:
    able = powers_of(factory)
    for one in factory.info.objects:
        if one.deletes is Deletes.LOG and "read_deleted" not in able:
            yield f"{one.name} lists its deletions: write read_deleted (the protocol's Sweeps)"
        if one.deletes is Deletes.LIVE_IDS and "stamps" not in able:
            yield f"deletions of {one.name} show by live ids: write stamps (Reconciles)"
        made = Role.PERSON in one.roles and one.key is not Key.NONE
        if made and "find" not in able:
            yield (
                f"{one.name} can be made and not looked up: write find (Finds), or each write "
                "whose outcome nobody knows is held for a person"
            )


def _defaults(factory: Factory) -> Iterator[str]:
    info = factory.info
    try:
        data = tomllib.loads(info.default_map)
    except tomllib.TOMLDecodeError as error:
        yield f"it is no TOML: {error}"
        return
    if not data:
        yield "Info.default_map is empty: map the words of a person that every account has"
        return
    try:
        spec = SystemMap.model_validate({"connector": info.name, **data})
    except ValidationError as error:
        for one in error.errors():
            yield f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
        return
    for person in spec.people:
        found = offered(info.objects, person.object)
        if found is None or Role.PERSON not in found.roles:
            yield f"{person.object} stands for people, and Info.objects does not say that it can"


def _options(factory: Factory) -> Iterator[str]:
    check: Any = getattr(factory, "check_config", None)
    if check is None:
        yield "there is no check_config: a wrong option would show at the first call only"
        return
    try:
        check({"no such option": True})
    except ConfigError:
        return
    yield "check_config takes an option that nobody declared: raise ConfigError for it"


def _proved(factory: Factory) -> Iterator[str]:
    if not factory.info.proved:
        yield (
            "Info.proved is empty, and the connector's page says that nobody has run it: name "
            "the server that it was tried on"
        )


def all_well(lines: list[Line]) -> bool:
    """Whether nothing is left to do."""
    return not any(one.faults for one in lines)


def as_document(lines: list[Line]) -> list[Mapping[str, Any]]:
    """Return the lines for a JSON document."""
    return [{"what": one.what, "faults": list(one.faults)} for one in lines]
