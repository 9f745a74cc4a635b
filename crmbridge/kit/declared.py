"""What a connector declares in a file beside it: itself, its options, objects and made fields.

```toml
[about]
name        = "tickets"
title       = "Tickets"
sides       = ["sales"]
record_url  = "{BASE_URL}/{id}"
read_page   = 500
write_batch = 50
proved      = "its own server, version 3"

[credentials]
API_KEY = "where a person finds it"

[options]
page_size = { default = 500, least = 10, most = 2000 }
language  = { default = "en_US", about = "of labels" }

[objects]
tickets = { roles = ["person"], feed = "window by id", deletes = "live ids" }
"*"     = { roles = ["rep"], feed = "snapshot", deletes = "live ids", note = "Any other object." }

[made.tickets]
is_won = [[true, { state = ["won"] }], [false, {}]]
status = { cases = [["open", { state = ["new", "todo"] }]], writes = { open = { state = "new" } } }

[causes]
Forbidden = "rights"

[kinds]
number = ["integer", "float"]
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, make_dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, ClassVar

from crmbridge.connector import Info, Side
from crmbridge.errors import ConfigError, RefusalCause
from crmbridge.kit.made import Made, Mades
from crmbridge.kit.options import Number, Rule, Table, Text, applied, listed, option, parsed
from crmbridge.model.limits import Limits
from crmbridge.model.offer import Deletes, Feed, Key, Object, Role

TIMEOUT = Table({"timeout": Number(least=0, most=600, whole=False, above=True)})
FILE, DEFAULTS = "declared.toml", "defaults.toml"


@dataclass(frozen=True)
class Declared:
    """The file of one connector, `declared.toml`, and its `defaults.toml`, by its package's name.

    Both are part of the program, so what is wrong in them is a mistake in code.
    """

    package: str

    @cached_property
    def _said(self) -> Mapping[str, Any]:
        return tomllib.loads(files(self.package).joinpath(FILE).read_text(encoding="utf-8"))

    @cached_property
    def info(self) -> Info:
        """What the connector is."""
        about = self._said["about"]
        return Info(
            name=about["name"],
            title=about["title"],
            sides=frozenset(Side(one) for one in about["sides"]),
            limits=Limits(
                read_page=about["read_page"], write_batch=about["write_batch"], budgets=()
            ),
            credentials=dict(self._said["credentials"]),
            record_url=about.get("record_url", ""),
            default_map=files(self.package).joinpath(DEFAULTS).read_text(encoding="utf-8"),
            objects=tuple(_object(name, one) for name, one in self._said["objects"].items()),
            options=listed(self._shape),
            proved=about.get("proved", ""),
        )

    @cached_property
    def causes(self) -> Mapping[str, RefusalCause]:
        """What codes of the vendor's mean in our words."""
        return {code: RefusalCause(one) for code, one in self._said.get("causes", {}).items()}

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The vendor's names of types -> ours, as in `Field.type`; days and instants have ours."""
        told = {"date": ["date"], "datetime": ["datetime"], **self._said.get("kinds", {})}
        return {name: kind for kind, names in told.items() for name in names}

    def made(self, obj: str) -> Mades:
        """Return the made fields of an object."""
        told = self._said.get("made", {}).get(obj, {})
        return {name: _made(cases) for name, cases in told.items()}

    def limits(self, options: Mapping[str, Any]) -> Limits:
        """Return the limits in force with the options of a company."""
        usual = self.info.limits
        return applied(usual, {}, options["limits"].get("timeout", usual.timeout))

    @cached_property
    def _shape(self) -> type[Any]:
        """The dataclass of the options, the company's own limits last."""
        made = {
            name: option(_rule(one), one["default"], about=one.get("about", ""))
            for name, one in self._said["options"].items()
        }
        made["limits"] = option(TIMEOUT, {}, about="seconds of one call")
        return make_dataclass("Options", [(name, Any, one) for name, one in made.items()])

    def options(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options in force; raises `ConfigError` for an unknown one or a wrong value.

        `limits` holds the company's own `timeout`, `key_field` is one where the file has it.
        """
        return dict(vars(parsed(self._shape, self.info.title, config)))

    def required(self, credentials: Mapping[str, str], *names: str) -> Mapping[str, str]:
        """Return credentials; raises `ConfigError` for one that is missing or cannot be sent."""
        for name in names:
            one = credentials.get(name, "")
            if not one or not one.isascii() or not one.isprintable():
                raise ConfigError(f"{self.info.title}: set {name} ({self.info.credentials[name]})")
        return credentials


class Offers:
    """A connector class whose config its file declares; see `Configures`."""

    offer: ClassVar[Declared]

    @classmethod
    def check_config(cls, config: Mapping[str, Any]) -> None:
        """Raise `ConfigError` for an unknown option or a wrong value."""
        cls.offer.options(config)


def _object(name: str, said: Mapping[str, Any]) -> Object:
    return Object(
        name=name,
        roles=frozenset(Role(one) for one in said["roles"]),
        feed=Feed(said["feed"]),
        deletes=Deletes(said["deletes"]),
        key=Key(said.get("key", Key.NONE)),
        merges=said.get("merges", False),
        note=said.get("note", ""),
    )


def _made(said: Any) -> Made:
    cases, writes = (said["cases"], said["writes"]) if isinstance(said, dict) else (said, {})
    flags = all(isinstance(value, bool) for value, _ in cases)
    held = [(one, conditions) for one, conditions in cases]
    return Made(kind="bool" if flags else "enum", cases=held, writes=writes)


def _rule(said: Mapping[str, Any]) -> Rule:
    if isinstance(said["default"], str):
        return Text()
    return Number(least=said["least"], most=said["most"])
