"""A worker process that makes turns on command, and that dies where the environment says."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from crmbridge.company import Company
from crmbridge.files import load
from crmbridge.flows.operate.turn import arm, turn
from crmbridge.store import outbox
from crmbridge.store.crash import VARIABLE
from crmbridge.testing.demo.company import open_here
from crmbridge.testing.sandbox import always_open, unhurried
from tests.stages.places import MAPPINGS

CONFIG = "CRMBRIDGE_CONFIG"
"""Variable that names another folder of companies than that of the worked example."""


def main() -> None:
    """Read one command a line: `arm`, `crash <point#n>`, or `turn`, which is answered in JSON."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # log lines go elsewhere
    company = _company(sys.argv[1], Path(sys.argv[2]))
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        verb, _, rest = line.strip().partition(" ")
        if verb == "arm":
            arm(company)
        elif verb == "crash":
            os.environ[VARIABLE] = rest
        told = _turn(company) if verb == "turn" else {}
        print(json.dumps(told), file=answers, flush=True)
    company.close()


def _company(url: str, home: Path) -> Company:
    files = load(Path(os.environ.get(CONFIG, MAPPINGS)), "acme")
    return open_here(
        replace(files, mapping=unhurried(files.mapping), teams=always_open(files.teams)),
        url,
        dict(os.environ),
        home,
    )


def _turn(company: Company) -> dict[str, object]:
    made = turn(company, sleep=lambda _s: None)
    with company.ledger.read() as tx:
        waiting = sum(outbox.pending(tx, side) for side in ("marketing", "sales"))
    errors = {side: str(error) for side, error in made.errors.items()}
    return {"writes": made.writes, "waiting": waiting, "errors": errors}


if __name__ == "__main__":
    main()
