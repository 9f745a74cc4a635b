"""A dashboard in a process of its own that writes only what its user may, also where root runs it.

Root writes into every folder by one capability: without it the kernel goes by the folder's mode.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crmbridge.clock import FixedClock
from crmbridge.web import serve
from tests.revenue.small_world import NOW
from tests.stages.line import Line
from tests.stages.places import ROOT
from tests.web.site import settings_of

WRITES_EVERYWHERE = "-dac_override"


@contextmanager
def without_rights(line: Line, url: str) -> Iterator[str]:
    """Serve the dashboard of a line's company; yield its address. `url` is what people reach."""
    process = subprocess.Popen(
        [*_dropping(), sys.executable, "-m", "tests.web.rights", str(line.home), url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = map(str.strip, process.stdout)
        yield next(one for one in said if one.startswith("http"))
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


def _dropping() -> list[str]:
    """What takes root's right from a process; nothing where somebody else runs the tests."""
    if os.geteuid():
        return []
    tool = shutil.which("setpriv")
    if tool is None:
        pytest.skip("root writes everywhere, and there is no setpriv here that takes that away")
    return [tool, "--bounding-set", WRITES_EVERYWHERE, "--inh-caps", WRITES_EVERYWHERE]


def _main(home: Path, url: str) -> None:
    env = {
        "CRMBRIDGE_CONFIG": str(home / "mappings"),
        "CRMBRIDGE_DATA_DIR": str(home / "data"),
    }
    settings = settings_of(Line(home=home, env=env), home / "secrets")
    site = serve(settings.model_copy(update={"url": url}), clock=FixedClock(NOW))
    try:
        print(site.url, flush=True)
        sys.stdin.read()
    finally:
        site.stop()


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2])
