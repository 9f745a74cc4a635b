"""Decimal arithmetic that is exact enough for points and money, whatever the process has set."""

from __future__ import annotations

from decimal import Context

EXACT = Context(prec=40)
"""Forty digits: more than any score or amount has, so that only the last step rounds."""
