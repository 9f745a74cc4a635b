"""What the tests of agreement files share: one text of the example broken, and both signatures."""

from __future__ import annotations

from pathlib import Path

from tests.stages.line import Line, Said

AGREEMENT, TEAMS, MAPPING = "agreement.toml", "teams.toml", "mapping.toml"
OPEN_TO_ALL = 'op = "any"\nof = [\n'
FIRST_RULE = 'asset  = "/demo*"\ngroup  = "intent"\npoints = 40'
CRITERION = '  { id = "more", field = '
PERMITTED = 'field      = "opted_out"\nop         = "'
KNOWN, GUESSED = (f'is_false"\nif_missing = "{word}' for word in ("fail", "pass"))
ADDRESS = 'field      = "email"\nop         = "'
SIDES = (("marketing", "Dana Ortiz"), ("sales", "Priya Raman"))


def broken(line: Line, file: str, before: str, after: str) -> Said:
    """What `validate` says once one text of a file is another."""
    line.edit(file, before, after)
    return line.run("validate")


def lines_of(line: Line, said: Said) -> list[str]:
    """The lines that were said, without the folder in front of a file's name."""
    folder = f"{line.file('')}/".replace("//", "/")
    return [one.replace(folder, "") for one in (said.out + said.err).splitlines()]


def sign(line: Line, path: Path | None = None) -> None:
    """Both owners sign a version: the one at this path, or the company's only one."""
    words = [str(path)] if path else []
    for side, name in SIDES:
        line.ok("agreement", "approve", *words, "--side", side, "--name", name)
