"""Reads SOQL: text to a query tree, with the vendor's errors for what it does not take."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from connectors.salesforce.emulator.faults import VendorError
from connectors.salesforce.emulator.stamps import read_day, read_stamp

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')"
    r"|(?P<datetime>\d{4}-\d{2}-\d{2}T[0-9:.]+(?:Z|[+-]\d{2}:?\d{2}))"
    r"|(?P<date>\d{4}-\d{2}-\d{2}(?![\dT]))"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?(?![\w.]))"
    r"|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<sign><=|>=|!=|<>|=|<|>|\(|\)|,))",
    re.DOTALL,
)
_ESCAPES = {
    "n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\",
    "N": "\n", "R": "\r", "T": "\t", "B": "\b", "F": "\f",
}  # fmt: skip
_COMPARE = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
MAX_LENGTH = 100_000
MAX_OFFSET = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A value in a condition: kind string, number, boolean, null, date or datetime.

    `raw` keeps the text of a string with its LIKE escapes.
    """

    kind: str
    value: str | float | bool | None
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One comparison; `op` is = != < <= > >= like in not-in, `at` its place in the text."""

    path: str
    op: str
    values: tuple[Literal, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Conditions joined by `and`, `or`, or turned by `not`."""

    how: str
    parts: tuple[Check | Join, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of the order."""

    path: str
    down: bool
    nulls_last: bool
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A whole query; `count` stands for COUNT(), `fields` are (path, place in the text)."""

    text: str
    fields: tuple[tuple[str, int], ...]
    count: bool
    entity: str
    entity_at: int
    where: Check | Join | None
    order: tuple[Key, ...]
    limit: int | None
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of the text: its kind, its text and its place."""

    kind: str
    text: str
    at: int


def complain(text: str, at: int, message: str, code: str = "MALFORMED_QUERY") -> VendorError:
    """Return an error with the piece of the query and a caret under the fault."""
    start, stop = max(0, at - 40), min(len(text), at + 40)
    line = text[start:stop].replace("\n", " ")
    caret = " " * (at - start) + "^"
    return VendorError(code, f"\n{line}\n{caret}\nERROR at Row:1:Column:{at + 1}\n{message}")


def parse(text: str) -> Query:
    """Return the tree of a query. Raises `VendorError` MALFORMED_QUERY."""
    if len(text) > MAX_LENGTH:
        raise VendorError("QUERY_TOO_COMPLICATED", "Query is too long: over 100000 characters")
    return _Parser(text).query()


def unescape(quoted: str) -> str | None:
    """Return the value of a string's inside; `None` for an escape that does not exist."""
    out: list[str] = []
    place = 0
    while place < len(quoted):
        char = quoted[place]
        if char != "\\":
            out.append(char)
            place += 1
            continue
        mark = quoted[place + 1 : place + 2]
        if mark in ("u", "U"):
            out.append(chr(int(quoted[place + 2 : place + 6], 16)))
            place += 6
        elif mark in ("_", "%"):
            out.append(mark)
            place += 2
        elif mark in _ESCAPES:
            out.append(_ESCAPES[mark])
            place += 2
        else:
            return None
    return "".join(out)


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            place += len(text[place:]) - len(text[place:].lstrip())
            _unreadable(text, place)
        found.append(
            Token(
                kind=match.lastgroup, text=match[match.lastgroup], at=match.start(match.lastgroup)
            )
        )
        place = match.end()
    return [*found, Token(kind="end", text="<EOF>", at=end)]


def _unreadable(text: str, place: int) -> NoReturn:
    if text[place] == "'":
        raise complain(text, place, "line 1:0 mismatched character '<EOF>' expecting '''")
    raise complain(text, place, f"unexpected token: '{text[place]}'")


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._place = 0

    def query(self) -> Query:
        self._word("SELECT")
        count, fields = self._selected()
        self._word("FROM")
        entity = self._take("name")
        where = self._conditions() if self._is("WHERE") else None
        order = self._order() if self._is("ORDER") else ()
        limit = self._whole() if self._is("LIMIT") else None
        offset = self._whole() if self._is("OFFSET") else 0
        if self._now.kind != "end":
            self._refuse()
        if offset > MAX_OFFSET:
            raise VendorError("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
        return Query(
            text=self._text, fields=fields, count=count, entity=entity.text, entity_at=entity.at,
            where=where, order=order, limit=limit, offset=offset,
        )  # fmt: skip

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _refuse(self) -> NoReturn:
        raise complain(self._text, self._now.at, f"unexpected token: '{self._now.text}'")

    def _take(self, kind: str, text: str = "") -> Token:
        token = self._now
        if token.kind != kind or (text and token.text != text):
            self._refuse()
        self._place += 1
        return token

    def _is(self, word: str) -> bool:
        if self._now.kind == "name" and self._now.text.upper() == word:
            self._place += 1
            return True
        return False

    def _word(self, word: str) -> None:
        if not self._is(word):
            self._refuse()

    def _sign(self, text: str) -> bool:
        if self._now.kind == "sign" and self._now.text == text:
            self._place += 1
            return True
        return False

    def _selected(self) -> tuple[bool, tuple[tuple[str, int], ...]]:
        first = self._take("name")
        if first.text.upper() == "COUNT" and self._sign("("):
            self._take("sign", ")")
            return True, ()
        fields = [first]
        while self._sign(","):
            fields.append(self._take("name"))
        return False, tuple((token.text, token.at) for token in fields)

    def _conditions(self) -> Check | Join:
        """Read conditions; AND and OR side by side need brackets, as at the vendor."""
        parts = [self._condition()]
        how = ""
        while self._now.kind == "name" and self._now.text.upper() in ("AND", "OR"):
            word = self._now.text.lower()
            if how not in ("", word):
                self._refuse()
            how = word
            self._place += 1
            parts.append(self._condition())
        return Join(how=how, parts=tuple(parts)) if how else parts[0]

    def _condition(self) -> Check | Join:
        if self._is("NOT"):
            return Join(how="not", parts=(self._condition(),))
        if self._sign("("):
            inside = self._conditions()
            self._take("sign", ")")
            return inside
        return self._test()

    def _test(self) -> Check:
        name = self._take("name")
        if self._now.kind == "sign" and self._now.text in _COMPARE:
            op = _COMPARE[self._now.text]
            self._place += 1
            return Check(path=name.text, op=op, values=(self._literal(),), at=name.at)
        if self._is("LIKE"):
            return Check(path=name.text, op="like", values=(self._literal(),), at=name.at)
        op = "not-in" if self._is("NOT") else "in"
        self._word("IN")
        return Check(path=name.text, op=op, values=self._list(), at=name.at)

    def _list(self) -> tuple[Literal, ...]:
        self._take("sign", "(")
        values = [self._literal()]
        while self._sign(","):
            values.append(self._literal())
        self._take("sign", ")")
        return tuple(values)

    def _literal(self) -> Literal:
        token = self._now
        reader = self._readers.get(token.kind)
        literal = reader(token) if reader else None
        if literal is None:
            self._refuse()
        self._place += 1
        return literal

    @property
    def _readers(self) -> dict[str, Callable[[Token], Literal | None]]:
        return {
            "string": self._string,
            "number": lambda token: Literal(kind="number", value=float(token.text)),
            "datetime": lambda token: _timed("datetime", read_stamp(token.text)),
            "date": lambda token: _timed("date", read_day(token.text)),
            "name": _named,
        }

    def _string(self, token: Token) -> Literal:
        inside = token.text[1:-1]
        try:
            value = unescape(inside)
        except ValueError:
            value = None
        if value is None:
            raise complain(self._text, token.at, "Illegal string literal: invalid escape sequence")
        return Literal(kind="string", value=value, raw=inside)

    def _order(self) -> tuple[Key, ...]:
        self._word("BY")
        keys = [self._key()]
        while self._sign(","):
            keys.append(self._key())
        return tuple(keys)

    def _key(self) -> Key:
        name = self._take("name")
        down = self._is("DESC")
        if not down:
            self._is("ASC")
        last = False
        if self._is("NULLS"):
            last = self._is("LAST")
            if not last:
                self._word("FIRST")
        return Key(path=name.text, down=down, nulls_last=last, at=name.at)

    def _whole(self) -> int:
        token = self._take("number")
        if not token.text.isdigit():
            raise complain(self._text, token.at, f"unexpected token: '{token.text}'")
        return int(token.text)


def _timed(kind: str, value: str | None) -> Literal | None:
    return None if value is None else Literal(kind=kind, value=value)


def _named(token: Token) -> Literal | None:
    word = token.text.lower()
    if word == "null":
        return Literal(kind="null", value=None)
    return Literal(kind="boolean", value=word == "true") if word in ("true", "false") else None
