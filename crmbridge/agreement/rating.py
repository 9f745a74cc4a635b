"""How promising a ready lead is, in the three words that both sides use."""

from __future__ import annotations

from typing import Literal

Rating = Literal["cold", "warm", "hot"]
RATINGS = ("cold", "warm", "hot")
"""From the least promising to the most."""
