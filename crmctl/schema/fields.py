"""The properties of a schema -> fields: their types, rules, titles, defaults and histories."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crmctl.errors import did_you_mean
from crmctl.locale import N_, _
from crmctl.schema.model import Field
from crmctl.schema.trees import Place, Tree, known, mapping, named, text, texts, titles
from crmctl.values.money import parse_amount
from crmctl.values.text import suggest

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
MAX_PATTERN = 200
NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
KEYWORDS = frozenset(
    "$schema $id title description type enum format pattern uniqueItems items properties "
    "required default examples additionalProperties x-crmctl".split()
) | {*NUMBERS, *COUNTS}
FIELD_SETTINGS = frozenset(
    "zh aliases values ref money lines history default fill key label command group replace "
    "workflow route listed loose".split()
)
FORMATS = {
    "tag": "tag",
    "date": "date",
    "partial-date": "partial",
    "date-time": "instant",
    "phone": "phone",
    "email": "email",
    "uri": "url",
    "multiline": "note",
}
TYPES = ("string", "number", "integer", "boolean", "array", "object")
# What keys that no schema names may hold.
FREE_TYPES = ("number", "integer", "boolean", "enum", "tag", "text")
# How exactly a history tells when a value changed: `history: true` keeps the day.
HISTORIES = {"true": "date", "instant": "instant"}
# What of a book's settings may list the known values of a tag.
LISTED = ("pipelines", "stages")
SINCE = {"date": "date", "instant": "date-time"}
HISTORY_BY: Tree = {
    "type": "string",
    "title": N_("By"),
    "x-crmctl": {"zh": "经手人", "ref": "user"},
}


def read_fields(
    properties: Mapping[str, Tree], path: tuple[str, ...], where: Place
) -> dict[str, Field]:
    """The fields of a mapping of properties, by name; `path` leads to it."""
    fields = {}
    for name, tree in properties.items():
        place = where.at("properties", name, shown=".".join((*path, name)))
        if not NAME.match(name):
            raise place.error(_("a field's name is lowercase letters, digits and single “_”"))
        fields[name] = _field(name, tree, (*path, name), place)
    return fields


def _field(name: str, tree: Tree, path: tuple[str, ...], where: Place) -> Field:
    tree = mapping(tree, where)
    known(tree, KEYWORDS, where)
    inner = where.within("x-crmctl")
    x = mapping(tree.get("x-crmctl") or {}, inner)
    known(x, FIELD_SETTINGS, inner)
    type_ = _type(tree, x, path, where)
    title = {"en": named(tree, "title", where) or name.replace("_", " ").capitalize()}
    chinese = named(x, "zh", inner)
    if chinese:
        title["zh"] = chinese
    field = Field(
        name,
        type_,
        path=path,
        title=title,
        ref=named(x, "ref", inner),
        key=named(x, "key", inner),
        label=named(x, "label", inner),
        command=named(x, "command", inner),
        group=named(x, "group", inner),
        currency=named(x, "money", inner),
        lines=named(x, "lines", inner),
        history=_history(x, inner),
        workflow=x.get("workflow"),
        listed=_choice(x, "listed", LISTED, inner),
        aliases=texts(x, "aliases", inner),
        rules=_rules(tree, where),
    )
    field.route = named(x, "route", inner)
    field.loose = _choice(x, "loose", ("true",), inner) is not None
    if type_ == "enum":
        place = inner.within("values")
        titled = mapping(x.get("values") or {}, place)
        values = texts(tree, "enum", where)
        for value in titled:
            if value not in values:
                raise place.within(value).error(
                    _("“values” names no enum value: {name}").format(name=value)
                )
        field.values = {
            value: titles(titled.get(value) or {"en": value.replace("_", " ")}, place.at(value))
            for value in values
        }
    if type_ == "object":
        properties = mapping(tree.get("properties") or {}, where.at("properties"))
        field.fields = read_fields(properties, path, where)
        field.required = frozenset(texts(tree, "required", where))
        if "additionalProperties" in tree:
            free = where.within("additionalProperties")
            field.entries = _field(name, tree["additionalProperties"], path, free)
            if field.entries.type not in FREE_TYPES:
                raise free.error(
                    _("the values of free keys are one of {types}").format(
                        types=", ".join(FREE_TYPES)
                    )
                )
    if type_ == "list":
        items = where.within("items")
        field.item = _field(name, tree.get("items") or {"type": "string"}, path, items)
        if field.item.type == "object" and field.key and field.key not in field.item.fields:
            raise inner.within("key").error(
                _("the key “{key}” is no field of the items").format(key=field.key)
            )
        if field.item.type == "list":
            raise items.error(_("a list cannot hold lists"))
    if "default" in x:
        place = inner.within("default")
        field.default = _default(field, text(x["default"], place), place)
    if "fill" in x:
        place = inner.within("fill")
        if type_ not in ("date", "instant"):
            raise place.error(_("only a date or a time can be filled in"))
        field.fill = {} if x["fill"] == "now" else titles(x["fill"], place)
    return field


def _history(x: Mapping[str, Tree], where: Place) -> str | None:
    said = _choice(x, "history", (*HISTORIES, "false"), where)
    return HISTORIES.get(said or "false")


def _choice(x: Mapping[str, Tree], key: str, choices: tuple[str, ...], where: Place) -> str | None:
    """What a setting says that knows but a few words."""
    said = named(x, key, where)
    if said is not None and said not in choices:
        raise where.within(key).error(
            _("“{key}” must be one of {choices}").format(key=key, choices=", ".join(choices)),
            did_you_mean(suggest(said, choices)),
        )
    return said


def _type(tree: Tree, x: Tree, path: tuple[str, ...], where: Place) -> str:
    type_ = tree.get("type") or ("string" if "enum" in tree else None)
    if type_ not in TYPES:
        raise where.within("type").error(
            _("“type” must be one of {types}").format(types=", ".join(TYPES)),
            did_you_mean(suggest(str(type_), TYPES)) if type_ else None,
        )
    if type_ == "array":
        return "list"
    if type_ == "number":
        return "money" if x.get("money") else "number"
    if type_ != "string":
        return str(type_)
    if x.get("ref"):
        return "ref"
    if tree.get("enum"):
        return "enum"
    if path == ("id",):
        return "id"
    format_ = named(tree, "format", where)
    if format_ is None:
        return "text"
    if format_ not in FORMATS:
        raise where.within("format").error(
            _("“format” must be one of {formats}").format(formats=", ".join(FORMATS)),
            did_you_mean(suggest(format_, [*FORMATS])),
        )
    return FORMATS[format_]


def _rules(tree: Tree, where: Place) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for keyword in (*NUMBERS, *COUNTS):
        if keyword not in tree:
            continue
        place = where.within(keyword)
        number = parse_amount(text(tree[keyword], place))
        whole = number is not None and number == number.to_integral_value()
        if number is None or (keyword in COUNTS and not (whole and number >= 0)):
            raise place.error(_("“{key}” must be a number").format(key=keyword))
        if keyword == "multipleOf" and number <= 0:
            raise place.error(_("“{key}” must be more than 0").format(key=keyword))
        rules[keyword] = int(number) if whole else float(number)
    if tree.get("uniqueItems") == "true":
        rules["uniqueItems"] = True
    if "pattern" in tree:
        place = where.within("pattern")
        pattern = text(tree["pattern"], place)
        if len(pattern) > MAX_PATTERN:
            raise place.error(_("a pattern has at most 200 characters"))
        rules["pattern"] = pattern
    return rules


def _default(field: Field, text: str, where: Place) -> Any:
    value: Any = text
    if field.type == "boolean":
        value = {"true": True, "false": False}.get(text)
    elif field.type in ("number", "money", "integer"):
        value = parse_amount(text)
        if value is not None and field.type == "integer":
            value = int(value) if value == value.to_integral_value() else None
    elif field.type == "enum" and text not in field.values:
        raise where.error(_("the default “{value}” is no enum value").format(value=text))
    if value is None:
        raise where.error(_("the default “{value}” does not fit").format(value=text))
    return value


def with_history(fields: dict[str, Field], field: Field, tree: Tree) -> dict[str, Field]:
    """`fields` with the list of past values right behind the field it belongs to.

    An entry says the value, since when and by whom; the first one also what `was` before.
    """
    name = f"{field.name}_history"
    value = {"title": N_("Value"), "x-crmctl": {"zh": "值"}}
    was = {"title": N_("Before"), "x-crmctl": {"zh": "原值"}}
    since: Tree = {"type": "string", "format": SINCE[field.history or "date"]}
    since |= {"title": N_("Since"), "x-crmctl": {"zh": "起始"}}
    entry = {"value": {**tree, **value}, "was": {**tree, **was}, "at": since, "by": HISTORY_BY}
    item = Field(name, "object", path=(name,), fields=read_fields(entry, (name,), Place(name)))
    for part in ("value", "was"):
        item.fields[part].values = field.values
    title = {"en": f"{field.title['en']} history"}
    title |= {"zh": f"{field.title['zh']}历史"} if "zh" in field.title else {}
    history = Field(name, "list", path=(name,), title=title, item=item)
    ordered: dict[str, Field] = {}
    for key, other in fields.items():
        ordered[key] = other
        if key == field.name:
            ordered[name] = history
    return ordered
