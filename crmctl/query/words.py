"""A bound query in plain words, for people who want to know what they asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmctl.locale import N_, _
from crmctl.query.ast import Anything, Between, Compare, Exact, Item, Plain
from crmctl.query.bound import All, Bound, No, Segment, Some, Test, Within, Words
from crmctl.schema.model import TEXTUAL, Field
from crmctl.schema.typing import TRUE, enum_value
from crmctl.values.dates import Offset, parse_offset
from crmctl.values.text import fold

DATED = ("date", "partial", "instant")
UNITS = {
    "h": N_("{count} hours"),
    "d": N_("{count} days"),
    "w": N_("{count} weeks"),
    "m": N_("{count} months"),
    "y": N_("{count} years"),
}
COMPARED = {
    ">": N_("more than {value}"),
    ">=": N_("at least {value}"),
    "<": N_("less than {value}"),
    "<=": N_("at most {value}"),
}
DATE_COMPARED = {
    ">": N_("after {value}"),
    ">=": N_("from {value} on"),
    "<": N_("before {value}"),
    "<=": N_("up to {value}"),
}
PAST = {
    ">": N_("more than {distance} ago"),
    ">=": N_("at least {distance} ago"),
    "<": N_("within the last {distance}"),
    "<=": N_("within the last {distance}"),
}
FUTURE = {
    ">": N_("more than {distance} ahead"),
    ">=": N_("at least {distance} ahead"),
    "<": N_("within the next {distance}"),
    "<=": N_("within the next {distance}"),
}

# What a reference to a record of a kind (first argument) is called; both by the text in the query.
Called = Callable[[str, str], str]


def _as_typed(_kind: str, text: str) -> str:
    return text


def explain(bound: Bound, called: Called = _as_typed) -> str:
    """What a query asks for, in the current language; `called` names the records it mentions."""
    match bound:
        case All(()):
            return _("everything")
        case All(terms):
            return _linked(
                [_inside(term, (Some,), called) for term in terms], N_("{first}, and {rest}")
            )
        case Some(terms):
            return _linked(
                [_inside(term, (All,), called) for term in terms], N_("{first}, or {rest}")
            )
        case No(term):
            return _denied(term, called)
        case Words(text):
            return _("the text “{text}” occurs").format(text=text)
        case Segment(name, inner):
            return _("in the segment “{name}” ({query})").format(
                name=name, query=explain(inner, called)
            )
        case Within(path=path, inner=inner, group=True):
            return _("{field} with: {query}").format(
                field=path.titled(), query=_inside(inner, (Some, All), called)
            )
        case Within(inner=inner):
            return explain(inner, called)
        case Test():
            return _test(bound, called, denied=False)


def _inside(bound: Bound, wrapped: tuple[type, ...], called: Called) -> str:
    text = explain(bound, called)
    return f"({text})" if isinstance(bound, wrapped) and not _is_empty(bound) else text


def _is_empty(bound: Bound) -> bool:
    return isinstance(bound, All) and not bound.terms


def _linked(parts: Sequence[str], pattern: str) -> str:
    *firsts, text = parts
    for first in reversed(firsts):
        text = _(pattern).format(first=first, rest=text)
    return text


def _denied(bound: Bound, called: Called) -> str:
    inner = bound
    while isinstance(inner, Within) and not inner.group:
        inner = inner.inner
    if isinstance(inner, Test):
        return _test(inner, called, denied=True)
    if isinstance(inner, Words):
        return _("the text “{text}” does not occur").format(text=inner.text)
    return _("not ({query})").format(query=explain(bound, called))


def _test(test: Test, called: Called, denied: bool) -> str:
    name = test.path.titled()
    if all(isinstance(item, Anything) for item in test.asked):
        pattern = _("{field} is missing") if denied else _("{field} is present")
        return pattern.format(field=name)
    field = test.field.leaf
    whole = field.type not in TEXTUAL or any(isinstance(item, Exact) for item in test.asked)
    phrases = [_item(item, field, called) for item in test.asked]
    values = _linked(phrases, N_("{first} or {rest}"))
    if whole:
        pattern = _("{field} is not {values}") if denied else _("{field} is {values}")
    else:
        pattern = (
            _("{field} does not contain {values}") if denied else _("{field} contains {values}")
        )
    return pattern.format(field=name, values=values)


def _item(item: Item, field: Field, called: Called) -> str:
    match item:
        case Plain(text) | Exact(text):
            return _value(text, field, called)
        case Compare(op, text):
            return _compared(op, text, field)
        case Between(low, None):
            return _(_compare_words(field)[">="]).format(value=_end(low or "", field))
        case Between(None, high):
            return _(_compare_words(field)["<="]).format(value=_end(high or "", field))
        case Between(low, high):
            return _("between {low} and {high}").format(
                low=_end(low or "", field), high=_end(high or "", field)
            )
        case Anything():
            return _("anything")


def _compare_words(field: Field) -> dict[str, str]:
    return DATE_COMPARED if field.type in DATED else COMPARED


def _compared(op: str, text: str, field: Field) -> str:
    offset = parse_offset(text) if field.type in DATED else None
    if offset is None:
        return _(_compare_words(field)[op]).format(value=_value(text, field))
    return _((FUTURE if offset.future else PAST)[op]).format(distance=_distance(offset))


def _end(text: str, field: Field) -> str:
    """One end of a range; a distance there is the day that far from today."""
    offset = parse_offset(text) if field.type in DATED else None
    if offset is None:
        return _value(text, field)
    pattern = _("{distance} ahead") if offset.future else _("{distance} ago")
    return pattern.format(distance=_distance(offset))


def _distance(offset: Offset) -> str:
    return _(UNITS[offset.unit]).format(count=offset.count)


def _value(text: str, field: Field, called: Called = _as_typed) -> str:
    if field.type == "ref":
        return called(field.ref or "", text)
    if field.type == "boolean":
        return _("yes") if fold(text) in TRUE else _("no")
    if field.type == "enum":
        value = enum_value(field, text)
        return field.value_title(value) if value else text
    if field.type in TEXTUAL:
        return _("“{text}”").format(text=text)
    return text
