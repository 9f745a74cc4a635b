"""What holds for all tests: shared set-ups, the long ones first, the same examples each time.

With CRMBRIDGE_TEST_RANDOM set, hypothesis draws others at each run. With CRMBRIDGE_TEST_STORE set
to postgres, ledgers are in a PostgreSQL server that the tests bring, and not in files.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from tests.share import drawn, seed, share

pytest.register_assert_rewrite("tests.stages")
pytest_plugins = ["tests.stages.fixtures"]

# loaded here, before any test file is: a build must not turn red by chance
settings.register_profile("steady", derandomize=True, deadline=None)
if "CRMBRIDGE_TEST_RANDOM" not in os.environ:
    settings.load_profile("steady")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from tests.stages.postgres import wanted  # what it is of is to be rewritten first

    if wanted():
        left = [item for item in items if item.get_closest_marker("of_file")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    if (part := share()) > 1:
        out = drawn(items, part, seed())
        config.hook.pytest_deselected(items=out)
        gone = {one.nodeid for one in out}
        items[:] = [one for one in items if one.nodeid not in gone]
