"""Made-up people and their employers, as many as a world wants; all domains end in `.example`."""

from __future__ import annotations

from random import Random

from crmbridge.testing.people import FIRST, LAST, PLACE, SOURCES, TITLE, TRADE, Employer, Person

UMLAUTS = (("Jürgen", "Müßiggang"), ("Åsa", "Øvergård"), ("Zoë", "Łącka"), ("Étienne", "Façade"))
_COUNTRY = (("Germany", "+49 30"), ("Austria", "+43 1"), ("France", "+33 1"), ("Spain", "+34 91"))
A_FIRM = 3
"""People of one employer, on average."""


class Registry:
    """Gives out people with addresses of their own.

    Who is in sales and who is in marketing alone work elsewhere, but for one in five: a colleague
    of a customer or of an open deal is no new business.
    """

    def __init__(self, chance: Random, number: int) -> None:
        self._chance = chance
        half = max(2, number // A_FIRM // 2)
        firms = [_firm(chance, place) for place in range(2 * half)]
        self._sold, self._fresh = firms[:half], firms[half:]
        self._taken: set[str] = set()

    def person(self, *, sold: bool, names: tuple[str, str] = ("", "")) -> Person:
        """Somebody new; `sold` is who has a record in sales, `names` are theirs if any."""
        chance = self._chance
        known = sold or chance.random() < 0.2
        firm = chance.choice(self._sold if known else self._fresh)
        first, last = names if any(names) else (chance.choice(FIRST), chance.choice(LAST))
        return Person(
            first=first,
            last=last,
            email=self._address(first, last, firm.domain),
            title=chance.choice(TITLE),
            phone=f"{firm.phone} {chance.randint(100, 999)} {chance.randint(1000, 9999)}",
            source=chance.choices(list(SOURCES), list(SOURCES.values()))[0],
            employer=firm,
        )

    def _address(self, first: str, last: str, domain: str) -> str:
        """An address that nobody has: ASCII before the @, numbered where a name comes again."""
        plain = f"{first}.{last}".lower().encode("ascii", "ignore").decode()
        made, nth = f"{plain}@{domain}", 1
        while made in self._taken:
            nth += 1
            made = f"{plain}{nth}@{domain}"
        self._taken.add(made)
        return made


def _firm(chance: Random, nth: int) -> Employer:
    """The employer of a number; a name that comes again has a number at its end."""
    place = PLACE[nth % len(PLACE)]
    trade, industry = TRADE[nth // len(PLACE) % len(TRADE)]
    again = nth // (len(PLACE) * len(TRADE))
    end = f" {again + 1}" if again else ""
    country, phone = chance.choice(_COUNTRY)
    return Employer(
        name=f"{place} {trade}{end}",
        domain=f"{place}-{trade}{end}.example".lower().replace(" ", "-"),
        industry=industry,
        country=country,
        phone=phone,
        employees=chance.choice((18, 45, 80, 120, 250, 400, 900, 2200)),
    )
