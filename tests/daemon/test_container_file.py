"""The Dockerfile, as far as it can be tried without a container engine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

from crmbridge.daemon.figures import HELP
from crmbridge.settings import Settings
from crmbridge.web import serve
from tests.daemon.test_daemon_web import Fake
from tests.stages.places import ROOT

TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_health_check_says_what_healthz_says() -> None:
    found = re.search(r"CMD (\[\"python\", \"-c\".*\])", TEXT)
    assert found
    _, *arguments = json.loads(found[1])
    probe = Fake()
    served = serve(Settings(listen="127.0.0.1:0"), probe)
    environ = {**os.environ, "CRMBRIDGE_LISTEN": served.url.removeprefix("http://")}

    def check() -> int:
        done = subprocess.run([sys.executable, *arguments], env=environ, capture_output=True)
        return done.returncode

    try:
        assert check() == 0
        probe.dead.append("stuck")
        assert check() == 1
    finally:
        served.stop()


def test_the_image_needs_no_shell_no_root_and_no_unpinned_package() -> None:
    lines = [one for one in TEXT.splitlines() if one and not one.startswith("#")]
    started = [one for one in lines if re.match(r"(RUN|ENTRYPOINT|CMD|SHELL) ", one)]
    assert all(re.match(r"\w+ \[", one) for one in started)
    assert "USER 10001:10001" in lines
    assert any("--require-hashes" in one for one in lines)
    assert "STOPSIGNAL SIGTERM" in lines


def test_every_file_that_the_image_copies_is_there() -> None:
    for line in re.findall(r"^COPY (?!--)(.+)$", TEXT, flags=re.M):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name


def test_the_page_on_operations_lists_every_metric() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {name for name in HELP if f"`{name}`" not in page} == set()
