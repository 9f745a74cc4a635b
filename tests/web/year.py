"""A company's year for the pages: sources good and bad, deals, and names that are attacks."""

from __future__ import annotations

from tests.revenue.small_world import Small, eur
from tests.stages.line import Line
from tests.web.site import happening

SCRIPT = "<script>document.title='owned'</script>"
LONG = "Wolfeschlegelsteinhausenbergerdorff" * 9
"""A name of more than 300 letters without a space."""


def a_year(line: Line) -> None:
    """Sixty people of two sources; a few of a third have names that are attacks."""
    with happening(line) as world:
        world.campaign("C1", "Spring fair")
        world.campaign("C2", SCRIPT)
        _source(world, "good", "WEBINAR", accepted=18, rejected=12, campaign="C1")
        _source(world, "bad", "PAID_SEARCH", accepted=6, rejected=24, campaign="C2")
        for n, name in enumerate((SCRIPT, LONG, '"><img src=x onerror=alert(1)>')):
            world.person(f"odd{n}", "01-11", source=name, last_name=name)
            world.touch(f"odd{n}", "01-12", asset=name[:200], campaign="C2")
            world.handed(f"odd{n}", "02-03")
        for n in range(6):
            world.deal(f"G{n}", eur(1000 + n), f"good{n}", won="05-02")
        world.deal("B0", eur(90), "bad0", won="05-03")
        world.deal("N0", eur(300), won="05-04", outside=True)
        world.deal("N1", eur(400), won="05-05")
        world.post()


def _source(
    world: Small, name: str, source: str, *, accepted: int, rejected: int, campaign: str
) -> None:
    for n in range(accepted + rejected):
        who = f"{name}{n}"
        world.person(who, "01-10", source=source, last_name=f"Person {n}")
        world.touch(who, "01-15", asset="/vbook/1" if n % 2 else "/blog/a", campaign=campaign)
        world.handed(who, "02-01")
        (world.accepted if n < accepted else world.rejected)(who, "02-02")
