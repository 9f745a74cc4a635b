"""Where the project and its worked example lie, and the instant at which most tests begin."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "mappings"
ACME = MAPPINGS / "acme"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FORM = "6a1f0c52-0d5e-4c6e-9a53-0b8f6f0a2d11"
"""The form of the worked example by which people ask."""

JO, AL = "jo@buyer.example", "al@buyer.example"
REASON = "Rejection_Reason__c"
"""The field in which sales says why it gives a lead back."""
