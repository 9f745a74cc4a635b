"""Made-up people and their employers, from short lists of words and a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _words(
    "Ada Amir Anja Bela Carla Chidi Dario Edda Emre Femke Filip Greta Hana Henrik Ines "
    "Ivo Jana Joris Katja Kofi Lena Luca Maja Marek Mila Nadia Nils Olga Omar Petra "
    "Rafael Rosa Sami Selma Stefan Tara Timo Ulla Viktor Yara Zoe Ludwig Beatriz Paulo "
    "Signe Anton Clara Hugo"
)
LAST = _words(
    "Adler Almeida Berg Bosch Brandt Costa Demir Dietrich Eder Falk Fischer Fontana Graf "
    "Haas Hansen Ibrahim Jansen Keller Kowalski Kraus Lang Lehmann Lindqvist Maurer Meier "
    "Moser Novak Okafor Olsen Park Pereira Peters Quist Reuter Rossi Sauer Schuster Silva "
    "Sommer Steiner Tanaka Urban Vogel Wagner Weiss Winter Yilmaz Zeman"
)
PLACE = _words(
    "Alster Isar Neckar Weser Havel Spree Limmat Donau Etsch Mosel Elbe Rhone Vils Oder "
    "Trave Saale Enns Aare Inn Lech"
)
TRADE = (
    ("Pumps", "MACHINERY"),
    ("Foods", "FOOD_PRODUCTION"),
    ("Pharma", "PHARMACEUTICALS"),
    ("Coatings", "CHEMICALS"),
    ("Glass", "GLASS_CERAMICS_CONCRETE"),
    ("Water", "UTILITIES"),
    ("Dairy", "DAIRY"),
    ("Polymers", "PLASTICS"),
    ("Brewing", "FOOD_BEVERAGES"),
    ("Labs", "BIOTECHNOLOGY"),
)
_COUNTRY = (("Germany", "+49 30"), ("Austria", "+43 1"), ("Switzerland", "+41 44"))
TITLE = (
    "Head of Quality",
    "Laboratory Manager",
    "Plant Manager",
    "Process Engineer",
    "Purchasing Manager",
    "Chief Operating Officer",
    "Quality Engineer",
    "Maintenance Lead",
)
_LEVELS = {
    "Chief": "Managing director",
    "Head": "Head of department",
    "Manager": "Team lead",
    "Lead": "Team lead",
}
"""A word of a title, and what its owner picks where acme's forms ask for the career level."""
SOURCES = {
    "ORGANIC_SEARCH": 30,
    "PAID_SEARCH": 25,
    "DIRECT_TRAFFIC": 12,
    "REFERRALS": 10,
    "EMAIL_MARKETING": 10,
    "SOCIAL_MEDIA": 8,
    "PAID_SOCIAL": 5,
}
"""Where people come from, as marketing calls it, and how often each brings somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    """A business that might buy; `domain` is under `.example`, so that nobody real is meant."""

    name: str
    domain: str
    industry: str
    country: str
    phone: str
    employees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who might become a lead, by what marketing would know of them."""

    first: str
    last: str
    email: str
    title: str
    phone: str
    source: str
    employer: Employer

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def level(self) -> str:
        """The career level that the person picks in a form."""
        found = (level for word, level in _LEVELS.items() if word in self.title)
        return next(found, "Specialist")

    def words(self) -> dict[str, str]:
        """All that is known of the person by our words, with the level as they pick it."""
        return {
            "email": self.email,
            "first_name": self.first,
            "last_name": self.last,
            "title": self.title,
            "x_seniority": self.level,
            "phone": self.phone,
            "account": self.employer.name,
            "country": self.employer.country,
            "industry": self.employer.industry,
            "employees": str(self.employer.employees),
            "source": self.source,
            "stage": "known",
        }


def employers(chance: Random, number: int) -> list[Employer]:
    """Make up employers with different names, 200 at most."""
    names = [(place, *trade) for place in PLACE for trade in TRADE]
    made = []
    for place, trade, industry in chance.sample(names, number):
        country, phone = chance.choice(_COUNTRY)
        made.append(
            Employer(
                name=f"{place} {trade}",
                domain=f"{place}-{trade}.example".lower(),
                industry=industry,
                country=country,
                phone=phone,
                employees=chance.choice((18, 45, 80, 120, 250, 400, 900, 2200)),
            )
        )
    return made


def people(seed: int, number: int) -> list[Person]:
    """Make up people with different names and addresses, about three to an employer."""
    chance = Random(f"people {seed}")  # noqa: S311  # repeatable on purpose
    homes = employers(chance, min(200, max(1, number // 3)))
    return [_person(chance, names, homes) for names in _names(chance, number)]


def _names(chance: Random, number: int) -> Iterator[tuple[str, str]]:
    pairs = [(first, last) for first in FIRST for last in LAST]
    yield from chance.sample(pairs, number)


def _person(chance: Random, names: tuple[str, str], homes: list[Employer]) -> Person:
    first, last = names
    home = chance.choice(homes)
    return Person(
        first=first,
        last=last,
        email=f"{first}.{last}@{home.domain}".lower(),
        title=chance.choice(TITLE),
        phone=f"{home.phone} {chance.randint(100, 999)} {chance.randint(1000, 9999)}",
        source=chance.choices(list(SOURCES), list(SOURCES.values()))[0],
        employer=home,
    )
