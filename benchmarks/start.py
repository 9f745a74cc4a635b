"""What it costs to start a command, beside `pip --version` in the same run."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 7
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("pip", "--version"),
    ("crmbridge", "--version"),
    ("crmbridge", "--help"),
    ("crmbridge", "held", "--help"),
    ("crmbridge", "status"),
)


def cpu(words: tuple[str, ...], folder: Path) -> float:
    """The least CPU seconds of some runs: what other processes take is left out."""
    best = float("inf")
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", *words],
            cwd=folder,
            env={"PATH": "", "CRMBRIDGE_LEDGER": f"sqlite:///{folder / 'ledger.db'}"},
            capture_output=True,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best, spent)
    return best


def main() -> None:
    """Print CPU seconds of each command, and how often they are those of the first."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        init = [sys.executable, "-m", "crmbridge", "init", "acme"]
        subprocess.run(init, cwd=folder, capture_output=True, check=True)
        yard = cpu(COMMANDS[0], folder)
        for words in COMMANDS:
            spent = cpu(words, folder)
            print(f"{' '.join(words):24} {spent:6.3f} s {spent / yard:6.2f}")


if __name__ == "__main__":
    main()
