"""Signed links: what a person may do by clicking, for how long, and the key that vouches for it.

A token is public: it lies in mails and logs of others. It holds opaque ids only, never a name or an
address, and says nothing that its holder could change.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from crmbridge.errors import ConfigError, LinkRefused

Kind = Literal["rate", "rep", "sign"]
"""What a link is for: rate a piece of content, see a rep's own page, sign an agreement. Also the
first part of its path."""

KEY_FILE = "links.key"
KEY_BYTES = 32
MAC_BYTES = 16
"""Half of SHA-256: 128 bits that nobody guesses, and a link that fits a field of 255 characters."""
LONGEST = 1_000
"""Characters of a token, at most; ours have about 200."""
OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO

NO_URL = (
    "CRMBRIDGE_URL is not set: set it to the address by which people reach this server, such as "
    "https://crmbridge.example.com"
)
FORGED = "This link is not complete, or it was changed. Open it again from the message it came in."
EXPIRED = "This link is too old. Nothing was changed; newer messages have a newer link."
FOREIGN = "This link is for something else. Open it again from the message it came in."

_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the links of one company; `base` has no slash at its end."""

    base: str
    company: str
    key: bytes

    def __repr__(self) -> str:
        return f"Links({self.base}, {self.company})"

    def make(self, kind: Kind, fields: Mapping[str, str], expires: datetime) -> str:
        """Return the address of a page that `fields` are for, good until `expires`.

        The same arguments give the same address. `fields` are opaque ids: anybody can read them.
        """
        return self.page(f"{kind}/{self.token(kind, fields, expires)}")

    def token(self, kind: Kind, fields: Mapping[str, str], expires: datetime) -> str:
        """Return the signed part of a link alone."""
        told = {
            "c": self.company,
            "e": int(expires.timestamp()),
            "f": dict(fields),
            "k": kind,
        }
        text = json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=True)
        body = _encoded(text.encode())
        return f"{body}.{_encoded(self._mac(kind, body))}"

    def read(self, kind: Kind, token: str, now: datetime) -> dict[str, str]:
        """Return the fields of a link of this kind and company.

        Raises:
            LinkRefused: it is forged, expired, or of another kind or company. Its text is for the
                person who clicked.
        """
        told = _told(token)
        if told["c"] != self.company:
            raise LinkRefused(FOREIGN, why="foreign")
        body, _, mac = token.partition(".")
        if not hmac.compare_digest(mac, _encoded(self._mac(told["k"], body))):
            raise LinkRefused(FORGED, why="forged")
        if told["k"] != kind:
            raise LinkRefused(FOREIGN, why="foreign")
        if now.timestamp() >= told["e"]:
            raise LinkRefused(EXPIRED, why="expired")
        return dict(told["f"])

    def page(self, path: str) -> str:
        """Return the address of a page of ours, such as `page("funnel")`."""
        return f"{self.base}/{path.removeprefix('/')}"

    def _mac(self, kind: str, body: str) -> bytes:
        """A code that no key of another company or kind gives."""
        own = hmac.digest(self.key, f"link\0{self.company}\0{kind}".encode(), sha256)
        return hmac.digest(own, body.encode(), sha256)[:MAC_BYTES]


def company_of(token: str) -> str:
    """The company that a token says it is of; nothing vouches for it before `Links.read` does.

    Raises:
        LinkRefused: it is no token of ours.
    """
    return str(_told(token)["c"])


def ident(token: str) -> str:
    """An opaque id of a link, the same each time it is opened."""
    return sha256(token.partition(".")[0].encode()).hexdigest()[:32]


def opaque(text: str) -> str:
    """A short id that stands for a name in a link, and tells it to nobody who does not know it."""
    return sha256(text.encode()).hexdigest()[:12]


def open_links(url: str, company: str, home: Path) -> tuple[Links | None, str]:
    """Return what makes a company's links, or nothing and why none are made.

    `url` is the setting. The key lies in `home`, and is made when there is none.
    """
    if not url:
        return None, NO_URL
    try:
        return Links(url.rstrip("/"), company, key_at(home / KEY_FILE)), ""
    except ConfigError as error:
        return None, str(error)


def key_at(path: Path) -> bytes:
    """Read the key that vouches for links, and make it first when there is none.

    Raises:
        ConfigError: it cannot be read or made, others may read it, or it is no key.
    """
    try:
        if not path.exists():
            _make(path)
        may, key = stat.S_IMODE(path.stat().st_mode), path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path}, the key that signs links, cannot be read or made ({error.strerror}): let the "
            "user that we run as own it and its folder"
        ) from None
    if may & OTHERS_MAY:
        raise ConfigError(
            f"{path}, the key that signs links, may be read by others (mode {may:03o}): remove it, "
            "and a new one is made; links that were sent then stop to work. If nobody else "
            "has seen it, `chmod 600` is enough"
        )
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{path} is no key that signs links: it has {len(key)} bytes, not {KEY_BYTES}. Put the "
            "old one back, or remove it: a new one is made, and links that were sent stop to work"
        )
    return key


def _make(path: Path) -> None:
    """Put a whole key there, or leave the one that somebody else put there meanwhile."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _told(token: str) -> dict[str, Any]:
    """What a token says, in the shape that ours have; nothing vouches for it yet."""
    told: Any = None
    if len(token) <= LONGEST and _TOKEN.fullmatch(token):
        body = token.partition(".")[0]
        with suppress(ValueError, RecursionError):
            told = json.loads(base64.b64decode(body + "=" * (-len(body) % 4), b"-_", validate=True))
    if not _is_ours(told):
        raise LinkRefused(FORGED, why="forged")
    return dict(told)


def _is_ours(told: Any) -> bool:
    if not isinstance(told, dict) or told.keys() != {"c", "e", "f", "k"}:
        return False
    if not isinstance(told["f"], dict) or type(told["e"]) is not int:
        return False
    return all(isinstance(one, str) for one in (told["c"], told["k"], *told["f"].values()))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
