"""The daemon: companies at work until a signal comes."""

from crmbridge.daemon.pace import Pace
from crmbridge.daemon.run import run

__all__ = ["Pace", "run"]
