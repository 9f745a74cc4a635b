"""What a connector declares in a file beside it: itself, its options and objects, its words.

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
doubles   = { default = "refuse", values = ["refuse", "allow"] }

[budgets]
daily = { calls = 10_000, seconds = 86_400.0, share = 0.8, source = "its page of limits" }

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

[names]
tickets = ["ticket", "0-1"]

[waits]
LOCKED = 5.0

[words]
gone = ["NOT_FOUND", "DELETED"]
```

Options with a pattern say in `what` whom it takes. `limits` may stand among the options for its
place and what is said of it: it holds the company's calls by budget and, where no option is called
`timeout_seconds`, the `timeout` of one call.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, make_dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, ClassVar

from crmbridge.connector import Info, Side
from crmbridge.errors import ConfigError, RefusalCause
from crmbridge.kit.made import Made, Mades
from crmbridge.kit.options import (
    CALLS,
    SWITCH,
    Number,
    OneOf,
    Rule,
    Table,
    Text,
    applied,
    listed,
    option,
    parsed,
)
from crmbridge.model.limits import Budget, Limits
from crmbridge.model.offer import RECORDS, Deletes, Feed, Key, Object, Role

TIMEOUT = Number(least=0, most=600, whole=False, above=True)
LIMITS = {"about": "seconds of one call"}
SECONDS = "timeout_seconds"
"""The option that some have for the deadline of one call, instead of one in `limits`."""
PLAIN = ("sweep_seconds", "field_word", "record_url", "consent_back", "assigns", "proved")
"""What a file says of the connector in the words of `Info`."""
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
                read_page=about["read_page"],
                write_batch=about["write_batch"],
                budgets=tuple(Budget(name=name, **one) for name, one in self._budgets.items()),
            ),
            credentials=dict(self._said["credentials"]),
            default_map=files(self.package).joinpath(DEFAULTS).read_text(encoding="utf-8"),
            objects=tuple(_object(name, one) for name, one in self._said["objects"].items()),
            options=listed(self._shape),
            **{name: about[name] for name in PLAIN if name in about},
        )

    @property
    def _budgets(self) -> Mapping[str, Any]:
        return dict(self._said.get("budgets", {}))

    @cached_property
    def causes(self) -> Mapping[str, RefusalCause]:
        """What codes of the vendor's mean in our words."""
        return {code: RefusalCause(one) for code, one in self._said.get("causes", {}).items()}

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The vendor's names of types -> ours, as in `Field.type`; days and instants have ours."""
        told = {"date": ["date"], "datetime": ["datetime"], **self._said.get("kinds", {})}
        return {name: kind for kind, names in told.items() for name in names}

    @cached_property
    def waits(self) -> Mapping[str, float]:
        """For how many seconds a row waits that the vendor puts off with a code."""
        return dict(self._said.get("waits", {}))

    @cached_property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """Words of the vendor's by what the connector takes them for, in the order of the file."""
        return {what: tuple(some) for what, some in self._said.get("words", {}).items()}

    @cached_property
    def paths(self) -> Mapping[str, str]:
        """Paths of the vendor's and what takes their place, in the order of the file."""
        return dict(self._said.get("paths", {}))

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Objects of the vendor's own with their other names, beside those that are declared."""
        return {name: tuple(others) for name, others in self._said.get("names", {}).items()}

    @cached_property
    def _aliases(self) -> Mapping[str, str]:
        told = {**{one.name: () for one in self.info.objects}, **self.names}
        return {one.casefold(): name for name, also in told.items() for one in (name, *also)}

    def canonical(self, name: str) -> str:
        """Return the one name of an object in any case; of one that is not named, what it says."""
        return self._aliases.get(name.casefold(), name)

    def made(self, obj: str) -> Mades:
        """Return the made fields of an object."""
        told = self._said.get("made", {}).get(obj, {})
        return {name: _made(cases) for name, cases in told.items()}

    def limits(self, options: Mapping[str, Any]) -> Limits:
        """Return the limits in force with the options of a company."""
        own, usual = dict(options["limits"]), self.info.limits
        timeout = own.pop("timeout", options.get(SECONDS, usual.timeout))
        return applied(usual, own, timeout)

    @cached_property
    def _shape(self) -> type[Any]:
        """The dataclass of the options; the company's own limits are its last where none says."""
        told = self._said["options"]
        rules: dict[str, Rule] = dict.fromkeys(self._budgets, CALLS)
        rules |= {} if SECONDS in told else {"timeout": TIMEOUT}
        made = {name: _option(one) for name, one in told.items() if name != "limits"}
        made["limits"] = option(Table(rules), {}, about=told.get("limits", LIMITS)["about"])
        order = dict.fromkeys([*told, "limits"])
        return make_dataclass("Options", [(name, Any, made[name]) for name in order])

    def options(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options in force; raises `ConfigError` for an unknown one or a wrong value.

        `limits` holds what the company set itself, `key_field` is one where the file has it.
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
        roles=frozenset(map(Role, said.get("roles", RECORDS))),
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


def _option(said: Mapping[str, Any]) -> Any:
    return option(_rule(said), said["default"], about=said.get("about", ""))


def _rule(said: Mapping[str, Any]) -> Rule:
    usual = said["default"]
    if "values" in said:
        return OneOf(said["values"])
    if isinstance(usual, bool):
        return SWITCH
    if isinstance(usual, str):
        own = "pattern" in said
        return Text(pattern=re.compile(said["pattern"]), what=said["what"]) if own else Text()
    whole = isinstance(usual, int)
    above = said.get("above", False)
    return Number(least=said["least"], most=said["most"], whole=whole, above=above)
