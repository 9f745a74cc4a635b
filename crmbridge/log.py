"""Logging: JSON lines on stderr, times in UTC, secrets and personal data taken out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

GONE = "[redacted]"
CLIENTS = ("httpx", "httpcore", "urllib3", "requests", "hubspot", "simple_salesforce", "zeep")
"""Loggers of libraries that print URLs and bodies below WARNING (reliability.md T11, T16)."""

_KEYS = re.compile(
    r"e_?mail|phone|mobile|token|secret|passw|authori[sz]ation|cookie|credential|assertion"
    r"|(api|private|access)_?key|signature|street|birth"
    r"|(^|first|last|full|sur|middle|display|lead|contact|person|rep|user)[_-]?name$",
    re.IGNORECASE,
)
_TEXT = (
    (
        # it begins where a run of such letters begins, or each letter of it would be tried
        re.compile(
            r"(?<![\w.!#$&'*+/=?^`{|}~-])[\w.!#$&'*+/=?^`{|}~-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+",
            re.I,
        ),
        "[email]",
    ),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=!-]{6,}", re.I), r"\1 [secret]"),
    (re.compile(r"(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*"), "[secret]"),
    (re.compile(r"\bpat-[a-z0-9]+-[0-9a-f-]{8,}", re.I), "[secret]"),
    (re.compile(r"\b00D\w{12,15}![\w.]+"), "[secret]"),
    (
        re.compile(r"\b((?:\w*token|\w*secret|password|assertion|hapikey|sig)=)[^&\s'\"]+", re.I),
        r"\1[secret]",
    ),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LONG = frozenset({"exception", "stack"})
_DEEPEST = 8
LONGEST = 20_000
"""Characters of one text in the log: a long trace has some thousand, and a pattern reads all."""
_KEY = 200
"""A longer name of a value is no name: nobody knows what it holds."""


def redact_text(text: str) -> str:
    """Return a text without e-mail addresses, bearer tokens and what else looks like a secret."""
    over = len(text) - LONGEST
    if over > 0:
        # the last word may be half an address
        text = text[:LONGEST]
        text = text[: max(text.rfind(" "), text.rfind("\n")) + 1]
    for pattern, instead in _TEXT:
        text = pattern.sub(instead, text)
    return f"{text}[{over} more characters]" if over > 0 else text


def redact(key: str, value: object, depth: int = 0) -> object:
    """Return a log value fit to print: `key` tells personal and secret fields, at any depth."""
    private = len(key) > _KEY or bool(_KEYS.search(key))
    if value is None or isinstance(value, bool | int | float):
        return value if not private or value is None else GONE
    if private or depth > _DEEPEST:
        return GONE
    if isinstance(value, Mapping):
        return {
            redact_text(str(name)): redact(str(name), item, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(key, item, depth + 1) for item in value]
    if isinstance(value, bytes | bytearray):
        return f"[{len(value)} bytes]"
    text = redact_text(str(value))
    return text if key in _LONG else _CONTROL.sub(lambda m: repr(m[0])[1:-1], text)


def redactor(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Redact every value of a log line; a processor of structlog."""
    return {key: redact(key, value) for key, value in event.items() if key[:1] != "_"} | {
        key: value for key, value in event.items() if key[:1] == "_"
    }


def configure(json: bool = True, level: str = "INFO", *, stream: TextIO | None = None) -> None:
    """Send all logging, the libraries' too, to stderr through the redactor.

    `json=False` prints lines for people. Call it again after building a client that sets levels
    of its own (HubSpot's SDK does so at each `Configuration()`); it may be called any number of
    times. Raises ValueError for an unknown level.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    render: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redactor,
            render,
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.setLevel(level.upper())
    root.handlers[:] = [handler]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    quiet_clients()


def quiet_clients() -> None:
    """Hold the libraries that print URLs and bodies at WARNING."""
    for name in CLIENTS:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(tuple(f"{client}." for client in CLIENTS)):
            logging.getLogger(name).setLevel(logging.NOTSET)
