"""The log of every request that an emulated vendor saw, for tests that count and compare."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from crmbridge.testing.emulator.vendor import Note, Request

KEEP = 500_000
"""Lines kept; older ones are dropped and counted."""

_DULL = frozenset({"host", "connection", "content-length"})
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization"})


class Audit:
    """Request lines in order of their end; safe between threads."""

    def __init__(self, vendor: str) -> None:
        self._vendor = vendor
        self._lock = threading.Lock()
        self._lines: deque[dict[str, Any]] = deque(maxlen=KEEP)
        self._count = 0

    def add(
        self, request: Request, note: Note, *, at: str, status: int, fault: str, route: str = ""
    ) -> None:
        """Log one request. `status` is 0 when nothing was answered, `fault` is a rule's kind."""
        line = {
            "time": at,
            "mono": round(time.monotonic(), 4),
            "vendor": self._vendor,
            "method": request.method,
            "path": request.path,
            "query": {name: list(values) for name, values in request.query.items()},
            "route": note.route or route,
            "object": note.object,
            "status": status,
            "rows": note.rows,
            "quota": dict(note.quota),
            "ops": list(note.ops),
            "fault": fault,
            "committed": note.committed,
            "writes": [one.shown() for one in note.writes],
            "headers": _headers(request.headers),
        }
        with self._lock:
            self._count += 1
            line["n"] = self._count
            self._lines.append(line)

    def lines(self) -> list[dict[str, Any]]:
        """Return a copy of the lines, oldest first."""
        with self._lock:
            return list(self._lines)

    def text(self) -> bytes:
        """Return the lines as JSON lines."""
        return "".join(json.dumps(line) + "\n" for line in self.lines()).encode()

    def empty(self) -> None:
        """Forget all lines; numbering goes on."""
        with self._lock:
            self._lines.clear()


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value.partition(" ")[0] if name in _SECRET else value
        for name, value in headers.items()
        if name not in _DULL
    }
