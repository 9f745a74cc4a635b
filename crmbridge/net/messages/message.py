"""A message to people, and what all ways of sending one have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

LONGEST_SUBJECT = 150
"""Characters of a subject line; mail readers cut longer ones anyway."""

_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# overrides of the writing direction let a text look like another one
_TURNED = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A plain text to some people.

    `id` is the operation's: it stands in every message, so that one which arrives twice is known
    as one. `to` are e-mail addresses (only mail uses them), `whom` says in words whom it is for.
    `links` are addresses of ours in the text: a chat room may show them as links.
    """

    id: str
    subject: str
    text: str
    to: tuple[str, ...] = ()
    whom: str = ""
    links: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Message({self.id})"


class Sender(Protocol):
    """A way to send messages."""

    @property
    def timeout(self) -> float:
        """Seconds after which a call is over, one way or the other."""
        ...

    def send(self, message: Message) -> None:
        """Send a message.

        Raises errors of `crmbridge.errors` only: Unavailable when nothing was sent, Unknown when
        it may have arrived, Refused, AuthFailed. None holds an address, a text or a secret.
        """
        ...

    def arrived(self, ident: str) -> bool | None:
        """Whether a message is known to have arrived; `None` where that cannot be asked."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


def one_line(text: str, longest: int = LONGEST_SUBJECT) -> str:
    """Return a text as one line without control characters, for a subject or a name."""
    line = _SPACE.sub(" ", _TURNED.sub("", text)).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def clean(text: str) -> str:
    """Return a text whose lines are kept and whose control characters are gone."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    return _CONTROL.sub("", _TURNED.sub("", lines.replace("\u2029", "\n")))
