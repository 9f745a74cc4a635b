"""Two definitions over one history: who would change side, how right each was, and how sure."""

from crmbridge.policy.backtest.compare import compare
from crmbridge.policy.backtest.history import History, Trip, histories
from crmbridge.policy.backtest.report import Backtest, Measure, Needs, Report, Side
from crmbridge.policy.backtest.screen import Screen

__all__ = [
    "Backtest",
    "History",
    "Measure",
    "Needs",
    "Report",
    "Screen",
    "Side",
    "Trip",
    "compare",
    "histories",
]
