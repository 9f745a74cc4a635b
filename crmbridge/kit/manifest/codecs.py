"""Typed values of a vendor's JSON, and back, by the codecs that a manifest names."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crmbridge.kit.fields import (
    EPOCH,
    Unreadable,
    exact,
    flag,
    in_utc,
    instant_text,
    millis,
    typed,
    whole,
)
from crmbridge.kit.manifest.shape import CodecShape, FieldShape
from crmbridge.model.record import Value

_TAG = re.compile(r"<[^<>]{0,2000}>")
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)
_PARTS = ("year", "month", "day")
_TIMES = ("hour", "minute", "second", "microsecond")


class Codecs:
    """Reads and writes values of one vendor."""

    def __init__(self, spec: CodecShape) -> None:
        self._spec = spec
        self._readers: Mapping[str, Callable[[Any], Value]] = {
            "text": _text,
            "enum": _text,
            "ref": _text,
            "bool": _yes,
            "number": _number,
            "date": _day,
            "datetime": instant,
            "multi": lambda raw: tuple(_text(each) for each in raw),
        }

    def read(self, field: FieldShape, raw: Any) -> Value:
        """Return a typed value; raises `Unreadable` for one that is not of the field's type."""
        if field.one_of:
            return raw in field.one_of
        if field.has:
            return field.has in [str(each) for each in raw or ()]
        if raw is None or self._is_null(field, raw):
            return None
        if field.codec == "html":
            return plain_text(_text(raw))
        found = typed(self._readers, field.type, raw)
        if field.scale == 0 and isinstance(found, Decimal):
            return typed({"": whole}, "", found)
        return found

    def write(self, field: FieldShape, value: Value) -> Any:
        """Return what the vendor is sent; raises `ValueError` for what the field cannot hold."""
        if value is None:
            return None
        if field.one_of and value is not True:
            raise ValueError("only a yes can be written there")
        if field.type in ("date", "datetime") and isinstance(value, date):
            return self._time(field, value)
        if field.type == "number":
            return self._number(field, value)
        if field.type == "bool":
            return flag_of(value)
        if field.type == "ref":
            return self.ident(str(value))
        if field.type == "multi":
            return list(value) if isinstance(value, tuple) else [str(value)]
        if isinstance(value, tuple | date):
            raise ValueError("another kind of value than the field holds")  # noqa: TRY004
        if field.codec == "plain" and str(value).isdecimal():
            return int(str(value))
        return tagged(str(value)) if field.codec == "html" else str(value)

    def _is_null(self, field: FieldShape, raw: Any) -> bool:
        if isinstance(raw, bool):
            return field.type != "bool" and any(raw is null for null in self._spec.nulls)
        return isinstance(raw, str) and raw in self._spec.nulls

    def ident(self, value: str) -> Any:
        """Return an id as the vendor writes it; raises `ValueError` for one that is none."""
        if self._spec.ids == "text":
            return value
        if not re.fullmatch(r"\d{1,18}", value):
            raise ValueError("no id of this vendor")
        return int(value)

    def stamp(self, at: datetime) -> Any:
        """Return an instant as calls carry it."""
        return self._time(FieldShape(type="datetime"), at)

    def _time(self, field: FieldShape, value: date) -> Any:
        if field.type == "date":
            kind = field.codec or self._spec.date
            day = value.date() if isinstance(value, datetime) else value
            return _object("date", day, _PARTS) if kind == "object" else day.isoformat()
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError("a time without a zone")
        at = value.astimezone(UTC)
        kind = field.codec or self._spec.datetime
        if kind == "object":
            return _object("datetime", at, (*_PARTS, *_TIMES))
        if kind == "ms":
            return millis(at)
        if kind == "iso":
            return instant_text(at)
        return at.strftime("%Y-%m-%d %H:%M:%S" if kind == "naive" else "%Y-%m-%dT%H:%M:%SZ")

    def _number(self, field: FieldShape, value: Value) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise ValueError("no number")  # noqa: TRY004
        kind = field.codec or self._spec.number
        if kind == "plain":
            return value
        written = format(value, "f") if isinstance(value, Decimal) else str(value)
        return {"__class__": "Decimal", "decimal": written} if kind == "object" else written


def instant(raw: Any) -> datetime:
    """Return a vendor's time, whichever way it is written; one without a zone is in UTC."""
    if isinstance(raw, Mapping):
        return datetime(*(int(raw[name]) for name in (*_PARTS, *_TIMES)), tzinfo=UTC)  # type: ignore[arg-type,misc]
    if isinstance(raw, int) and not isinstance(raw, bool):
        return EPOCH + timedelta(milliseconds=raw)
    at = datetime.fromisoformat(_text(raw))
    return at.replace(tzinfo=UTC) if at.tzinfo is None else in_utc(str(raw))


def flag_of(value: Value) -> bool:
    """Return a yes or no; raises `ValueError` for anything else."""
    if not isinstance(value, bool):
        raise ValueError("neither yes nor no")  # noqa: TRY004
    return value


def plain_text(raw: str) -> str:
    """Return a text without its tags: what ends a line in HTML ends one here."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", raw))).strip("\n")


def tagged(text: str) -> str:
    """Return a text as HTML that reads the same."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def _object(kind: str, value: date, parts: tuple[str, ...]) -> dict[str, Any]:
    return {"__class__": kind, **{name: getattr(value, name) for name in parts}}


def _text(raw: Any) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise Unreadable("no text")
    return str(raw)


def _yes(raw: Any) -> bool:
    return bool(raw) if raw in (0, 1) else flag(raw)


def _number(raw: Any) -> Value:
    return exact(raw["decimal"] if isinstance(raw, Mapping) else raw)


def _day(raw: Any) -> date:
    if isinstance(raw, Mapping):
        return date(*(int(raw[name]) for name in _PARTS))
    return date.fromisoformat(_text(raw)[:10])
