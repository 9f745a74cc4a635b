"""From a connector's name to its class, and from a vendor's name to its emulator."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from crmbridge.connector import Factory
from crmbridge.errors import ConfigError

GROUP = "crmbridge.connectors"
"""Entry-point group in which other packages offer connectors."""


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
            f"there is no connector {name!r}: write hubspot or salesforce, or install the package "
            f"that offers it (entry-point group {GROUP})"
        )
    return module.CONNECTOR  # type: ignore[no-any-return]


def emulator(name: str) -> Any:
    """Find a vendor's emulator class: `connectors.<name>.emulator.EMULATOR`.

    Raises:
        ConfigError: the connector ships none.
    """
    try:
        return importlib.import_module(f"connectors.{name}.emulator").EMULATOR
    except ModuleNotFoundError as exc:
        raise ConfigError(f"there is no emulator of {name!r}") from exc


def _builtin(name: str) -> ModuleType | None:
    if not name.isidentifier():
        return None
    try:
        return importlib.import_module(f"connectors.{name}")
    except ModuleNotFoundError as exc:
        if exc.name in (f"connectors.{name}", "connectors"):
            return None
        raise ConfigError(
            f"connector {name!r} needs the package {exc.name!r}: pip install 'crmbridge[{name}]'"
        ) from exc
