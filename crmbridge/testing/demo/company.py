"""The demo's company: acme's files with terms and reps of its own, paced for months in a minute."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from crmbridge.company import Company, build, unconnected
from crmbridge.files import CompanyFiles, example, load
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import Settings, credentials
from crmbridge.store import Ledger
from crmbridge.testing.demo.agreed import agreement_file, mapping_file
from crmbridge.testing.demo.cast import teams_file
from crmbridge.testing.pair import Pair
from crmbridge.testing.sandbox import ample_limits

NAME = "acme"
SPOKEN = "Halden Instruments"
EVERY = 5
"""Seconds between two looks of the daemon that nobody called for."""
SHARE = 50
"""Percent of the known leads that may change in a pass: one pass has what a weekend brought."""


def limits_file(pair: Pair) -> str:
    """The mapping's tables of quotas for a pair, each quota with a number that no play reaches."""
    lines = ["", "# Added by the demo: months pass in a minute here, and emulators have no limits."]
    for side, name in pair.sides():
        lines.append(f"[{side}.limits]")
        lines += [f"{one} = {number}" for one, number in ample_limits(name).items()]
        lines.append("")
    return "\n".join(lines)


def write_files(config: Path, pair: Pair | None = None) -> CompanyFiles:
    """Write the company's folder into a config folder, and read it back, checked.

    `pair` are its two connectors, those of the worked example by default.
    """
    pair = pair or Pair.shipped()
    folder = config / NAME
    folder.mkdir(parents=True)
    for name, content in example():
        text = content.decode()
        if name == "mapping.toml":
            text = mapping_file(text, pair)
            text = re.sub(r"(?m)^every( *)= \d+", rf"every\1= {EVERY}", text)
            text = re.sub(r"(?m)^share( *)= \d+", rf"share\1= {SHARE}", text) + limits_file(pair)
        if name == "agreement.toml":
            text = agreement_file(text)
        if name == "teams.toml":
            text = teams_file(text)
        (folder / name).write_text(text, encoding="utf-8")
    return load(config, NAME)


def ledger_url(data: Path) -> str:
    """The ledger's address in a data folder, as the settings give it."""
    (data / NAME).mkdir(parents=True, exist_ok=True)
    return Settings(data_dir=data, ledger="").ledger_url(NAME)


def open_here(
    files: CompanyFiles, url: str, environ: Mapping[str, str], home: Path | None = None
) -> Company:
    """Open the company in this process, with its connectors.

    `home` is the folder of what lies beside a ledger that is no file.
    """
    return build(
        files,
        Ledger.open(url, NAME, home=home),
        WorldClock(environ["CRMBRIDGE_CLOCK"]),
        lambda side: credentials(NAME, side, environ=environ),
    )


def open_to_read(files: CompanyFiles, url: str, environ: Mapping[str, str]) -> Company:
    """Open the company without its connectors: the ledger and the clock are enough to tell."""
    return unconnected(
        files,
        Ledger.open(url, NAME, create=False),
        WorldClock(environ["CRMBRIDGE_CLOCK"]),
        environ.get("CRMBRIDGE_URL", ""),
    )
