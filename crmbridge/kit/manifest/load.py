"""Reads a manifest, and says of each fault the file, the table, the key and what to write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from crmbridge.errors import ConfigError
from crmbridge.kit.manifest import oauth, template, where
from crmbridge.kit.manifest.shape import CallShape, ManifestShape, ObjectShape
from crmbridge.model import toml
from crmbridge.model.nearest import meant

RPC = ("rpc", "params")
READING = ("model", "fields", "since", "size", "after", "cursor", "offset", "page")
FINDING = ("model", "fields", "by", "values", "value")
ROWS = ("model", "rows", "values")
PAIRS = ("model", "pairs", "id", "values")
STEPS = ("model", "ids", "id")


def read(name: str, data: bytes) -> ManifestShape:
    """Return a manifest from the bytes of its file, `name` in messages.

    Raises:
        ConfigError: with one line for each fault.
    """
    try:
        found = _spread(toml.parse(data))
    except ValueError as error:
        raise ConfigError(f"{name}: {error}") from None
    try:
        spec = ManifestShape.model_validate(found)
    except ValidationError as error:
        told = [f"{name} {_path(one['loc'])}: {_what(one)}" for one in error.errors()]
        raise ConfigError("\n".join(told)) from None
    if faults := [f"{name} {fault}" for fault in _faults(spec)]:
        raise ConfigError("\n".join(faults))
    return spec


def _spread(found: dict[str, Any]) -> dict[str, Any]:
    """Give each object the keys of `every` that it does not have itself, table by table."""
    every, objects = found.get("every"), found.get("objects")
    if not isinstance(every, Mapping) or not isinstance(objects, Mapping):
        return found
    own = {
        name: where.merged(every, one)
        if isinstance(one, Mapping) and one.get("alone") is not True
        else one
        for name, one in objects.items()
    }
    return {**found, "objects": own}


def _path(loc: Sequence[str | int]) -> str:
    text = ""
    for part in loc:
        text += f" #{part + 1}" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text or "the file"


def _what(error: Any) -> str:
    match error["type"]:
        case "extra_forbidden":
            known = _keys(error["loc"][:-1])
            there = f"there are: {', '.join(known)}"
            return f"unknown key; {meant(str(error['loc'][-1]), known, there)}"
        case "missing":
            return "is missing"
        case "literal_error" | "enum":
            choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            near = meant(str(error["input"]), choices, "write it as it stands here")
            return f"give one of {', '.join(choices)}; {near}"
    return str(error["msg"])


def _keys(loc: Sequence[str | int]) -> list[str]:
    """The keys of the table at a place, by walking the shapes as the place walks the file."""
    here: Any = ManifestShape
    for part in loc:
        if isinstance(here, type) and issubclass(here, BaseModel) and part in here.model_fields:
            here = here.model_fields[str(part)].annotation
        here = _model_in(here)
    return sorted(here.model_fields) if here is not None else []


def _model_in(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    found = (_model_in(each) for each in getattr(kind, "__args__", ()))
    return next((each for each in found if each is not None), None)


def _faults(spec: ManifestShape) -> Iterator[str]:
    """What no single table can say of itself."""
    always = [f"credentials.{name}" for name in spec.credentials]
    always += [f"options.{name}" for name in spec.options]
    for place, call, own in _calls(spec):
        if bool(call.path) == bool(call.rpc):
            yield f"{place}: give path or rpc, and not both"
        if "?" in call.path:
            yield f"{place}.path: write parameters into query"
        if call.rpc and spec.rpc is None:
            yield f"{place}.rpc: there is no table [rpc] that says how it is called"
        parts = [call.path, call.query, call.body, call.rpc, call.params]
        yield from _strange(place, parts, [*always, *own])
    for place, made in _texts(spec):
        yield from _strange(place, made, [*always, *(RPC if place == "rpc" else ())])
    yield from _no_patterns(spec)
    yield from _of_oauth(spec)
    for name, one in spec.objects.items():
        yield from (f"objects.{name}{fault}" for fault in _of_object(one))


def _texts(spec: ManifestShape) -> Iterator[tuple[str, Any]]:
    """What has placeholders and is no call, with its place in the file."""
    yield "base_url", spec.base_url
    yield "auth.token", spec.auth.token
    yield "check.id", spec.check.id
    if spec.rpc:
        yield "rpc", [spec.rpc.path, spec.rpc.body]
    for name, one in spec.objects.items():
        for field, line in one.fields.items():
            yield f"objects.{name}.fields.{field}.has", line.has


def _no_patterns(spec: ManifestShape) -> Iterator[str]:
    for number, rule in enumerate(spec.errors, 1):
        for key in ("code", "text"):
            try:
                re.compile(getattr(rule, key))
            except re.error as error:
                yield f"errors #{number}.{key}: this is no pattern: {error}"


def _of_oauth(spec: ManifestShape) -> Iterator[str]:
    told = spec.auth.oauth
    needed = oauth.NAMES.get(spec.auth.kind, ())
    if bool(needed) != bool(told):
        yield "auth.oauth: client and refresh have this table, and no other kind"
    for name in needed:
        if name not in spec.credentials:
            yield f"credentials.{name}: auth.kind {spec.auth.kind} needs it; say where it is found"
    if told and told.url and not told.url.startswith("https://"):
        yield "auth.oauth.url: give an address that begins with https://"


def _strange(place: str, made: Any, known: Sequence[str]) -> Iterator[str]:
    for name in dict.fromkeys(template.placeholders(made)):
        if name not in known and not name.startswith("answer/"):
            hint = meant(name, known, f"there are: {', '.join(known)}")
            yield f"{place}: there is no placeholder {{{name}}} here; {hint}"


def _of_object(one: ObjectShape) -> Iterator[str]:
    if not one.fields and one.describe is None:
        yield ": it has no fields; add fields, or describe"
    if one.feed != "snapshot" and not one.stamps:
        yield '.stamps: changes are read by a stamp; name its path, or say feed = "snapshot"'
    listed = one.feed != "snapshot" and one.read.ordered
    if one.deletes == "live ids" and not listed:
        yield ".deletes: live ids are a list in the order of ids; say ordered, or never told"
    if one.deletes == "in the feed" and not one.dead:
        yield ".dead: nothing says which record of the feed is deleted; name its path"
    if one.key and not one.create:
        yield ".key: nothing says how a record is made; add create"
    if one.key and not {"*", one.key.field} & set(one.find):
        yield f".find: our key is looked for before a record is made; add find.{one.key.field}"
    if one.verbs and "id" not in one.find:
        yield ".find: a step is looked after by id; add find.id"
    if one.describe is None:
        named = {*one.verbs, one.key.field if one.key else "id"} - {"id", *one.fields}
        for name in sorted(named):
            hint = meant(name, one.fields, f"there are: {', '.join(one.fields)}")
            yield f".fields: {name!r} is used and is no field; {hint}"


def _calls(spec: ManifestShape) -> Iterator[tuple[str, CallShape, Sequence[str]]]:
    """Every call with its place in the file, and its own placeholders."""
    yield "check", spec.check, ()
    if spec.auth.login:
        yield "auth.login", spec.auth.login, ()
    if spec.audit and spec.audit.currency:
        yield "audit.currency", spec.audit.currency, ()
    for name, one in spec.objects.items():
        place = f"objects.{name}"
        yield f"{place}.read", one.read, READING
        for by, look in one.find.items():
            yield f"{place}.find.{by}", look, FINDING
        if one.describe:
            yield f"{place}.describe", one.describe, ("model",)
        if one.create:
            yield f"{place}.create", one.create, ROWS
        if one.update:
            yield f"{place}.update", one.update, PAIRS
        for field, steps in one.verbs.items():
            for value, step in steps.items():
                yield f"{place}.verbs.{field}.{value}", step, STEPS


def lines(data: bytes) -> int:
    """How many lines of a file say something."""
    texts = (line.strip() for line in toml.decoded(data).splitlines())
    return sum(bool(text) and not text.startswith("#") for text in texts)
