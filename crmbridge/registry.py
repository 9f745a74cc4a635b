"""From a connector's name to its class, and from a vendor's name to its emulator."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import entry_points
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, cast

from crmbridge.agreement import Teams
from crmbridge.connector import Configures, Factory, Names
from crmbridge.errors import ConfigError
from crmbridge.mapping.roles import fields_by_role
from crmbridge.mapping.schema import Mapping, SystemMap
from crmbridge.model.nearest import meant
from crmbridge.model.offer import Role, offered

GROUP = "crmbridge.connectors"
"""Entry-point group in which other packages offer connectors."""
ROLES = {one.value: one for one in Role}
"""Roles by the mapping's tables; those of people have names of their own."""


def connector(name: str) -> Factory:
    """Find a connector's class: the entry point of that name, else `connectors.<name>.CONNECTOR`.

    Raises:
        ConfigError: no such connector, two offers of one name, or its vendor's library missing.
    """
    offers = list(entry_points(group=GROUP, name=name))
    module = _builtin(name)
    if len(offers) + (module is not None) > 1:
        raise ConfigError(
            f"connector {name!r} is offered twice: uninstall one of the packages "
            f"{', '.join(sorted(one.value for one in offers))}"
        )
    if offers:
        found: Factory = offers[0].load()
        return found
    if module is None or not hasattr(module, "CONNECTOR"):
        raise ConfigError(
            f"there is no connector {name!r}; {_instead(name)}, or install the package that offers "
            f"it (entry-point group {GROUP})"
        )
    return module.CONNECTOR  # type: ignore[no-any-return]


def stand(mapping: Mapping, system: str) -> Factory:
    """Find the connector of one of the mapping's systems.

    Raises:
        ConfigError: no such connector, or one that does not serve the system's side.
    """
    found, side = connector(mapping.system(system).connector), mapping.sides[system]
    if side not in found.info.sides:
        can = ", ".join(sorted(one.value for one in found.info.sides))
        raise ConfigError(
            f"mapping.toml {system}.connector: {found.info.title} cannot be the {side} system; it "
            f"can be: {can}"
        )
    return found


def config_of(spec: SystemMap) -> dict[str, Any]:
    """What a connector is configured with: its options, limits and the field of our key."""
    return {**spec.options, "limits": dict(spec.limits), "key_field": spec.lead.key}


def faults_of(mapping: Mapping, teams: Teams | None = None) -> list[str]:
    """Return what is wrong with the connectors that a mapping names and with their options.

    With the teams, also what they want of the sales system's connector that it cannot do. Needs no
    credential and asks no vendor.
    """
    faults: list[str] = []
    if teams is not None:
        faults += cannot_assign(mapping, teams)
    for side, spec in mapping.systems():
        try:
            factory = stand(mapping, side)
            if isinstance(factory, Configures):
                cast(Configures, factory).check_config(config_of(spec))
            faults += _miscast(side, spec, factory)
        except ConfigError as error:
            told = str(error)
            where = f"mapping.toml {side}"
            faults.append(told if told.startswith(where) else f"{where}: {told}")
    return faults


def _miscast(side: str, spec: SystemMap, factory: Factory) -> Iterator[str]:
    """Yield what a mapping reads from an object that its connector cannot give in that role."""
    objects = factory.info.objects
    for (name, part), _ in fields_by_role(spec):
        role = ROLES.get(part.partition(".")[0], Role.PERSON)
        found = offered(objects, _one_name(factory, name))
        if objects and (found is None or role not in found.roles):
            can = sorted(one.value for one in found.roles) if found else []
            it = f"it can be: {', '.join(can)}" if can else "the connector does not serve it"
            yield (
                f"mapping.toml {side}.{part}: {factory.info.title}'s {name} cannot be read as "
                f"{role.value}; {it}"
            )


def _one_name(factory: Factory, name: str) -> str:
    return factory.canonical(name) if isinstance(factory, Names) else name


def cannot_assign(mapping: Mapping, teams: Teams) -> list[str]:
    """Say of reps by assignment rules that the connector cannot let any run."""
    reps = {mapping.works_in(one): one.id for one in teams.reps if one.kind == "rules"}
    found = []
    for name, rep in reps.items():
        with suppress(ConfigError, KeyError):  # what is not there is said by itself
            info = stand(mapping, name).info
            if not info.assigns:
                found.append(
                    f"teams.toml: rep {rep!r} has assignment_rules, and {info.title} has none that "
                    "crmbridge can let run: name a queue or people instead"
                )
    return found


def emulator(name: str) -> Any:
    """Find a vendor's emulator class: `connectors.<name>.emulator.EMULATOR`.

    Raises:
        ConfigError: the connector ships none.
    """
    try:
        return importlib.import_module(f"connectors.{name}.emulator").EMULATOR
    except ModuleNotFoundError as exc:
        raise ConfigError(f"there is no emulator of {name!r}") from exc


def screens(name: str, side: str) -> Any:
    """Find what people do in an emulated vendor's screens: `SCREENS` of its emulator, by side.

    Raises:
        ConfigError: the connector ships none for that side; it says which connectors have them.
    """
    found = _screens(name).get(side)
    if found is None:
        can = ", ".join(one for one in names() if side in _screens(one)) or "none"
        raise ConfigError(
            f"{name!r} cannot be played as the {side} system: its emulator has no screens for that "
            f"side. There are those of: {can}"
        )
    return found


def _screens(name: str) -> dict[str, Any]:
    try:
        return dict(importlib.import_module(f"connectors.{name}.emulator").SCREENS)
    except (ModuleNotFoundError, AttributeError):
        return {}


def names() -> list[str]:
    """Return the names of all connectors that are here, shipped ones and those of other packages.

    One whose vendor's library is missing is among them.
    """
    return sorted({*_shipped(), *(one.name for one in entry_points(group=GROUP))})


def package_of(name: str) -> str:
    """Return the package in which a connector's class is made, such as `connectors.tables`.

    Raises `ConfigError` for no such connector.
    """
    offers = list(entry_points(group=GROUP, name=name))
    if offers:
        return offers[0].value.partition(":")[0]
    connector(name)
    return f"connectors.{name}"


def _instead(name: str) -> str:
    """What may be meant: the nearest of the connectors that there are, else all of them."""
    known = names()
    return meant(name, known, f"there are: {', '.join(known)}")


def _shipped() -> list[str]:
    """The connectors that came with this package."""
    try:
        package = importlib.import_module("connectors")
    except ModuleNotFoundError:
        return []
    return [one.name for one in iter_modules(package.__path__) if one.ispkg]


def _builtin(name: str) -> ModuleType | None:
    """A connector that came with this package; it names its vendor's library in `LIBRARIES`.

    Raises:
        ConfigError: the library is not installed.
    """
    if not name.isidentifier():
        return None
    try:
        module = importlib.import_module(f"connectors.{name}")
    except ModuleNotFoundError as exc:
        if exc.name in (f"connectors.{name}", "connectors"):
            return None
        raise _lacking(name, exc.name) from exc
    for library in getattr(module, "LIBRARIES", ()):
        # only looked for: it is heavy, and a command that calls nobody goes without it
        if find_spec(library) is None:
            raise _lacking(name, library)
    return module


def _lacking(name: str, package: str | None) -> ConfigError:
    return ConfigError(
        f"connector {name!r} needs the package {package!r}: pip install 'crmbridge[{name}]'"
    )
