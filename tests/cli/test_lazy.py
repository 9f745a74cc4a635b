"""A list of commands loads none of them, and says of each what the command itself says."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import pytest

from crmbridge.cli.commands import COMMANDS
from crmbridge.cli.lazy import Entry

HEAVY = ("sqlalchemy", "starlette", "uvicorn", "holidays", "httpx", "connectors")
"""Packages that only a command at work needs."""


def _each(entries: tuple[Entry, ...], *before: str) -> Iterator[tuple[str, Entry]]:
    for one in entries:
        if one.parts:
            yield from _each(one.parts, *before, one.name)
        else:
            yield " ".join((*before, one.name)), one


ALL = dict(_each(COMMANDS))


@pytest.mark.parametrize("command", ALL)
def test_a_line_of_help_is_the_first_of_its_command(command: str) -> None:
    entry = ALL[command]
    module, _, function = entry.place.partition(":")
    found = getattr(import_module(f"crmbridge.cli.{module}"), function)
    assert entry.about == " ".join(str(found.__doc__).split("\n\n")[0].split())


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["held", "--help"], ["nope"]])
def test_no_command_is_loaded_for_a_word_about_commands(words: list[str]) -> None:
    code = (
        "import sys\n"
        "from crmbridge.cli import main\n"
        f"sys.argv = ['crmbridge', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert "LOADED []" in said.stdout, said.stdout
