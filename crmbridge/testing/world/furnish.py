"""What a living company has beside its people: a rep who left, a queue, own words, campaigns."""

from __future__ import annotations

from datetime import timedelta

from crmbridge.testing.emulator import Remote, iso
from crmbridge.testing.world.books import Books, sales_id
from crmbridge.testing.world.lives.marketing import OWN_CHOICES, OWN_STAGE
from crmbridge.testing.world.place import LEFT, QUEUE, Place

ADDRESS = f"{LEFT.lower().replace(' ', '.')}@left.example"
"""Of the rep who left, in both systems."""
A_CAMPAIGN = 250
"""People for whom there is one campaign of sales, three at least."""
_CAMPAIGNS = (("Webinar", "Webinar"), ("Trade fair", "Conference"), ("Mailing", "Email"))


def furnish_portal(marketing: Remote) -> None:
    """Give the portal an owner who left, a lifecycle stage and a property of several choices."""
    first, _, last = LEFT.partition(" ")
    marketing.seed(
        owners=[{"email": ADDRESS, "firstName": first, "lastName": last, "archived": True}]
    )
    (stages,) = (
        one["options"]
        for one in marketing.state("properties/contacts")
        if one["name"] == "lifecyclestage"
    )
    named = [{"id": one["value"], "label": one["label"]} for one in stages]
    own = {"id": OWN_STAGE[0], "label": OWN_STAGE[1]}
    line = {"id": "contacts-lifecycle-pipeline", "label": "Lifecycle Stage"}
    name, values = OWN_CHOICES
    choices = {
        "name": name,
        "label": name.capitalize(),
        "type": "enumeration",
        "fieldType": "checkbox",
        "options": [{"value": one, "label": one} for one in values],
    }
    marketing.seed(
        **{
            "properties/contacts": [choices],
            "pipelines/contacts": [{**line, "stages": [*named, own]}],
        }
    )


def furnish_org(sales: Remote) -> None:
    """Give the organisation a user who left, and a queue."""
    sales.seed(
        User=[{"Id": sales_id("User", 1), "Name": LEFT, "Email": ADDRESS, "IsActive": False}],
        Group=[{"Id": sales_id("Group", 1), "Name": QUEUE, "Type": "Queue"}],
    )


def campaigns(place: Place, books: Books, people: int) -> list[str]:
    """Campaigns of sales, spread over the two years, the newest first; their ids."""
    number = max(3, people // A_CAMPAIGN)
    made = []
    for nth in range(number):
        name, type_ = _CAMPAIGNS[nth % len(_CAMPAIGNS)]
        begun = place.now - timedelta(days=20 + 690 * nth / number)
        at, day = iso(begun), begun.date().isoformat()
        row = {
            "Name": f"{name} {begun:%Y-%m} no. {nth + 1}",
            "Type": type_,
            "Status": "Completed",
            "StartDate": day,
            "EndDate": day,
            "ActualCost": 1000.0 * (1 + nth % 7),
            "OwnerId": place.reps[0],
            "CreatedDate": at,
            "SystemModstamp": at,
        }
        made.append(books.put("Campaign", row))
    return made
