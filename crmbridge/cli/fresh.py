"""A new company's folder: the worked example with the company's name in it."""

from __future__ import annotations

import re
from pathlib import Path

from crmbridge.errors import ConfigError
from crmbridge.files import NAMES, example
from crmbridge.flows.agreed.signature import unsigned_text
from crmbridge.registry import connector
from crmbridge.testing.pair import Pair

_NAME = re.compile(r"[a-z0-9_]+\Z")
_COMPANY = re.compile(r'^(company\s*=\s*)"acme"', re.MULTILINE)
_COMMAND = re.compile(r"(`crmbridge [a-z ]+) acme`")


def found_company(folder: Path, name: str) -> list[Path]:
    """Write the example's files for a company and return them.

    Raises:
        ConfigError: the name is no company name, or one of the files is there already.
    """
    if not _NAME.match(name):
        raise ConfigError(f"{name!r} is no company name: write a to z, 0 to 9 and _ only")
    there = [file for file in NAMES if (folder / file).exists()]
    if there:
        raise ConfigError(
            f"{folder} has {', '.join(there)} already: nothing was written. Choose another name, "
            "or move the folder away."
        )
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file, content in example():
        path = folder / file
        with path.open("x", encoding="utf-8") as out:  # x: not even by a race
            text = renamed(content.decode(), name)
            out.write(unsigned_text(text) if file == "agreement.toml" else text)
        written.append(path)
    return written


def renamed(text: str, name: str) -> str:
    """The example's text with another company's name in its keys and its hints."""
    return _COMMAND.sub(rf"\1 {name}`", _COMPANY.sub(rf'\1"{name}"', text))


def next_steps(name: str, folder: Path) -> list[str]:
    """What a person does after `init`, in order."""
    secrets = "; ".join(
        f"CRMBRIDGE_{name.upper()}__{side.upper()}__… for {connector(vendor).info.title}: "
        + ", ".join(one for one in connector(vendor).info.credentials if one != "BASE_URL")
        for side, vendor in Pair.shipped().sides()
    )
    return [
        f"Edit the files in {folder}: systems and fields in mapping.toml, the definition in "
        "agreement.toml, your reps in teams.toml.",
        f"crmbridge validate {name}",
        f"Set the credentials in the environment ({secrets}).",
        f"crmbridge validate {name} --online",
        f"crmbridge sync --company {name}    (the first run only reads)",
        f"crmbridge agreement test --company {name}, then crmbridge agreement show --company "
        f"{name}    (the page that both sides sign; docs/agreement.md is the guide)",
        f"crmbridge agreement approve --company {name} --side marketing --name …, and --side sales"
        "    (names under [owners] of agreement.toml; nothing is written before both have signed)",
        f"crmbridge plan --company {name} --out plan.json    (read it, then `crmbridge apply`)",
    ]
