"""Two definitions over one history: who would change side, how right each was, and how sure."""

from crmbridge.policy.backtest.compare import compare
from crmbridge.policy.backtest.history import History, Trip, histories
from crmbridge.policy.backtest.report import Measure, Needs, Report, Side

__all__ = ["History", "Measure", "Needs", "Report", "Side", "Trip", "compare", "histories"]
