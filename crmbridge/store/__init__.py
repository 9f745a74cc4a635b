"""The ledger: what happened, what is owed to vendors, and who may do it now."""

from crmbridge.store.budgets import LedgerBudgets
from crmbridge.store.ledger import Ledger

__all__ = ["Ledger", "LedgerBudgets"]
