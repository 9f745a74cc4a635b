"""Every command has its line in docs/commands.md."""

import pytest
import typer

from crmbridge.cli import app
from tests.unit.cli.desk import ROOT


def commands(of: typer.Typer, before: str = "") -> list[str]:
    found = [f"{before}{one.name}" for one in of.registered_commands]
    for group in of.registered_groups:
        assert group.typer_instance is not None
        found += commands(group.typer_instance, f"{before}{group.name} ")
    return found


@pytest.mark.parametrize("command", commands(app))
def test_a_command_is_documented(command: str) -> None:
    assert f"| `{command}" in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
