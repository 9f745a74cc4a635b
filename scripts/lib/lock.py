"""Print the direct requirements of an extra of pyproject.toml, crmbridge's own extras unfolded."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent / "pyproject.toml"
OWN = re.compile(r"^crmbridge\[(?P<extras>[a-z, ]+)\]$")


def wanted(extra: str) -> Iterator[str]:
    """Yield what the project, its build and the extra ask for, in no order."""
    data = tomllib.loads(PROJECT.read_text(encoding="utf-8"))
    yield from data["build-system"]["requires"]
    yield from data["project"]["dependencies"]
    yield from _unfold(data["project"]["optional-dependencies"], extra)


def _unfold(extras: dict[str, list[str]], name: str) -> Iterator[str]:
    for line in extras[name]:
        own = OWN.match(line)
        if own is None:
            yield line
        else:
            for inner in own["extras"].split(","):
                yield from _unfold(extras, inner.strip())


if __name__ == "__main__":
    sys.stdout.write("\n".join(sorted(set(wanted(sys.argv[1])))) + "\n")
