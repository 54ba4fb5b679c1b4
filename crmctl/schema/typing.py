"""Text -> typed values: a file's scalars get the type that the schema says, never a guessed one.

`read` is the door for files: it keeps what it can use and reports the rest. `from_input` is the
door for people: it also takes titles in either language, amounts with separators, and words such
as “tomorrow”, and it raises on the first thing it cannot understand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crmctl.errors import BadValue, did_you_mean
from crmctl.locale import N_, _, pick
from crmctl.schema.model import Field, Kind
from crmctl.values.birthdays import canonical_partial
from crmctl.values.dates import canonical_instant, format_instant, parse_date, parse_due, parse_when
from crmctl.values.ids import is_valid_id
from crmctl.values.money import parse_amount, parse_amount_input
from crmctl.values.text import suggest
from crmctl.values.tree import TILDE, Tree

Path = tuple[str | int, ...]
MISSING: Any = None
TEXTS = frozenset(("text", "tag", "phone", "email", "url", "note", "ref"))

EXPECTED = {
    "enum": N_("one of {values}"),
    "date": N_("a date such as 2026-11-21"),
    "partial": N_("a date such as 1990-05-17, --05-17 or lunar:08-15"),
    "instant": N_("a time such as 2026-11-21T14:30+08:00"),
    "number": N_("a number such as 12.5"),
    "money": N_("an amount such as 1200.50"),
    "integer": N_("a whole number"),
    "boolean": N_("true or false"),
    "list": N_("a list"),
    "object": N_("fields with values"),
    "id": N_("letters, digits, “-”, “_” and “.”"),
}
TEXT = N_("a text")


class Finding:
    """A fault met while typing, by its place in the record rather than in the file."""

    __slots__ = ("code", "params", "path")

    def __init__(self, path: Path, code: str, **params: str) -> None:
        self.path = path
        self.code = code
        self.params = params


def expected(field: Field) -> str:
    """What the field takes, in words."""
    return _(EXPECTED.get(field.type, TEXT)).format(values=choices(field))


def choices(field: Field) -> str:
    """The values of an enum to choose from; empty for any other field."""
    return ", ".join(_choice(value, pick(titles)) for value, titles in field.values.items())


_NO_LETTER = re.compile(r"[\W_]")


def _choice(value: str, title: str) -> str:
    """An enum value to choose from, with its title where that says more."""
    said = _NO_LETTER.sub("", title.casefold()) == _NO_LETTER.sub("", value.casefold())
    return value if said else f"{title} ({value})"


def read(
    kind: Kind, tree: Mapping[str, Tree], zone: ZoneInfo
) -> tuple[dict[str, Any], list[Finding]]:
    """A record's values as its kind types them, and what could not be used.

    Fields of a wrong type are left out; unknown ones are kept as the text they are.
    """
    findings: list[Finding] = []
    values = _read_object(kind.root, tree, zone, (), findings)
    return values, findings


def _read_object(
    field: Field, tree: Mapping[str, Tree], zone: ZoneInfo, path: Path, findings: list[Finding]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    fields = field.fields
    free = field.entries
    for key, node in tree.items():
        child = fields.get(key)
        if child is None and free is not None:
            child = field.child(key)
        if child is not None and type(node) is str and node:
            # What nearly every node is, without a detour.
            if child.type in TEXTS:
                values[key] = node
                continue
            reader = READERS.get(child.type)
            if reader is not None and (value := reader(node, child, zone)) is not MISSING:
                values[key] = value
                continue
        if child is None:
            suggestion = suggest(key, fields) or ""
            findings.append(
                Finding((*path, key), "unknown-field", field=key, suggestion=suggestion)
            )
            if (plain := _untyped(node)) is not MISSING:
                values[key] = plain
            continue
        value = _read(child, node, zone, (*path, key), findings)
        if value is not MISSING:
            values[key] = value
    return values


def _read(field: Field, node: Tree, zone: ZoneInfo, path: Path, findings: list[Finding]) -> Any:
    if not node:
        return MISSING
    if isinstance(node, str):
        reader = READERS.get(field.type)
        if reader is None:
            if node is TILDE:
                return MISSING
        else:
            if node is TILDE and field.type not in TEXTS:
                return MISSING
            value = reader(node, field, zone)
            if value is not MISSING:
                return value
        findings.append(_wrong(field, node, path))
        return MISSING
    if isinstance(node, list):
        if field.type == "list" and field.item is not None:
            items = [
                _read(field.item, item, zone, (*path, index), findings)
                for index, item in enumerate(node)
            ]
            return [item for item in items if item is not MISSING] or MISSING
    elif field.type == "object":
        return _read_object(field, node, zone, path, findings) or MISSING
    findings.append(_wrong(field, "[…]" if isinstance(node, list) else "{…}", path))
    return MISSING


def _wrong(field: Field, text: str, path: Path) -> Finding:
    shown = text if len(text) <= 60 else text[:59] + "…"
    wanted = EXPECTED.get(field.type, TEXT)
    values = ", ".join(field.values)
    return Finding(
        path, "wrong-type", field=field.dotted, value=shown, expected=wanted, values=values
    )


def _untyped(node: Tree) -> Any:
    if isinstance(node, dict):
        return {key: _untyped(value) for key, value in node.items() if value is not None}
    if isinstance(node, list):
        return [_untyped(item) for item in node if item is not None]
    return MISSING if node in (None, "") else str(node)


def _text(text: str, field: Field, zone: ZoneInfo) -> str:
    return str(text) if text is TILDE else text


def _enum(text: str, field: Field, zone: ZoneInfo) -> str | None:
    return text if text in field.values else None


def _id(text: str, field: Field, zone: ZoneInfo) -> str | None:
    return text if is_valid_id(text) else None


def _date(text: str, field: Field, zone: ZoneInfo) -> str | None:
    return text if parse_date(text) else None


def _partial(text: str, field: Field, zone: ZoneInfo) -> str | None:
    return canonical_partial(text)


def _instant(text: str, field: Field, zone: ZoneInfo) -> str | None:
    return canonical_instant(text, zone)


def _number(text: str, field: Field, zone: ZoneInfo) -> Decimal | None:
    return parse_amount(text)


_WHOLE = re.compile(r"[+-]?[0-9]{1,18}\Z")


def _integer(text: str, field: Field, zone: ZoneInfo) -> int | None:
    return int(text) if _WHOLE.match(text) else None


def _boolean(text: str, field: Field, zone: ZoneInfo) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


Reader = Callable[[str, Field, ZoneInfo], Any]
READERS: dict[str, Reader] = {
    **dict.fromkeys(TEXTS, _text),
    "enum": _enum,
    "id": _id,
    "date": _date,
    "partial": _partial,
    "instant": _instant,
    "number": _number,
    "money": _number,
    "integer": _integer,
    "boolean": _boolean,
}


# What people type

TRUE = frozenset(("true", "yes", "y", "on", "1", "是", "对"))
FALSE = frozenset(("false", "no", "n", "off", "0", "否", "不"))


def from_input(field: Field, text: str, now: datetime) -> Any:
    """The value that a person means by `text` for a scalar field; BadValue says what would do.

    `now` is aware, in the book's zone: words such as “yesterday” start from it.
    """
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    value = _understand(field, text.strip() if field.type != "note" else text, now, zone)
    if value is MISSING:
        suggestion = None
        if field.type == "enum":
            titles = [title for names in field.values.values() for title in names.values()]
            suggestion = suggest(text, [*field.values, *titles])
        raise BadValue(field.dotted, text, expected(field), did_you_mean(suggestion))
    return value


def _understand(field: Field, text: str, now: datetime, zone: ZoneInfo) -> Any:
    match field.type:
        case "enum":
            return enum_value(field, text)
        case "tag":
            return enum_value(field, text) or text or MISSING
        case "boolean":
            folded = text.casefold()
            return True if folded in TRUE else False if folded in FALSE else MISSING
        case "date":
            day = parse_date(text) or parse_due(text, now.date())
            return day.isoformat() if day else MISSING
        case "instant":
            moment = parse_when(text, now)
            return format_instant(moment) if moment else MISSING
        case "number" | "money":
            return parse_amount_input(text)
        case _:
            reader = READERS.get(field.type)
            return reader(text, field, zone) if reader and text else MISSING


def enum_value(field: Field, text: str) -> str | None:
    """The value, of an enum or known of a tag, that has this name, else this title.

    Titles count in either language, all in any case.
    """
    folded = text.casefold().strip()
    for value in field.values:
        if folded == value.casefold():
            return value
    for value, titles in field.values.items():
        if any(folded == title.casefold() for title in titles.values()):
            return value
    return None
