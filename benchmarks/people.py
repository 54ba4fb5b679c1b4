"""Made-up people and firms: names with their slugs, and how to reach them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from random import Random
from typing import TypeVar

import vocabulary as words
from emit import scalar, text, texts

# Crockford's base 32, as in the ids that crmctl mints.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MAX_SLUG = 40
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "’": None})
ROLES = ("sales", "sales", "sales", "service", "marketing")
TEAMS = ("east", "west", "online")

Item = TypeVar("Item")


@dataclass(slots=True)
class User:
    """A member of the team and the text of its file."""

    id: str
    text: str


@dataclass(slots=True)
class Contact:
    """A person of a firm and the lines of its entry."""

    id: str
    name: str
    text: str


def derived(seed: int, name: str) -> Random:
    """A generator that depends on the seed and the name alone, not on the hash seed of Python."""
    digest = blake2b(f"{seed}/{name}".encode(), digest_size=16).digest()
    return Random(int.from_bytes(digest, "big"))


def pick(rng: Random, items: Sequence[Item]) -> Item:
    """One of the items; several times faster than `Random.choice`."""
    return items[int(rng.random() * len(items))]


def poisson(rng: Random, mean: float) -> int:
    """How many events of a steady stream fall into a span in which `mean` are expected."""
    if mean <= 0:
        return 0
    count = 0
    waited = rng.expovariate(1)
    while waited < mean:
        count += 1
        waited += rng.expovariate(1)
    return count


def tail(rng: Random) -> str:
    """The eight last characters of an id."""
    bits = rng.getrandbits(40)
    return "".join([ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5)])


def digits(rng: Random, count: int) -> str:
    """So many decimal digits."""
    return f"{int(rng.random() * 10**count):0{count}d}"


def plain_slug(name: str) -> str:
    """The slug of a Latin name, as crmctl spells it."""
    decomposed = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS))
    marks = unicodedata.combining
    letters = [char if char.isalnum() else " " for char in decomposed if not marks(char)]
    return joined("".join(letters).split())


def joined(parts: Sequence[str]) -> str:
    """Words joined by hyphens as far as they fit into a slug."""
    result = parts[0]
    for part in parts[1:]:
        if len(result) + 1 + len(part) > MAX_SLUG:
            break
        result = f"{result}-{part}"
    return result


def person_name(rng: Random, chinese: bool) -> tuple[str, str, str]:
    """Name, slug and gender."""
    female = rng.random() < 0.5
    gender = "female" if female else "male"
    if chinese:
        surname, first = pick(rng, words.SURNAMES)
        given, second = pick(rng, words.GIVEN_FEMALE if female else words.GIVEN_MALE)
        return surname + given, f"{first}-{second}", gender
    given = pick(rng, words.FIRST_FEMALE if female else words.FIRST_MALE)
    name = f"{given} {pick(rng, words.LAST)}"
    return name, plain_slug(name), gender


def firm_name(rng: Random, chinese: bool, city: words.City) -> tuple[str, str, str]:
    """Name, slug and industry."""
    if not chinese:
        trade, industry = pick(rng, words.TRADES_EN)
        name = f"{pick(rng, words.BRANDS_EN)} {trade} {pick(rng, words.FORMS_EN)}"
        return name, plain_slug(name), industry
    first, second = pick(rng, words.BRAND_FIRST), pick(rng, words.BRAND_SECOND)
    trade, spelled, industry = pick(rng, words.TRADES_ZH)
    form, ending = pick(rng, words.FORMS_ZH)
    parts = [city.slug, first[1] + second[1], *spelled.split("-"), ending]
    return f"{city.name}{first[0]}{second[0]}{trade}{form}", joined(parts), industry


def phone(rng: Random, chinese: bool, city: words.City, mobile: bool) -> str:
    """A number in one of the ways people write it."""
    if not chinese:
        return f"+{city.dial} 555 {digits(rng, 4)}"
    if not mobile:
        return f"0{city.dial}-6{digits(rng, 3)}{digits(rng, 4)}"
    number = f"1{pick(rng, ('38', '39', '59', '86', '77'))}{digits(rng, 8)}"
    form = rng.random()
    if form < 0.6:
        return number
    spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
    return f"+86 {spaced}" if form < 0.8 else spaced


def email(rng: Random, slug: str) -> str:
    """An address at a domain that can never exist."""
    domain = pick(rng, ("example.com", "example.com", "example.org", "mail.example"))
    return f"{slug.replace('-', '.')}@{domain}"


def birthday(rng: Random, chinese: bool) -> str:
    """The line with a birthday, which may lack the year or be lunar; often none at all."""
    roll = rng.random()
    month, day = 1 + int(rng.random() * 12), 1 + int(rng.random() * 28)
    if roll < 0.4:
        return ""
    if roll < 0.75:
        return f"birthday: {date(1950 + int(rng.random() * 55), month, day)}\n"
    if chinese and roll < 0.82:
        return f"birthday: lunar:{month:02d}-{day:02d}\n"
    return f"birthday: --{month:02d}-{day:02d}\n"


def address(rng: Random, chinese: bool, city: words.City) -> str:
    """The lines of a main address."""
    number = 1 + int(rng.random() * 300)
    if chinese:
        street = f"{pick(rng, words.STREETS_ZH)}{number}号"
        street += f"{1 + int(rng.random() * 30)}楼" if rng.random() < 0.5 else ""
    else:
        street = f"{number} {pick(rng, words.STREETS_EN)}"
    return (
        f"id: main\n{text('street', street)}city: {scalar(city.name)}\n"
        f"region: {scalar(city.region)}\npostcode: {scalar(city.postcode)}\n"
        f"country: {scalar(city.country)}\n"
    )


def contacts(rng: Random, chinese: bool, city: words.City, firm: str) -> list[Contact]:
    """One to four people of a firm, the first in charge."""
    made: list[Contact] = []
    while not made or (len(made) < 4 and rng.random() < 0.45):
        name, slug, _ = person_name(rng, chinese)
        number = phone(rng, chinese, city, True)
        titles = words.TITLES_ZH if chinese else words.TITLES_EN
        title = titles[0] if not made and rng.random() < 0.5 else pick(rng, titles)
        role = pick(rng, words.ROLES)
        mail = rng.random() < 0.6
        if any(contact.id == slug for contact in made):
            continue
        lines = [
            f"id: {slug}\n",
            text("name", name),
            text("title", title),
            f"role: {role}\n",
            "" if made else "principal: true\n",
            texts("phones", [number], 4),
            texts("emails", [f"{slug}@{firm}.example"] if mail else [], 4),
        ]
        made.append(Contact(slug, name, "".join(lines)))
    return made


def users(seed: int, count: int, created: date) -> list[User]:
    """The team: managers first, then the people who report to them."""
    team: list[User] = []
    number = 0
    while len(team) < count:
        rng = derived(seed, f"user/{number}")
        number += 1
        name, slug, _ = person_name(rng, rng.random() < 0.5)
        if any(user.id == slug for user in team):
            continue
        manager = len(team) < max(1, count // 10)
        chief = "" if manager else f"manager: {team[number % max(1, count // 10)].id}\n"
        role = "manager" if manager else pick(rng, ROLES)
        lines = (
            f"id: {slug}\n{text('name', name)}email: {slug}@crm.example\nrole: {role}\n"
            f"team: {pick(rng, TEAMS)}\n{chief}created: {created}\nuid: {scalar(tail(rng))}\n"
        )
        team.append(User(slug, lines))
    return team
