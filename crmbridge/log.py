"""Logging: JSON lines on stderr, times in UTC, secrets and personal data taken out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, TextIO

GONE = "[redacted]"
CLIENTS = ["httpx", "httpcore", "urllib3", "requests"]
"""Loggers of libraries that print URLs and bodies below WARNING (reliability.md T11, T16).

Each connector adds those of its vendor's library: see `quiet_clients`.
"""

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


class _Logger:
    """A logger of structlog's that loads it with the first line: most commands write none."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Callable[..., Any]:
        import structlog

        _ready()
        found: Callable[..., Any] = getattr(structlog.get_logger(self._name), method)
        return found


def get_logger(name: str) -> Any:
    """Return structlog's logger of that name; the library is loaded when it is first used."""
    return _Logger(name)


class _Lines(logging.Formatter):
    """Makes a line of a record by structlog, which the first record loads."""

    def __init__(self, *, json: bool) -> None:
        super().__init__()
        self._json = json
        self._made: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, redacted."""
        if self._made is None:
            self._made = _formatter(json=self._json)
        return self._made.format(record)


_unsettled = False
"""Whether `configure` was called, and structlog not yet told."""


def configure(json: bool = True, level: str = "INFO", *, stream: TextIO | None = None) -> None:
    """Send all logging, the libraries' too, to stderr through the redactor.

    `json=False` prints lines for people. Call it again after building a client that sets levels
    of its own, as some vendors' libraries do; it may be called any number of
    times. Raises ValueError for an unknown level.
    """
    global _unsettled
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Lines(json=json))
    root = logging.getLogger()
    root.setLevel(level.upper())
    root.handlers[:] = [handler]
    _unsettled = True
    if "structlog" in sys.modules:
        _ready()
    quiet_clients()


def _shared() -> list[Any]:
    """What is done to every line, whoever wrote it."""
    import structlog

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]


def _formatter(*, json: bool) -> logging.Formatter:
    import structlog

    render: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *_shared()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redactor,
            render,
        ],
    )


def _ready() -> None:
    """Tell structlog of the last `configure`, once."""
    global _unsettled
    if not _unsettled:
        return
    import structlog

    _unsettled = False
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def quiet_clients(*more: str) -> None:
    """Hold the libraries that print URLs and bodies at WARNING, from now on `more` of them too."""
    CLIENTS.extend(name for name in more if name not in CLIENTS)
    for name in CLIENTS:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(tuple(f"{client}." for client in CLIENTS)):
            logging.getLogger(name).setLevel(logging.NOTSET)
