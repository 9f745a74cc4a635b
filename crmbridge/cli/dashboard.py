"""`crmbridge dashboard`: the pages alone, over the ledgers that are there."""

from __future__ import annotations

import signal
import threading

from crmbridge import log
from crmbridge.cli.opening import CompanyName, ConfigFolder, settings_of
from crmbridge.cli.screen import line
from crmbridge.web import serve


def dashboard_(company: CompanyName = "", config: ConfigFolder = None) -> None:
    """Serve the dashboard on CRMBRIDGE_LISTEN until Ctrl-C; `crmbridge run` serves it too.

    It reads the ledgers, also beside a running daemon. No vendor is asked.
    """
    settings = settings_of(config, company)
    log.configure(json=settings.log_json, level=settings.log_level)
    named = company or settings.company
    ended = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    served = serve(settings, companies=[named] if named else [])
    try:
        line(f"The dashboard is at {served.url}. Ctrl-C ends it.")
        while not ended.wait(0.5):
            if not served.wait(0):
                break
    finally:
        served.stop()
