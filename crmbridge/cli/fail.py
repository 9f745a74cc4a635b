"""Errors as people and scripts see them: a message on stderr and an exit code."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import typer

from crmbridge.cli.screen import complain
from crmbridge.errors import CrmBridgeError, LedgerBusy, StopError
from crmbridge.log import redact_text

DONE, FAILED, FINDINGS, STOPPED = range(4)
"""Exit codes (DESIGN 8)."""
LONGEST = 300
"""Characters shown of an unexpected error: its text may be anything."""


def guarded(work: Callable[[], Any], *, debug: bool = False) -> int:
    """Run a command and return its exit code; `debug` shows the traceback of any error."""
    try:
        code = work()
    except CrmBridgeError as error:
        return _told(str(error), code_of(error), debug=debug)
    except typer.Abort:
        return _told("stopped; nothing more was done", FAILED, debug=False)
    except OSError as error:
        if error.filename is None:
            return _unexpected(error, debug=debug)
        return _told(_file(error), FAILED, debug=debug)
    except Exception as error:  # noqa: BLE001  # the last place where an error can be made readable
        return _unexpected(error, debug=debug)
    return code if isinstance(code, int) else DONE


def code_of(error: CrmBridgeError) -> int:
    """The exit code of an error of ours."""
    return STOPPED if isinstance(error, LedgerBusy | StopError) else FAILED


def _file(error: OSError) -> str:
    """What is wrong with a file or folder that somebody named."""
    return (
        f"{error.filename}: {error.strerror or type(error).__name__}. Name another place, or make "
        "this one ready (--debug shows where it was needed)."
    )


def _told(message: str, code: int, *, debug: bool) -> int:
    if debug:
        complain(traceback.format_exc())
    for line in message.splitlines():
        complain(line)
    return code


def _unexpected(error: Exception, *, debug: bool) -> int:
    usage = getattr(error, "format_message", None)
    if callable(usage):  # the parser's own errors, whichever package they come from
        return _told(f"{usage()} (crmbridge --help shows the commands)", FAILED, debug=False)
    words = redact_text(str(error))[:LONGEST]
    message = (
        f"unexpected {type(error).__name__}: {words}\n"
        "This is a fault of crmbridge. Run the command with --debug to see where it happened."
    )
    return _told(message, FAILED, debug=debug)
