"""A connector's reference page in Markdown, made of nothing but what its class declares."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmbridge.connector import Factory, Info
from crmbridge.model.limits import Budget, Limits
from crmbridge.model.offer import RECORDS, Object, Role
from crmbridge.report.connector.powers import POWERS, powers_of

NOBODY = (
    "> **Nobody has run this connector against the vendor.** It is written from the vendor's "
    "documents. Try it on an account that is no company's before you trust it."
)
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def page(factory: Factory) -> str:
    """Return the page of a connector, with a line break at its end."""
    info = factory.info
    parts: list[Iterator[str] | list[str]] = [
        _head(info),
        _credentials(info),
        _options(info),
        _objects(info.objects),
        _powers(factory),
        _limits(info.limits),
        _causes(factory),
        _defaults(info),
    ]
    return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"


def _head(info: Info) -> Iterator[str]:
    yield f"# {info.title}: reference"
    yield ""
    if not info.proved:
        yield NOBODY
        yield ""
    yield f"This page is made by `crmbridge connector docs {info.name}`; a test compares the two."
    sides = " or ".join(sorted(side.value for side in info.sides))
    tried = f" It was proved on {info.proved}." if info.proved else ""
    yield f"The connector stands on the {sides} side.{tried}"
    yield ""


def _credentials(info: Info) -> Iterator[str]:
    yield "## Credentials"
    side = sorted(info.sides)[0].value.upper()
    yield from _table(
        ("variable", "where a person finds it"),
        [
            (f"`CRMBRIDGE_<COMPANY>__{side}__{name}`", told)
            for name, told in info.credentials.items()
        ],
    )


def _options(info: Info) -> Iterator[str]:
    if not info.options:
        return
    yield "## Options"
    yield f"Under `[{sorted(info.sides)[0].value}.options]` in `mapping.toml`."
    yield ""
    yield from _table(
        ("option", "takes", "default", "what"),
        [
            (f"`{one.name}`", one.takes, f"`{one.default}`" if one.default else "", one.about)
            for one in info.options
        ],
    )


def _objects(objects: Sequence[Object]) -> Iterator[str]:
    yield "## Objects"
    yield from _table(
        ("object", "can be", "changes", "deletions", "merges", "made once by", "note"),
        [
            (
                _named(one.name, alone=len(objects) == 1),
                _roles(one.roles),
                one.feed.value,
                one.deletes.value,
                "told" if one.merges else "not told",
                one.key.value,
                one.note,
            )
            for one in objects
        ],
    )


def _named(name: str, *, alone: bool) -> str:
    if name == "*":
        return "any" if alone else "any other"
    return f"`{name}`"


def _roles(roles: frozenset[Role]) -> str:
    if roles >= RECORDS:
        return "anything" if roles >= frozenset(Role) else "anything but reps and queues"
    return ", ".join(sorted(role.value for role in roles))


def _powers(factory: Factory) -> Iterator[str]:
    able = powers_of(factory)
    yield "## What it can do"
    yield from (f"- It {POWERS[name]} (`{name}`)." for name in able)
    if lacking := [name for name in POWERS if name not in able]:
        yield ""
        yield "It has none of these powers: " + ", ".join(f"`{name}`" for name in lacking) + "."
    yield ""


def _limits(limits: Limits) -> Iterator[str]:
    yield "## Limits"
    yield (
        f"Up to {limits.read_page:,} records a read and {limits.write_batch:,} rows a write. One "
        f"call ends after {limits.timeout:g} seconds."
    )
    yield ""
    if limits.at_once:
        yield (
            f"At most {limits.at_once.calls} calls are on their way at a time "
            f"({limits.at_once.source})."
        )
        yield ""
    if not limits.budgets:
        yield "There is no quota to keep."
        yield ""
        return
    yield from _table(
        ("quota", "calls", "crmbridge takes", "source"),
        [
            (
                f"`{one.name}`",
                _rate(one),
                f"{one.share:.0%}",
                one.source,
            )
            for one in limits.budgets
        ],
    )


def _rate(one: Budget) -> str:
    """A quota: `100 in 10 seconds`, `250,000 a day`."""
    size, unit = next((pair for pair in _UNITS if one.seconds >= pair[0]), _UNITS[-1])
    count = one.seconds / size
    return f"{one.calls:,} " + (f"a {unit}" if count == 1 else f"in {count:g} {unit}s")


def _causes(factory: Any) -> Iterator[str]:
    causes: Mapping[str, Any] = getattr(factory, "causes", {})
    if not causes:
        return
    yield "## Refusals by cause"
    yield from _table(
        ("the vendor's code", "cause"),
        [(f"`{code}`", cause.value) for code, cause in sorted(causes.items())],
    )


def _defaults(info: Info) -> Iterator[str]:
    fields = tomllib.loads(info.default_map).get("lead", {}).get("fields", {})
    if not fields:
        return
    yield "## Fields of a person, unless the mapping says otherwise"
    yield from _table(
        ("our word", f"their {info.field_word}"),
        [(f"`{word}`", f"`{_field(line)}`") for word, line in fields.items()],
    )


def _field(line: Any) -> str:
    return str(line.get("field", "")) if isinstance(line, Mapping) else str(line)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""
