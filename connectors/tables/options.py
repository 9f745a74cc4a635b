"""The options of a system of tables in `mapping.toml`, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.errors import ConfigError
from crmbridge.model.limits import Limits
from crmbridge.model.nearest import meant
from crmbridge.model.offer import Option

PAGE = 1_000
"""Rows a page of a read; a choice of ours: some hundred kilobytes."""
LIMITS = Limits(read_page=PAGE, write_batch=100, budgets=(), timeout=60.0)
"""No quotas: a database counts no calls, and what bounds us is the page and the timeout."""
LAG = 300
"""Seconds for which a row may stay unseen after its stamp: a transaction and two clocks."""
FILE_MB = 1_024
"""The largest CSV file that is read, in megabytes, unless `limits.file_mb` says otherwise."""
UTC = ZoneInfo("UTC")
KINDS = ("text", "int", "decimal", "bool", "date", "datetime", "multi", "ref")
"""What `types` may call a column."""
DATES = ("iso", "day_first", "month_first")
OPTIONS = (
    Option(
        name="tables",
        takes="a table of options for each object of the mapping, under the object's name",
        about="which table or file it is, its key, stamp and types; see the README",
    ),
    Option(
        name="write",
        takes="true or false",
        default="false",
        about="whether rows may be updated and created",
    ),
    Option(
        name="page_size",
        takes="a whole number, 10 to 10000",
        default=str(PAGE),
        about="rows a query",
    ),
    Option(
        name="zone",
        takes="the name of a time zone",
        default='"UTC"',
        about="the zone of times that are kept without an offset",
    ),
    Option(
        name="limits",
        takes="a table with timeout, file_mb and nothing else",
        about="the deadline of a statement, and the largest file that is read",
    ),
    Option(
        name="key_field",
        takes="the name of a column",
        about="the column with our key; set by the mapping's `key`",
    ),
)
_KNOWN = tuple(one.name for one in OPTIONS)
_TABLE = (
    *("table", "file", "key", "stamp", "deleted", "ours", "lag_seconds", "types"),
    *("delimiter", "encoding", "decimal", "dates"),
)
_OBJECT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """One table or file, and how it is read; names of columns are as the source spells them.

    `name` is empty where the object's own name is meant. `stamp`, `deleted` and `ours` are empty
    where there is no such column. `kinds` are the types that the mapping declares.
    """

    obj: str
    name: str = ""
    key: str = "id"
    stamp: str = ""
    deleted: str = ""
    ours: str = ""
    lag: timedelta = timedelta(seconds=LAG)
    kinds: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo = UTC
    delimiter: str = ""
    encoding: str = "utf-8"
    decimal: str = "."
    dates: str = "iso"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a company can set; `largest` is that of a file in bytes."""

    tables: Mapping[str, TableSpec]
    write: bool
    limits: Limits
    largest: int


def parse_options(config: Mapping[str, Any]) -> Options:
    """Check the options; raises `ConfigError` that names the wrong one and what it may be."""
    _known("options", config, _KNOWN)
    zone = _zone(config.get("zone", "UTC"))
    given = config.get("tables", {})
    if not isinstance(given, Mapping) or not given:
        raise ConfigError(
            "tables: no tables are named; write one for each object of the mapping, such as "
            '[marketing.options.tables.people] with key = "id"'
        )
    key_field = _text("key_field", config.get("key_field", ""))
    bounds = _bounds(config.get("limits", {}))
    page = _whole("page_size", config.get("page_size", PAGE), 10, 10_000)
    return Options(
        tables={obj: _table(obj, one, zone, key_field) for obj, one in given.items()},
        write=_flag("write", config.get("write", False)),
        limits=replace(LIMITS, read_page=page, timeout=float(bounds.get("timeout", 60))),
        largest=bounds.get("file_mb", FILE_MB) * 1024 * 1024,
    )


def _known(where: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(given) - set(known)):
        hint = meant(unknown[0], known, f"there are: {', '.join(known)}")
        raise ConfigError(f"tables {where}: no option {unknown[0]!r}; {hint}")


def _table(obj: str, given: object, zone: ZoneInfo, key_field: str) -> TableSpec:
    where = f"tables.{obj}"
    if not _OBJECT.fullmatch(obj):
        raise ConfigError(f"{where}: a name has letters, digits, '_', '-' and '.', and no ':'")
    if not isinstance(given, Mapping):
        raise ConfigError(f'{where}: write a table with at least key = "…", the column with the id')
    _known(where, given, _TABLE)
    if "table" in given and "file" in given:
        raise ConfigError(
            f"{where}: table and file both given; a database has tables, a folder files"
        )
    name = _text(f"{where}.table", given.get("table", given.get("file", "")))
    if "file" in given and (".." in name.split("/") or name.startswith(("/", "."))):
        raise ConfigError(f"{where}.file: write the name of a file inside the folder")
    texts = {
        one: _text(f"{where}.{one}", given[one])
        for one in ("key", "stamp", "deleted")
        if one in given
    }
    lag = _whole(f"{where}.lag_seconds", given.get("lag_seconds", LAG), 0, 31 * 86_400)
    return TableSpec(
        obj=obj,
        name=name,
        ours=_text(f"{where}.ours", given.get("ours", key_field)),
        lag=timedelta(seconds=lag),
        kinds=_kinds(where, given.get("types", {})),
        zone=zone,
        **texts,
        **_format(where, given),
    )


def _format(where: str, given: Mapping[str, Any]) -> dict[str, str]:
    """How a file is written: one-letter signs, a known encoding, an order of dates."""
    found = {
        one: _text(f"{where}.{one}", given[one])
        for one in ("delimiter", "encoding", "decimal", "dates")
        if one in given
    }
    if len(found.get("delimiter", ",")) != 1 or found.get("delimiter") in ('"', "\n", "\r"):
        raise ConfigError(f"{where}.delimiter: write one sign, such as ';'")
    if found.get("decimal", ".") not in (".", ","):
        raise ConfigError(f"{where}.decimal: write '.' or ','")
    if found.get("dates", "iso") not in DATES:
        raise ConfigError(f"{where}.dates: write one of {', '.join(DATES)}")
    if not _is_encoding(found.get("encoding", "utf-8")):
        raise ConfigError(
            f"{where}.encoding: no encoding {found['encoding']!r}; write one such as utf-8, "
            "cp1252 or utf-16"
        )
    return found


def _is_encoding(name: str) -> bool:
    """Whether there is an encoding of texts of that name; some of Python's are of bytes alone."""
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return False
    return True


def kind_in_file(spec: TableSpec, name: str) -> str:
    """The type of a column of a file: what the options say, else what it is for, else text."""
    meaning = {spec.stamp: "datetime", spec.deleted: "bool"}
    return spec.kinds.get(name) or meaning.get(name, "text")


def _kinds(where: str, given: object) -> Mapping[str, str]:
    if not isinstance(given, Mapping):
        raise ConfigError(f'{where}.types: write a table such as {{ employees = "int" }}')
    for name, kind in given.items():
        if kind not in KINDS:
            raise ConfigError(f"{where}.types.{name}: write one of {', '.join(KINDS)}")
    return {str(name): str(kind) for name, kind in given.items()}


def _bounds(own: object) -> dict[str, int]:
    if not isinstance(own, Mapping) or set(own) - {"timeout", "file_mb"}:
        raise ConfigError("tables limits: a table with `timeout` or `file_mb` or both")
    found = {}
    for name, most in (("timeout", 3_600), ("file_mb", 1_048_576)):
        if name in own:
            found[name] = _whole(f"limits.{name}", own[name], 1, most)
    return found


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (LookupError, ValueError, OSError):
        raise ConfigError(
            f"tables zone: no time zone {str(name)!r}; write one such as Europe/Berlin"
        ) from None


def _text(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{where}: write a text")
    return value


def _flag(where: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"tables {where}: write true or false")
    return value


def _whole(where: str, value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ConfigError(f"tables {where}: give a whole number, {least} to {most}")
    return value
