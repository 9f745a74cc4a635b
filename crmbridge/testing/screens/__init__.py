"""What people do in a vendor's screens, whichever vendor it is: the port that emulators offer.

`SCREENS` of an emulator's package has a class for each side that its vendor can be played on. The
sandbox, the demo, the funnel and the tests that take a pair speak to these classes alone.
"""

from crmbridge.testing.screens.base import AMPLE, Feature, Screens
from crmbridge.testing.screens.marketing import MarketingScreens
from crmbridge.testing.screens.sales import SalesScreens
from crmbridge.testing.screens.seen import Campaign, Client, Entry, Seen, Task, Visit
from crmbridge.testing.screens.setup import Column, DealSetup, PersonSetup, RepSetup, Setup

__all__ = [
    "AMPLE",
    "Campaign",
    "Client",
    "Column",
    "DealSetup",
    "Entry",
    "Feature",
    "MarketingScreens",
    "PersonSetup",
    "RepSetup",
    "SalesScreens",
    "Screens",
    "Seen",
    "Setup",
    "Task",
    "Visit",
]
