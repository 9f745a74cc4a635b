"""The rows that a fresh org has before anybody seeds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

STAGES = (
    ("Prospecting", 10, "Pipeline"),
    ("Qualification", 10, "Pipeline"),
    ("Needs Analysis", 20, "Pipeline"),
    ("Value Proposition", 50, "Pipeline"),
    ("Proposal/Price Quote", 75, "BestCase"),
    ("Negotiation/Review", 90, "BestCase"),
    ("Closed Won", 100, "Closed"),
    ("Closed Lost", 0, "Omitted"),
)
"""Stage, default probability in percent, forecast category, of a fresh org."""
STATUSES = (
    "Open - Not Contacted",
    "Working - Contacted",
    "Closed - Converted",
    "Closed - Not Converted",
)
"""Lead statuses of a fresh org; the first is the default, the third the converted one."""


def fresh_rows(integration_user: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of a fresh org as (object, values): organisation, user, statuses, stages."""
    yield (
        "Organization",
        {
            "Name": "Emulated Org",
            "OrganizationType": "Enterprise Edition",
            "InstanceName": "EMU1",
            "IsSandbox": True,
            "TimeZoneSidKey": "Etc/UTC",
            "FiscalYearStartMonth": 1,
            "DefaultCurrencyIsoCode": "USD",
        },
    )
    yield (
        "User",
        {
            "Id": integration_user,
            "Name": "Integration User",
            "FirstName": "Integration",
            "LastName": "User",
            "Username": "integration@example.com",
            "Email": "integration@example.com",
            "UserType": "Standard",
            "IsActive": True,
        },
    )
    for place, label in enumerate(STATUSES, 1):
        shared = {"MasterLabel": label, "ApiName": label, "SortOrder": place}
        yield "LeadStatus", {**shared, "IsDefault": place == 1, "IsConverted": place == 3}
    for place, (label, chance, category) in enumerate(STAGES, 1):
        yield (
            "OpportunityStage",
            {
                "MasterLabel": label,
                "ApiName": label,
                "SortOrder": place,
                "IsActive": True,
                "IsClosed": category in ("Closed", "Omitted"),
                "IsWon": category == "Closed",
                "ForecastCategory": category,
                "ForecastCategoryName": category,
                "DefaultProbability": float(chance),
            },
        )
