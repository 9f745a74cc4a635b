"""Process settings and credentials: from the environment or a folder of secrets, nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from crmbridge.errors import ConfigError


class Settings(BaseSettings):
    """What a process is told by `CRMBRIDGE_…` variables."""

    model_config = SettingsConfigDict(env_prefix="CRMBRIDGE_", extra="ignore")

    config: Path = Path("mappings")
    """Folder of companies, one folder each."""
    company: str = ""
    data_dir: Path = Path(".crmbridge")
    """Where ledgers live unless `ledger` says otherwise."""
    ledger: str = ""
    """URL of the ledger; empty means a SQLite file a company in `data_dir`."""
    listen: str = "127.0.0.1:8080"
    clock: str = ""
    """Address of an emulator whose world clock is business time; empty is the machine's clock."""
    secrets_dir: Path | None = Field(default=None)
    """Folder with one file a credential, named like the variable."""
    log_level: str = "INFO"
    log_json: bool = True

    def ledger_url(self, company: str) -> str:
        """The URL of a company's ledger."""
        if self.ledger:
            return self.ledger
        return f"sqlite:///{(self.data_dir / company / 'ledger.db').absolute()}"

    def ready_place(self, company: str) -> None:
        """Make the folder of a company's ledger, if its place is left to us.

        A data folder that was named must be there already: it may be a disk that is not mounted.
        """
        named = "data_dir" in self.model_fields_set
        if self.ledger or (named and not self.data_dir.is_dir()):
            return
        (self.data_dir / company).mkdir(mode=0o700, parents=True, exist_ok=True)


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
