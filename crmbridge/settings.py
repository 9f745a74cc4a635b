"""Process settings and credentials: from the environment or a folder of secrets, nowhere else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from crmbridge.errors import ConfigError

PREFIX = "CRMBRIDGE_"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
OTHERS = frozenset({"TOKEN", "VIEW_TOKEN"})
"""Variables that are read elsewhere."""
PARTS = ("MARKETING", "SALES", "MESSAGES")
"""What of a company credentials are for: the second part of their names."""
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?|[0-9a-f]*:[0-9a-f:.]*")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")


class Settings(BaseModel):
    """What a process is told by `CRMBRIDGE_…` variables; what is given by name goes before them.

    Raises pydantic's `ValidationError` for a value that a setting cannot have.
    """

    model_config = ConfigDict(extra="ignore")

    config: Path = Path("mappings")
    """Folder of companies, one folder each."""
    company: str = ""
    data_dir: Path = Path(".crmbridge")
    """Where ledgers live unless `ledger` says otherwise."""
    ledger: str = Field(default="", repr=False)
    """URL of the ledger, which may hold a password; empty means a SQLite file a company in
    `data_dir`."""
    listen: str = "127.0.0.1:8080"
    url: str = ""
    """The address by which people reach us, for links; empty means that none are made."""
    clock: str = ""
    """Address of an emulator whose world clock is business time; empty is the machine's clock."""
    secrets_dir: Path | None = Field(default=None)
    """Folder with one file a credential, named like the variable."""
    log_level: str = "INFO"
    log_json: bool = True

    @model_validator(mode="before")
    @classmethod
    def _from_environment(cls, given: dict[str, Any]) -> dict[str, Any]:
        told = {name.lower(): value for name, value in os.environ.items()}
        names = {name: f"{PREFIX}{name}".lower() for name in cls.model_fields}
        return {name: told[word] for name, word in names.items() if word in told} | given

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, level: str) -> str:
        if level.upper() not in LEVELS:
            raise ValueError(f"{level!r} is no level; write one of {', '.join(LEVELS)}")
        return level

    @field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        return url and address(url)

    def ledger_url(self, company: str) -> str:
        """The URL of a company's ledger."""
        if self.ledger:
            return self.ledger
        return f"sqlite:///{self.home(company) / 'ledger.db'}"

    def home(self, company: str) -> Path:
        """The folder of what lies beside a company's ledger, and of the ledger if it is left to us.

        A ledger that is a file somewhere else has its own.
        """
        return (self.data_dir / company).absolute()

    def ready_place(self, company: str) -> None:
        """Make the folder of a company's ledger, or of what lies beside it, if it is left to us.

        A data folder that was named must be there already: it may be a disk that is not mounted.
        """
        named = "data_dir" in self.model_fields_set
        elsewhere = self.ledger and not self.ledger.startswith("postgresql")
        if elsewhere or (named and not self.data_dir.is_dir()):
            return
        (self.data_dir / company).mkdir(mode=0o700, parents=True, exist_ok=True)


def address(url: str) -> str:
    """An address that people reach us by, in its one spelling, without a slash at the end.

    Raises:
        ValueError: it is more or less than http or https, a host, and maybe a port and a path.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    port = parts.port  # raises ValueError where it is none
    more = any(sign in url for sign in "?#@\t\r\n ")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or more or port == 0:
        raise ValueError(
            f"{url!r} is no address for links: write http or https, a host, and maybe a port and a "
            "path, such as https://crmbridge.example.com"
        )
    if not _PATH.fullmatch(parts.path):
        raise ValueError(f"{url!r} is no address for links: its path has odd characters")
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def strange_names(
    environ: Mapping[str, str] | None = None, companies: Iterable[str] = ()
) -> list[str]:
    """Say which variables are so near to a setting that a slip of the keyboard is likely.

    `companies` are those of the config folder: their credentials have a name for each part too.
    """
    known = {name.upper() for name in Settings.model_fields} | OTHERS
    given = os.environ if environ is None else environ
    names = [one.upper() for one in companies]
    found: list[str] = []
    for name in sorted(one.upper() for one in given if one.upper().startswith(PREFIX)):
        word = name.removeprefix(PREFIX)
        if word in known:
            continue
        meant = _part_meant(word, names) if "__" in word else _near(word, known)
        if meant:
            found.append(f"{name}: no such setting; did you mean {PREFIX}{meant}?")
    return found


def _part_meant(word: str, companies: Iterable[str]) -> str:
    """What the name of a credential should be if its company or its side is mistyped."""
    own = max((one for one in companies if word.startswith(f"{one}__")), key=len, default="")
    if own:
        side, _, name = word.removeprefix(f"{own}__").partition("__")
        meant = "" if side in PARTS else _near(side, PARTS)
        # a further system may be called sales_eu
        meant = "" if side.startswith(f"{meant}_") else meant
        return f"{own}__{meant}__{name}" if meant else ""
    company, _, rest = word.partition("__")
    meant = _near(company, companies)
    return f"{meant}__{rest}" if meant else ""


def _near(word: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.8)), "")


def unknown_credentials(
    company: str, side: str, given: Iterable[str], known: Iterable[str]
) -> list[str]:
    """Say which names of credentials are so near to one of a connector's that it is meant."""
    names = sorted(set(given) - set(known))
    return [
        f"{variable(company, side, name)}: no such setting; did you mean "
        f"{variable(company, side, meant)}?"
        for name in names
        if (meant := _near(name, known))
    ]


def variable(company: str, side: str, name: str) -> str:
    """The variable that holds a credential, such as `CRMBRIDGE_ACME__SALES__CLIENT_ID`."""
    return f"{PREFIX}{company}__{side}__{name}".upper()


def spelled_out(text: str, company: str, side: str, names: Iterable[str]) -> str:
    """A message about credentials with each name as its whole variable."""
    for name in sorted(names, key=len, reverse=True):
        whole = variable(company, side, name)
        text = re.sub(rf"(?<![A-Z_]){re.escape(name)}(?![A-Z_])", whole, text)
    return text


def credentials(
    company: str,
    side: str,
    secrets_dir: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Collect a system's credentials, by upper-case name, without the company's prefix.

    `CRMBRIDGE_ACME__SALES__CLIENT_ID` gives `CLIENT_ID` for acme's sales system. A file of the
    same name in the secrets folder wins. White space around a value is dropped.
    """
    prefix = f"CRMBRIDGE_{company}__{side}__".upper()
    environ = os.environ if environ is None else environ
    found = {
        name.upper().removeprefix(prefix): value.strip()
        for name, value in environ.items()
        if name.upper().startswith(prefix)
    }
    if secrets_dir is not None:
        found |= _from_folder(secrets_dir, prefix)
    return {name: value for name, value in found.items() if value}


def _from_folder(folder: Path, prefix: str) -> dict[str, str]:
    if not folder.is_dir():
        raise ConfigError(
            f"CRMBRIDGE_SECRETS_DIR: {folder} is no folder. Make it, or unset the variable."
        )
    return {
        path.name.upper().removeprefix(prefix): path.read_text(encoding="utf-8").strip()
        for path in folder.iterdir()
        if path.is_file() and path.name.upper().startswith(prefix)
    }
