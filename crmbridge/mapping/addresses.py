"""E-mail addresses in their normal form, so that one address is one text however it was typed."""

from __future__ import annotations

import re
from unicodedata import category, normalize

import idna

_EMAIL = re.compile(r"^[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+$")
_BETWEEN = re.compile(r"[;,\s]+")
_SCHEME = "mailto:"
_LONGEST = 254
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that show nothing, though their class is not that of format characters."""
_VARIATION = (("\u180b", "\u180f"), ("\ufe00", "\ufe0f"), ("\U000e0100", "\U000e01ef"))
"""Selectors of a form of the character before them."""


def normal(text: str) -> str:
    """Return the normal form of one e-mail address.

    Invisible characters, spaces around it, `mailto:` and `Name <…>` go; wide forms become plain
    ones; it is in lower case; of a domain with letters beyond ASCII the registered form stands.
    Look-alikes of two scripts stay apart, and so do the parts behind a plus.

    Raises:
        ValueError: for a text that is no single address.
    """
    if not (text.isascii() and text.isprintable()) or "<" in text or ":" in text:
        text = _bare(_plain(text))
    text = text.strip().lower()
    if not text.isascii():
        text = _registered(normalize("NFKC", text))
    if len(text) > _LONGEST or not _EMAIL.match(text):
        raise ValueError("not an e-mail address")
    return text


def each(value: object) -> tuple[str, ...]:
    """Return the addresses that a field holds, several or one, each once; others are left out."""
    some = value if isinstance(value, tuple) else (value,)
    found: dict[str, None] = {}
    for text in (part for one in some if one for part in _BETWEEN.split(_plain(str(one)))):
        try:
            found[normal(text)] = None
        except ValueError:
            continue
    return tuple(found)


def _plain(text: str) -> str:
    """A text without what nobody sees, wide forms as plain ones."""
    seen = "".join(one for one in text if not _is_unseen(one))
    return "".join(one for one in normalize("NFKC", seen) if not _is_unseen(one)).strip()


def _is_unseen(one: str) -> bool:
    if category(one) == "Cf" or one in _UNSEEN or (category(one) == "Cc" and not one.isspace()):
        return True
    return any(low <= one <= high for low, high in _VARIATION)


def _bare(text: str) -> str:
    """An address out of what mail programs put around it: a scheme, a name, a scheme within."""
    text = _without_scheme(text)
    if text.endswith(">") and text.count("<") == 1:
        text = _without_scheme(text[text.index("<") + 1 : -1].strip())
    return text


def _without_scheme(text: str) -> str:
    if text[: len(_SCHEME)].lower() != _SCHEME:
        return text
    return text[len(_SCHEME) :].split("?")[0].strip()


def _registered(text: str) -> str:
    """An address whose domain is as it is registered; as it is where that cannot be."""
    local, at, domain = text.rpartition("@")
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except UnicodeError:  # what `idna` raises is one
        return text
