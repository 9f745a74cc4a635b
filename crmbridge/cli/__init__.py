"""The command line: `crmbridge …`, for people in a terminal and for scripts with `--json`."""

from crmbridge.cli.app import app, main

__all__ = ["app", "main"]
