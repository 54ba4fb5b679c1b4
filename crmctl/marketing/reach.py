"""Where a customer is reached on a channel, and which person that is.

A person is reached at their own addresses, an organization at those of its people: the one in
charge first, then whoever decides, then the others. What nobody there has, the other side may have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from crmctl.values.frozen import Frozen
from crmctl.values.phones import digits
from crmctl.values.text import fold

Values = Mapping[str, Any]
PARTS = ("street", "postcode", "city", "region", "country")
# The field that holds the address of a channel.
FIELDS = {
    "phone": "phones",
    "sms": "phones",
    "email": "emails",
    "wechat": "wechat",
    "post": "addresses",
    "visit": "addresses",
}
_MOBILE = re.compile(r"(?:86)?(1[3-9][0-9]{9})")


class Reach(Frozen):
    """One address of one person: `parts` are its columns for a mail merge.

    `contact` is the id of a contact of the customer, None for the customer itself; `marks` are the
    comparable forms of every address by which the person is known.
    """

    contact: str | None
    person: str | None
    parts: Mapping[str, str]
    marks: frozenset[str]

    @property
    def address(self) -> str:
        return ", ".join(self.parts.values())


def reach(values: Values, channel: str, contact: str | None = None) -> Reach | None:
    """Where a customer is reached on a channel, None without an address; `contact` if they can."""
    for person in _persons(values, contact):
        parts = _parts(values if channel in ("post", "visit") else person, channel)
        if parts:
            own = person is values
            named = person.get("name") if not own or values.get("type") == "person" else None
            return Reach(None if own else str(person.get("id")), named, parts, marks(person))
    return None


def columns(channel: str) -> tuple[str, ...]:
    """The columns of an address on a channel."""
    field = FIELDS[channel]
    return PARTS if field == "addresses" else (field.removesuffix("s"),)


def _persons(values: Values, contact: str | None) -> Iterator[Values]:
    people = [one for one in values.get("contacts") or [] if isinstance(one, Mapping)]
    yield from (one for one in people if contact is not None and one.get("id") == contact)
    if values.get("type") != "organization":
        yield values
    ranked = sorted(
        people, key=lambda one: (not one.get("principal"), one.get("role") != "decision_maker")
    )
    yield from ranked
    if values.get("type") == "organization":
        yield values


def _parts(person: Values, channel: str) -> dict[str, str]:
    field = FIELDS[channel]
    value = person.get(field)
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, Mapping):
        return {name: str(first[name]) for name in PARTS if first.get(name)}
    return {columns(channel)[0]: str(first)} if first else {}


def marks(person: Values) -> frozenset[str]:
    """Every e-mail, phone and WeChat name in a form in which two can be compared."""
    found = {f"email:{fold(text)}" for text in person.get("emails") or []}
    found |= {f"phone:{_dialed(text)}" for text in person.get("phones") or []}
    if person.get("wechat"):
        found.add(f"wechat:{fold(str(person['wechat']))}")
    return frozenset(found)


def all_marks(values: Values) -> frozenset[str]:
    """Those of a customer and of all its contacts."""
    people = [one for one in values.get("contacts") or [] if isinstance(one, Mapping)]
    return marks(values).union(*map(marks, people))


def hashed(mark: str) -> str:
    """A mark from which nobody reads the address, while the same address gives the same one.

    A phone number can still be found by trying them all: this hides, it does not make anonymous.
    """
    return blake2b(mark.encode(), digest_size=12, person=b"crmctl-forgotten").hexdigest()


def _dialed(text: str) -> str:
    number = digits(text)
    mobile = _MOBILE.fullmatch(number)
    return mobile[1] if mobile else number.removeprefix("0")
