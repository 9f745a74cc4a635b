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


def once(words: tuple[str, ...], folder: Path) -> float:
    """CPU seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={"PATH": "", "CRMBRIDGE_LEDGER": f"sqlite:///{folder / 'ledger.db'}"},
        capture_output=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print CPU seconds of each command, and how often they are those of the first.

    The commands run in turn, and the least of each counts: what other processes take is left out.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        init = [sys.executable, "-m", "crmbridge", "init", "acme"]
        subprocess.run(init, cwd=folder, capture_output=True, check=True)
        best = dict.fromkeys(COMMANDS, float("inf"))
        for _ in range(ROUNDS):
            for words in COMMANDS:
                best[words] = min(best[words], once(words, folder))
        for words, spent in best.items():
            print(f"{' '.join(words):24} {spent:6.3f} s {spent / best[COMMANDS[0]]:6.2f}")


if __name__ == "__main__":
    main()
